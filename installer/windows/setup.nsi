; The agent's setup program. It lays files into a folder of the version and has the agent itself do the rest ("setup apply"
; and "setup enroll"), as the package for Windows Installer does.
; Silent: /S /HQ=URL /TOKEN=T /CA=HEX /SCAN=FOLDER;FOLDER, and /D=FOLDER last and without quotation marks. Exit codes: 0 done
; (also when HQ cannot be reached yet), 1 failed, and what was there before runs, 2 wrong input or an older version, nothing
; changed, 3 no space, nothing changed, 4 installed and recording, but not enrolled.
; Removal, silent: uninstall.exe /S /CODE=CODE where HQ has to give a code. Exit codes: 0 done, 1 failed, 3 no good code, nothing changed;
; of use to who adds _?=FOLDER, last and without quotation marks: without, it goes on from a copy of itself and the first process ends at once.
; For the agent's own installer (update install): /TRY lets this version take over and leaves the one before on the disk, with its
; entries in menu and list of programs; /SETTLE makes these this version's, once it was found healthy.
; What was done and why is in ProgramData\WaybillGuard\logs\setup.log.
Unicode true
Target amd64-unicode
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
!endif
Name "Waybill Guard 面单卫士"
OutFile "${OUT}"
RequestExecutionLevel admin
InstallDir "$PROGRAMFILES64\WaybillGuard"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\WaybillGuard"
InstallDirRegKey HKLM "${UNINSTALL}" "InstallLocation"
BrandingText "Waybill Guard ${VERSION}"
CRCCheck force
ShowInstDetails nevershow
ShowUninstDetails nevershow
; What Windows shows of the file: of several numbers only the first three are ours.
VIProductVersion "${NUMBER}.0"
VIAddVersionKey /LANG=0 "ProductName" "Waybill Guard 面单卫士"
VIAddVersionKey /LANG=0 "FileDescription" "Waybill Guard 面单卫士 setup"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "LegalCopyright" "Waybill Guard"
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include x64.nsh
!include nsDialogs.nsh
Var Program
Var Was
Var Hq
Var Token
Var Ca
Var Scan
Var Wrong
Var Code
Var Step
Var Field1
Var Field2
Var Field3

!define MUI_ABORTWARNING
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PICTURE}"
!define MUI_WELCOMEPAGE_TEXT "$(WelcomeText)"
!define MUI_FINISHPAGE_TEXT "$(FinishText)"
!insertmacro MUI_PAGE_WELCOME
Page custom AskPage TakePage
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(RemoveText)"
!define MUI_PAGE_CUSTOMFUNCTION_SHOW un.ShowRemove
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.AskPage un.TakePage
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "English"

