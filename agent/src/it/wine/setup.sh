#!/bin/sh
# setup.sh FOLDER   a Windows Java runtime in a Wine prefix of its own under FOLDER, for what must be run on Windows and can be on Wine.
# Debian 12's wine and wine64, Maven, unzip and localedef must be there. The first time takes a minute, later a second. FOLDER then holds
# java (a command that takes Windows paths and options of java.exe), prefix, jre and junit.jar.
set -eu
[ $# = 1 ] || { echo "usage: setup.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
to=$(cd "$1" && pwd)
# A Windows build of Temurin 17 lies in this archive. 21's network library needs a function that Wine 8.0 lacks.
runtime=org.sonarsource.scanner.cli:sonar-scanner-cli:7.3.0.5189:zip:windows-x64
junit=org.junit.platform:junit-platform-console-standalone:1.14.4
mkdir -p "$to/home" "$to/locale"
export HOME="$to/home" WINEPREFIX="$to/prefix" WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml=;winemenubuilder.exe='

fetch() { # fetch ARTIFACT FOLDER: through Maven's own repository; from a folder without a pom
  mkdir -p "$2"
  (cd "$2" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact="$1" -DoutputDirectory="$2") >&2
}
if [ ! -f "$to/jre/bin/java.exe" ]; then
  rm -rf "$to/fetched" "$to/jre"
  fetch "$runtime" "$to/fetched"
  unzip -q "$to"/fetched/*.zip '*/jre/*' -d "$to/fetched"
  mv "$to"/fetched/*/jre "$to/jre"
  rm -rf "$to/fetched"
fi
if [ ! -f "$to/junit.jar" ]; then
  fetch "$junit" "$to/fetched"
  mv "$to"/fetched/junit-platform-console-standalone-*.jar "$to/junit.jar"
  rm -rf "$to/fetched"
fi
# Wine takes its code page from a locale that must exist: this is Chinese Windows, code page 936.
[ -d "$to/locale/zh_CN.UTF-8" ] || localedef -i zh_CN -f UTF-8 "$to/locale/zh_CN.UTF-8"

cat > "$to/java" <<END
#!/bin/sh
# java OPTION...   java.exe under Wine. WINE_LANG=zh: as Chinese Windows.
export HOME='$HOME' WINEPREFIX='$WINEPREFIX' WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='$WINEDLLOVERRIDES'
if [ "\${WINE_LANG:-}" = zh ]; then export LOCPATH='$to/locale' LC_ALL=zh_CN.UTF-8; else export LC_ALL=C.UTF-8; fi
# HotSpot warns on standard output that Wine knows no processor groups.
exec wine '$to/jre/bin/java.exe' -XX:-PrintWarnings "\$@"
END
chmod +x "$to/java"

# Never through a pipe: the prefix's server would inherit it, and its reader never see the end.
quiet() { LC_ALL=C.UTF-8 timeout 120 wine "$@" >>"$to/wine.log" 2>&1 </dev/null; }
if [ ! -f "$to/ready" ]; then
  quiet wineboot -i
  quiet winecfg -v win10
  # Windows without a screen, and no dialog when a program falls.
  quiet reg add 'HKCU\Software\Wine\Drivers' /v Graphics /d x11,null /f
  quiet reg add 'HKCU\Software\Wine\WineDbg' /v ShowCrashDialog /t REG_DWORD /d 0 /f
  # Wine waits ten seconds for a service to speak, Windows thirty; a busy build server needs more.
  quiet reg add 'HKLM\System\CurrentControlSet\Control' /v ServicesPipeTimeout /t REG_SZ /d 120000 /f
  timeout 60 wineserver -w || :
  : > "$to/ready"
fi
timeout 120 "$to/java" -version > "$to/version.txt" 2>&1 < /dev/null || { cat "$to/version.txt" >&2; exit 1; }
echo "$(wine --version), $(grep -i 'openjdk version' "$to/version.txt" | tr -d '\r')"
