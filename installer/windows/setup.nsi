; The agent's setup program. It lays files into a folder of the version and has the agent itself do the rest ("setup apply"
; and "setup enroll"), so that a roll-out by another installer does the same.
; Silent: /S /HQ=URL /TOKEN=T /CA=HEX /SCAN=FOLDER;FOLDER. Exit codes: 0 done (also when HQ cannot be reached yet), 1 failed,
; 2 wrong input, nothing changed, 3 not permitted or no space, nothing changed, 4 installed and recording, but not enrolled.
; What was done and why is in ProgramData\WaybillGuard\logs\setup.log.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
Name "Waybill Guard 面单卫士"
OutFile "${OUT}"
RequestExecutionLevel admin
InstallDir "$PROGRAMFILES64\WaybillGuard"
BrandingText "Waybill Guard ${VERSION}"
CRCCheck force
ShowInstDetails nevershow

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include x64.nsh
!include nsDialogs.nsh
Var Program
Var Hq
Var Token
Var Ca
Var Scan
Var Field1
Var Field2
Var Field3

!define MUI_ABORTWARNING
!insertmacro MUI_PAGE_WELCOME
Page custom AskPage TakePage
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "English"

LangString Ask ${LANG_SIMPCHINESE} "总部和面单图片文件夹"
LangString Ask ${LANG_ENGLISH} "HQ and scan folders"
LangString AskMore ${LANG_SIMPCHINESE} "总部给了地址和登记码就填上；没有可以空着，以后再登记。"
LangString AskMore ${LANG_ENGLISH} "Fill in what HQ gave you. Leave it empty to enrol later."
LangString AskHq ${LANG_SIMPCHINESE} "总部地址，如 https://hq.example.com:8443"
LangString AskHq ${LANG_ENGLISH} "HQ's address, such as https://hq.example.com:8443"
LangString AskToken ${LANG_SIMPCHINESE} "登记码（只能用一次）"
LangString AskToken ${LANG_ENGLISH} "Token (works once)"
LangString AskScan ${LANG_SIMPCHINESE} "放面单图片的文件夹，用 ; 隔开（已填入在这台电脑上找到的）"
LangString AskScan ${LANG_ENGLISH} "Folders with scanned waybills, with ; between them (those found on this PC are filled in)"
LangString NoSpace ${LANG_SIMPCHINESE} "磁盘空间不够，什么都没有改。请先腾出空间。"
LangString NoSpace ${LANG_ENGLISH} "There is not enough space on the disk; nothing was changed. Make room first."
LangString BadInput ${LANG_SIMPCHINESE} "总部地址、登记码和文件夹里不能有引号，什么都没有改。"
LangString BadInput ${LANG_ENGLISH} "Address, token and folders must not hold quotation marks; nothing was changed."
LangString Failed ${LANG_SIMPCHINESE} "没有装好。原因见 ProgramData\WaybillGuard\logs\setup.log，或把它读给总部。退出码："
LangString Failed ${LANG_ENGLISH} "It was not installed. Why is in ProgramData\WaybillGuard\logs\setup.log; read it to HQ. Exit code: "
LangString NotEnrolled ${LANG_SIMPCHINESE} "已装好并开始记录，但总部没有接受登记。原因见 ProgramData\WaybillGuard\logs\setup.log。"
LangString NotEnrolled ${LANG_ENGLISH} "Installed and recording, but HQ did not take the enrolment. Why is in ProgramData\WaybillGuard\logs\setup.log."
LangString Status ${LANG_SIMPCHINESE} "面单卫士 状态"
LangString Status ${LANG_ENGLISH} "Waybill Guard status"

!macro EndWith CODE MESSAGE
  SetErrorLevel ${CODE}
  MessageBox MB_OK|MB_ICONSTOP "${MESSAGE}" /SD IDOK
  Quit
!macroend

Function .onInit
  SetRegView 64
  SetShellVarContext all
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/HQ=" $Hq
  ${GetOptions} $0 "/TOKEN=" $Token
  ${GetOptions} $0 "/CA=" $Ca
  ${GetOptions} $0 "/SCAN=" $Scan
  ClearErrors
  StrCpy $Program "$INSTDIR\${VERSION}"
  ${IfNot} ${Silent}
  ${AndIf} $Scan == ""
    Call FindFolders
  ${EndIf}
FunctionEnd

; Folders of a disk's root whose names speak of scans.
Function FindFolders
  ${GetDrives} "HDD" "LookAtDrive"
FunctionEnd
Function LookAtDrive
  StrCpy $R1 "*扫描*"
  Call LookFor
  StrCpy $R1 "*面单*"
  Call LookFor
  StrCpy $R1 "*scan*"
  Call LookFor
  Push $0
FunctionEnd
Function LookFor
  FindFirst $R2 $R3 "$9$R1"
  ${DoWhile} $R3 != ""
    ${If} ${FileExists} "$9$R3\*.*"
      ${If} $Scan == ""
        StrCpy $Scan "$9$R3"
      ${Else}
        StrCpy $Scan "$Scan;$9$R3"
      ${EndIf}
    ${EndIf}
    FindNext $R2 $R3
  ${Loop}
  FindClose $R2
FunctionEnd