LangString WelcomeText ${LANG_SIMPCHINESE} "面单卫士监视扫描面单的电脑，并保存证据。$\r$\n$\r$\n安装大约需要一分钟。不用关闭其他程序，也不用重启电脑；已经装了旧版的，会直接升级，证据和设置都保留。"
LangString WelcomeText ${LANG_ENGLISH} "Waybill Guard watches PCs that scan waybills, and keeps evidence.$\r$\n$\r$\nThis takes about a minute. Other programs may stay open, and the PC need not be restarted. An older version is upgraded; its evidence and settings stay."
LangString Ask ${LANG_SIMPCHINESE} "总部和面单图片文件夹"
LangString Ask ${LANG_ENGLISH} "HQ and scan folders"
LangString AskMore ${LANG_SIMPCHINESE} "总部给了地址和登记码就填上；没有就都空着，以后再登记。"
LangString AskMore ${LANG_ENGLISH} "Fill in what HQ gave you. Leave both empty to enrol later."
LangString AskHq ${LANG_SIMPCHINESE} "总部地址，如 https://hq.example.com:8443"
LangString AskHq ${LANG_ENGLISH} "HQ's address, such as https://hq.example.com:8443"
LangString AskToken ${LANG_SIMPCHINESE} "登记码（只能用一次）"
LangString AskToken ${LANG_ENGLISH} "Token (works once)"
LangString AskScan ${LANG_SIMPCHINESE} "放面单图片的文件夹，用 ; 隔开（已填入在这台电脑上找到的）"
LangString AskScan ${LANG_ENGLISH} "Scan folders, with ; between them (those found on this PC are filled in)"
LangString HalfTold ${LANG_SIMPCHINESE} "总部地址和登记码要么都填，要么都空着。地址以 https:// 开头。"
LangString HalfTold ${LANG_ENGLISH} "Fill in both HQ's address and the token, or neither. The address begins with https://."
LangString FinishText ${LANG_SIMPCHINESE} "面单卫士已装好，正在记录，开机后会自动运行，平时不需要做什么。$\r$\n$\r$\n要看它的情况：开始菜单里的“面单卫士 状态”。"
LangString FinishText ${LANG_ENGLISH} "Waybill Guard is installed and recording. It starts with this PC, and there is nothing to do for it.$\r$\n$\r$\nTo see how it stands: Waybill Guard status in the Start menu."
LangString RemoveText ${LANG_SIMPCHINESE} "面单卫士会停止监视并被卸载。证据、密钥和设置会留在这台电脑上，卸载本身是证据里的最后一条记录。"
LangString RemoveText ${LANG_ENGLISH} "Waybill Guard will stop watching and be removed. Evidence, keys and settings stay on this PC, and the removal is the last record of the evidence."
LangString AskCode ${LANG_SIMPCHINESE} "卸载码"
LangString AskCode ${LANG_ENGLISH} "Removal code"
LangString AskCodeMore ${LANG_SIMPCHINESE} "打电话给总部，要这台电脑今天的卸载码。"
LangString AskCodeMore ${LANG_ENGLISH} "Call HQ and ask for today's code for this PC."
LangString AskCodeField ${LANG_SIMPCHINESE} "总部念给您的 16 位卸载码，大小写和连字符不限"
LangString AskCodeField ${LANG_ENGLISH} "The code of 16 characters that HQ reads to you; case and hyphens do not matter"
LangString NoCode ${LANG_SIMPCHINESE} "没有有效的卸载码，没有卸载，监视没有中断。每次都会记录。"
LangString NoCode ${LANG_ENGLISH} "There is no good removal code; it was not removed and goes on watching. Each attempt is recorded."
LangString NoSpace ${LANG_SIMPCHINESE} "磁盘空间不够，什么都没有改。请先腾出空间。"
LangString NoSpace ${LANG_ENGLISH} "There is not enough space on the disk; nothing was changed. Make room first."
LangString BadOption ${LANG_SIMPCHINESE} "不认识这个选项，什么都没有改："
LangString BadOption ${LANG_ENGLISH} "This option is not known; nothing was changed:"
LangString ByMsi ${LANG_SIMPCHINESE} "这台电脑上的面单卫士是用 .msi 安装包装的，请用新的 .msi 升级。什么都没有改。"
LangString ByMsi ${LANG_ENGLISH} "On this PC Waybill Guard was installed by its .msi; use a new .msi to upgrade. Nothing was changed."
LangString InUse ${LANG_SIMPCHINESE} "正在使用的程序文件停不下来，什么都没有改。请重启电脑后再装。"
LangString InUse ${LANG_ENGLISH} "The files in use could not be set free; nothing was changed. Restart the PC and try again."
LangString Failed ${LANG_SIMPCHINESE} "没有装好。原因见 ProgramData\WaybillGuard\logs\setup.log，或把它读给总部。退出码："
LangString Failed ${LANG_ENGLISH} "It was not installed. Why is in ProgramData\WaybillGuard\logs\setup.log; read it to HQ. Exit code: "
LangString NotRemoved ${LANG_SIMPCHINESE} "没有卸载。原因见 ProgramData\WaybillGuard\logs\setup.log，或把它读给总部。退出码："
LangString NotRemoved ${LANG_ENGLISH} "It was not removed. Why is in ProgramData\WaybillGuard\logs\setup.log; read it to HQ. Exit code: "
LangString NotEnrolled ${LANG_SIMPCHINESE} "已装好并开始记录，但总部没有接受登记。原因见 ProgramData\WaybillGuard\logs\setup.log。"
LangString NotEnrolled ${LANG_ENGLISH} "Installed and recording, but HQ did not take the enrolment. Why is in ProgramData\WaybillGuard\logs\setup.log."
; The names of the entry in the Start menu, in each language: it is removed whichever it was made in.
!define STATUS_ZH "面单卫士 状态"
!define STATUS_EN "Waybill Guard status"
LangString Status ${LANG_SIMPCHINESE} "${STATUS_ZH}"
LangString Status ${LANG_ENGLISH} "${STATUS_EN}"

