@echo off
rem setup-msi apply HQ TOKEN CA SCAN, setup-msi remove CODE   the agent's own steps, for the package for Windows Installer. An HQ that
rem does not take the enrolment is no reason to be without an agent: logs\setup.log says why, and HQ sees the desk missing.
setlocal DisableDelayedExpansion
set "AGENT="%~dp0jre\bin\java.exe" "@%~dp0jvm.options" -Xmx256m -jar "%~dp0waybill-guard-agent.jar""
if "%~1"=="remove" goto remove
set "WG_SCAN=%~5"
%AGENT% setup apply
if errorlevel 1 exit /b 1
set "WG_HQ=%~2"
set "WG_TOKEN=%~3"
set "WG_CA_SHA256=%~4"
%AGENT% setup enroll
exit /b 0
:remove
set "WG_CODE=%~2"
%AGENT% setup remove
if errorlevel 1 exit /b 1
exit /b 0