Function AskPage
  !insertmacro MUI_HEADER_TEXT "$(Ask)" "$(AskMore)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 10u "$(AskHq)"
  Pop $0
  ${NSD_CreateText} 0 11u 100% 12u "$Hq"
  Pop $Field1
  ${NSD_CreateLabel} 0 32u 100% 10u "$(AskToken)"
  Pop $0
  ${NSD_CreateText} 0 43u 100% 12u "$Token"
  Pop $Field2
  ${NSD_CreateLabel} 0 64u 100% 18u "$(AskScan)"
  Pop $0
  ${NSD_CreateText} 0 83u 100% 12u "$Scan"
  Pop $Field3
  nsDialogs::Show
FunctionEnd
Function TakePage
  ${NSD_GetText} $Field1 $Hq
  ${NSD_GetText} $Field2 $Token
  ${NSD_GetText} $Field3 $Scan
FunctionEnd

Section
  SetShellVarContext all
  ; A quotation mark would end an argument early.
  ${For} $1 1 4
    ${Select} $1
    ${Case} 1
      StrCpy $0 $Hq
    ${Case} 2
      StrCpy $0 $Token
    ${Case} 3
      StrCpy $0 $Ca
    ${Case} 4
      StrCpy $0 $Scan
    ${EndSelect}
    StrLen $2 $0
    ${For} $3 0 $2
      StrCpy $4 $0 1 $3
      ${If} $4 == '"'
        !insertmacro EndWith 2 "$(BadInput)"
      ${EndIf}
    ${Next}
  ${Next}
  ; Twice the files: the archive of classes comes to them.
  CreateDirectory "$INSTDIR"
  System::Call 'kernel32::GetDiskFreeSpaceExW(w "$INSTDIR", *l .r0, p 0, p 0) i .r1'
  System::Int64Op $0 / 1024
  Pop $0
  System::Int64Op $0 < ${KIB}
  Pop $1
  ${If} $1 = 1
    !insertmacro EndWith 3 "$(NoSpace)"
  ${EndIf}
  ; The files of this version may be in use: installed over itself.
  ${If} ${FileExists} "$Program\jre\bin\java.exe"
    nsExec::Exec '"$Program\jre\bin\java.exe" "@$Program\jvm.options" -jar "$Program\waybill-guard-agent.jar" service stop'
    Pop $0
  ${EndIf}
  ClearErrors
  !include "${FILES}"
  ${If} ${Errors}
    !insertmacro EndWith 1 "$(Failed) 1"
  ${EndIf}
  SetOutPath "$INSTDIR"
  nsExec::Exec '"$Program\jre\bin\java.exe" "@$Program\jvm.options" -Xmx256m -jar "$Program\waybill-guard-agent.jar" setup apply --scan "$Scan"'
  Pop $0
  ${If} $0 <> 0
    ${If} $0 = 2
      ReadRegStr $1 HKLM "Software\Microsoft\Windows\CurrentVersion\Uninstall\WaybillGuard" "DisplayVersion"
      ${If} $1 != "${VERSION}"
        RMDir /r "$Program"
      ${EndIf}
      !insertmacro EndWith 2 "$(Failed) 2"
    ${EndIf}
    !insertmacro EndWith 1 "$(Failed) $0"
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateDirectory "$SMPROGRAMS"
  CreateShortcut "$SMPROGRAMS\$(Status).lnk" "$SYSDIR\cmd.exe" '/k ""$Program\waybill-guard.cmd" status"'
  !define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\WaybillGuard"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "Waybill Guard 面单卫士"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" "Publisher" "Waybill Guard"
  WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" ${KIB}
  ; Other versions' folders: the one that ran before has ended, and this one runs.
  FindFirst $1 $2 "$INSTDIR\*.*"
  ${DoWhile} $2 != ""
    ${If} $2 != "${VERSION}"
    ${AndIf} ${FileExists} "$INSTDIR\$2\waybill-guard-agent.jar"
      RMDir /r "$INSTDIR\$2"
    ${EndIf}
    FindNext $1 $2
  ${Loop}
  FindClose $1
  StrCpy $3 ""
  ${If} $Hq != ""
    StrCpy $3 '--hq "$Hq" --token "$Token"'
    ${If} $Ca != ""
      StrCpy $3 '$3 --ca-sha256 "$Ca"'
    ${EndIf}
  ${EndIf}
  nsExec::Exec '"$Program\jre\bin\java.exe" "@$Program\jvm.options" -Xmx256m -jar "$Program\waybill-guard-agent.jar" setup enroll $3'
  Pop $0
  SetErrorLevel 0
  ${If} $0 <> 0
  ${AndIf} $0 <> 3
    !insertmacro EndWith 4 "$(NotEnrolled)"
  ${EndIf}
SectionEnd

Section Uninstall
  SetRegView 64
  SetShellVarContext all
  FindFirst $1 $2 "$INSTDIR\*.*"
  ${DoWhile} $2 != ""
    ${If} ${FileExists} "$INSTDIR\$2\waybill-guard-agent.jar"
      nsExec::Exec '"$INSTDIR\$2\jre\bin\java.exe" "@$INSTDIR\$2\jvm.options" -Xmx256m -jar "$INSTDIR\$2\waybill-guard-agent.jar" setup remove'
      Pop $0
      ${If} $0 <> 0
        SetErrorLevel 1
        MessageBox MB_OK|MB_ICONSTOP "$(Failed) $0" /SD IDOK
        Quit
      ${EndIf}
      RMDir /r "$INSTDIR\$2"
    ${EndIf}
    FindNext $1 $2
  ${Loop}
  FindClose $1
  Delete "$SMPROGRAMS\$(Status).lnk"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "Software\Microsoft\Windows\CurrentVersion\Uninstall\WaybillGuard"
SectionEnd