; Nobody sees a silent installation: what ends it is in the log too, in English, since NSIS writes no UTF-8.
!macro Log TEXT
  ReadEnvStr $R8 "ProgramData"
  CreateDirectory "$R8\WaybillGuard\logs"
  FileOpen $R9 "$R8\WaybillGuard\logs\setup.log" a
  FileSeek $R9 0 END
  FileWrite $R9 "setup ${VERSION}: ${TEXT}$\n"
  FileClose $R9
!macroend
!macro EndWith CODE MESSAGE LOGGED
  !insertmacro Log "exit code ${CODE}: ${LOGGED}"
  RMDir "$INSTDIR"
  SetErrorLevel ${CODE}
  MessageBox MB_OK|MB_ICONSTOP "${MESSAGE}" /SD IDOK
  Quit
!macroend
; The agent of this folder; its exit code is in $0.
!macro Agent FOLDER WORDS
  nsExec::Exec '"${FOLDER}\jre\bin\java.exe" "@${FOLDER}\jvm.options" -Xmx256m -jar "${FOLDER}\waybill-guard-agent.jar" ${WORDS}'
  Pop $0
!macroend
; By the environment, which takes any name of a folder, and which other users do not see.
!macro Tell VARIABLE VALUE
  StrCpy $0 ${VALUE}
  System::Call 'kernel32::SetEnvironmentVariableW(w "${VARIABLE}", w r0)'
!macroend

Function .onInit
  SetShellVarContext all
  StrCpy $Program "$INSTDIR\${VERSION}"
  ReadRegStr $Was HKLM "${UNINSTALL}" "DisplayVersion"
  Call ReadOptions
  ${IfNot} ${Silent}
  ${AndIf} $Scan == ""
    Call FindFolders
  ${EndIf}
FunctionEnd

; As Windows itself takes a command line apart: both /SCAN="D:\a b" and "/SCAN=D:\a b" are used. What is not known is wrong: a
; desk whose roll-out has a slip of the pen would never be enrolled, and nobody would hear of it.
Function ReadOptions
  System::Call 'kernel32::GetCommandLineW() p .r0'
  System::Call 'shell32::CommandLineToArgvW(p r0, *i .r1) p .r2'
  IntOp $1 $1 - 1
  ${For} $3 1 $1
    IntOp $4 $3 * 8
    IntPtrOp $4 $2 + $4
    System::Call '*$4(w .r5)'
    StrCpy $6 $5 3
    ${If} $6 == "/D="
      ${ExitFor}
    ${EndIf}
    StrCpy $6 $5 1
    ${If} $6 == "/"
      StrCpy $6 $5 4
      StrCpy $7 $5 "" 4
      ${If} $6 == "/HQ="
        StrCpy $Hq $7
      ${ElseIf} $6 == "/CA="
        StrCpy $Ca $7
      ${ElseIf} $5 == "/TRY"
      ${OrIf} $5 == "/SETTLE"
        StrCpy $Step $5
      ${ElseIf} $5 == "/S"
      ${OrIf} $5 == "/NCRC"
        Nop
      ${Else}
        StrCpy $6 $5 6
        StrCpy $7 $5 "" 6
        ${If} $6 == "/SCAN="
          StrCpy $Scan $7
        ${Else}
          StrCpy $6 $5 7
          StrCpy $7 $5 "" 7
          ${If} $6 == "/TOKEN="
            StrCpy $Token $7
          ${Else}
            StrCpy $Wrong $5
          ${EndIf}
        ${EndIf}
      ${EndIf}
    ${EndIf}
  ${Next}
  System::Call 'kernel32::LocalFree(p r2)'
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
  ${NSD_CreateLabel} 0 64u 100% 10u "$(AskScan)"
  Pop $0
  ${NSD_CreateText} 0 75u 100% 12u "$Scan"
  Pop $Field3
  ${NSD_SetFocus} $Field1
  nsDialogs::Show
FunctionEnd
Function TakePage
  ${NSD_GetText} $Field1 $Hq
  ${NSD_GetText} $Field2 $Token
  ${NSD_GetText} $Field3 $Scan
  ${If} "$Hq$Token" != ""
    StrCpy $0 $Hq 8
    ${If} $0 != "https://"
    ${OrIf} $Token == ""
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(HalfTold)"
      Abort
    ${EndIf}
  ${EndIf}
FunctionEnd

