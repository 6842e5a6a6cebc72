@echo off
rem waybill-guard   the command for people; the service does not use it.
"%~dp0jre\bin\java.exe" "@%~dp0jvm.options" -Xmx512m -Xss1m -jar "%~dp0waybill-guard-agent.jar" %*