; After files of the running version could not be replaced, or the new ones do not run: what was there before runs on. When
; the agent went back by itself, this changes nothing more.
Function PutBack
  ${If} $Was == "${VERSION}"
    RMDir /r "$Program"
    Rename "$Program.before" "$Program"
  ${ElseIf} ${FileExists} "$INSTDIR\$Was\waybill-guard-agent.jar"
    RMDir /r "$Program"
  ${Else}
    RMDir /r "$Program"
    Return
  ${EndIf}
  !insertmacro Agent "$INSTDIR\$Was" "service install"
  !insertmacro Agent "$INSTDIR\$Was" "service start"
FunctionEnd

; What people and the list of programs see of this version.
Function Settle
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateDirectory "$SMPROGRAMS"
  Delete "$SMPROGRAMS\${STATUS_ZH}.lnk"
  Delete "$SMPROGRAMS\${STATUS_EN}.lnk"
  CreateShortcut "$SMPROGRAMS\$(Status).lnk" "$SYSDIR\cmd.exe" '/k ""$Program\waybill-guard.cmd" status"'
  WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "Waybill Guard 面单卫士"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" "Publisher" "Waybill Guard"
  WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" ${KIB}
  WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1
FunctionEnd

Section
  SetShellVarContext all
  ${If} $Wrong != ""
    !insertmacro EndWith 2 "$(BadOption) $Wrong" "unknown option $Wrong"
  ${EndIf}
  EnumRegValue $1 HKLM "Software\WaybillGuard\Msi" 0
  ${If} $1 != ""
    !insertmacro EndWith 2 "$(ByMsi)" "version $1 was installed by its .msi"
  ${EndIf}
  ${If} $Step == "/SETTLE"
    ${IfNot} ${FileExists} "$Program\waybill-guard-agent.jar"
      !insertmacro EndWith 1 "$(Failed) 1" "$Program is not there"
    ${EndIf}
    Call Settle
    SetErrorLevel 0
    Return
  ${EndIf}
  ; Twice the files: the archive of classes comes to them.
  CreateDirectory "$INSTDIR"
  System::Call 'kernel32::GetDiskFreeSpaceExW(w "$INSTDIR", *l .r0, p 0, p 0) i .r1'
  System::Int64Op $0 / 1024
  Pop $0
  System::Int64Op $0 < ${KIB}
  Pop $1
  ${If} $1 = 1
    !insertmacro EndWith 3 "$(NoSpace)" "$INSTDIR has $0 KiB free, and ${KIB} are needed"
  ${EndIf}
  ${If} $Was == "${VERSION}"
  ${AndIf} ${FileExists} "$Program\jre\bin\java.exe"
    ; Installed over itself: its files are in use, and are set aside until the new ones run. With settings that it does not
    ; understand it would not come back; one that runs has read others.
    !insertmacro Agent "$Program" "config check"
    ${If} $0 = 2
      !insertmacro EndWith 2 "$(Failed) 2" "the settings are wrong, and nothing was changed; see waybill-guard config check"
    ${EndIf}
    !insertmacro Agent "$Program" "service stop"
    RMDir /r "$Program.before"
    ClearErrors
    Rename "$Program" "$Program.before"
    ${If} ${Errors}
      !insertmacro Agent "$Program" "service start"
      !insertmacro EndWith 1 "$(InUse)" "$Program cannot be renamed; is a program of it running?"
    ${EndIf}
  ${Else}
    ; What an attempt that was cut off has left.
    RMDir /r "$Program"
  ${EndIf}
  ClearErrors
  !include "${FILES}"
  ${If} ${Errors}
    Call PutBack
    !insertmacro EndWith 1 "$(Failed) 1" "the files could not be written to $Program"
  ${EndIf}
  SetOutPath "$INSTDIR"
  !insertmacro Tell "WG_SCAN" $Scan
  !insertmacro Agent "$Program" "setup apply"
  StrCpy $2 $0
  ${If} $2 <> 0
    Call PutBack
    ${If} $2 = 2
      !insertmacro EndWith 2 "$(Failed) 2" "setup apply ended with $2"
    ${EndIf}
    !insertmacro EndWith 1 "$(Failed) $2" "setup apply ended with $2"
  ${EndIf}
  ${If} $Step == "/TRY"
    SetErrorLevel 0
    Return
  ${EndIf}
  Call Settle
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
  !insertmacro Tell "WG_HQ" $Hq
  !insertmacro Tell "WG_TOKEN" $Token
  !insertmacro Tell "WG_CA_SHA256" $Ca
  !insertmacro Agent "$Program" "setup enroll"
  SetErrorLevel 0
  ${If} $0 <> 0
  ${AndIf} $0 <> 3
    !insertmacro Log "exit code 4: setup enroll ended with $0"
    SetErrorLevel 4
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(NotEnrolled)" /SD IDOK
  ${EndIf}
SectionEnd

; The version that is in the list of programs, or any other that is there: each hands over to the one that runs.
Function un.FindVersion
  ReadRegStr $Was HKLM "${UNINSTALL}" "DisplayVersion"
  ${If} ${FileExists} "$INSTDIR\$Was\waybill-guard-agent.jar"
    Return
  ${EndIf}
  FindFirst $1 $2 "$INSTDIR\*.*"
  ${DoWhile} $2 != ""
    ${If} ${FileExists} "$INSTDIR\$2\waybill-guard-agent.jar"
      StrCpy $Was $2
    ${EndIf}
    FindNext $1 $2
  ${Loop}
  FindClose $1
FunctionEnd

Function un.onInit
  ${un.GetParameters} $0
  ClearErrors
  ${un.GetOptions} $0 "/CODE=" $Code
FunctionEnd

; Where no code is needed, this page's button begins the removal; by itself it would say that another page comes.
Function un.ShowRemove
  GetDlgItem $0 $HWNDPARENT 1
  SendMessage $0 ${WM_SETTEXT} 0 "STR:$(^UninstallBtn)"
FunctionEnd

; Only where HQ has to give a code, and none came with the command.
Function un.AskPage
  Call un.FindVersion
  ${If} $Code != ""
  ${OrIfNot} ${FileExists} "$INSTDIR\$Was\waybill-guard-agent.jar"
    Abort
  ${EndIf}
  !insertmacro Agent "$INSTDIR\$Was" "removal check --needed"
  ${If} $0 <> 3
    Abort
  ${EndIf}
  !insertmacro MUI_HEADER_TEXT "$(AskCode)" "$(AskCodeMore)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 10u "$(AskCodeField)"
  Pop $0
  ${NSD_CreateText} 0 11u 100% 12u ""
  Pop $Field1
  ${NSD_SetFocus} $Field1
  nsDialogs::Show
FunctionEnd
Function un.TakePage
  ${NSD_GetText} $Field1 $Code
  !insertmacro Tell "WG_CODE" $Code
  !insertmacro Agent "$INSTDIR\$Was" "removal check"
  ${If} $0 = 3
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(NoCode)"
    Abort
  ${EndIf}
FunctionEnd

Section Uninstall
  SetShellVarContext all
  Call un.FindVersion
  ${If} ${FileExists} "$INSTDIR\$Was\waybill-guard-agent.jar"
    ; What came by the environment stays when nothing was typed.
    ${If} $Code != ""
      !insertmacro Tell "WG_CODE" $Code
    ${EndIf}
    !insertmacro Agent "$INSTDIR\$Was" "setup remove --all"
    ${If} $0 = 3
      !insertmacro Log "exit code 3: HQ has to give a code for the removal, and no good one came; nothing was changed"
      SetErrorLevel 3
      MessageBox MB_OK|MB_ICONSTOP "$(NoCode)" /SD IDOK
      Quit
    ${EndIf}
    ${If} $0 <> 0
      StrCpy $1 $0
      !insertmacro Agent "$INSTDIR\$Was" "service start"
      !insertmacro Log "exit code 1: setup remove ended with $1"
      SetErrorLevel 1
      MessageBox MB_OK|MB_ICONSTOP "$(NotRemoved) $1" /SD IDOK
      Quit
    ${EndIf}
  ${EndIf}
  FindFirst $1 $2 "$INSTDIR\*.*"
  ${DoWhile} $2 != ""
    ${If} ${FileExists} "$INSTDIR\$2\waybill-guard-agent.jar"
      RMDir /r "$INSTDIR\$2"
    ${EndIf}
    FindNext $1 $2
  ${Loop}
  FindClose $1
  Delete "$SMPROGRAMS\${STATUS_ZH}.lnk"
  Delete "$SMPROGRAMS\${STATUS_EN}.lnk"
  Delete "$INSTDIR\uninstall.exe"
  ${If} ${FileExists} "$INSTDIR\uninstall.exe"
    ; Started with _?=FOLDER it is in use itself: it goes out of the way now, and off the disk at the next restart.
    GetTempFileName $1
    Delete "$1"
    Rename "$INSTDIR\uninstall.exe" "$1"
    Delete /REBOOTOK "$1"
  ${EndIf}
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${UNINSTALL}"
SectionEnd
