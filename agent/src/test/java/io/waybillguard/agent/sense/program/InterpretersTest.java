package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InterpretersTest {
  @ParameterizedTest
  @CsvSource({
    "/usr/bin/dash, sh /media/STICK/run.sh, /media/STICK/run.sh",
    "/usr/bin/bash, bash -x run.sh one, run.sh",
    "/usr/bin/bash, bash -o pipefail -- -odd.sh, -odd.sh",
    "/usr/bin/bash, -bash, ",
    "/usr/bin/bash, bash -lc ./x, ",
    "/usr/bin/bash, bash -s a, ",
    "/usr/bin/python3.11, python3 -u -W ignore x.py -c 1, x.py",
    "/usr/bin/python3.11, python3 -c print(1) x.py, ",
    "/usr/bin/python3.11, python3 -m http.server, ",
    "/usr/bin/perl, perl -w /tmp/.x/a.pl, /tmp/.x/a.pl",
    "/usr/bin/perl, perl -e 1 a.pl, ",
    "/usr/bin/node, node -r ./hook.js main.js, main.js",
    "/usr/bin/php8.2, php -f a.php, a.php",
    "/usr/bin/php8.2, php -r 1;, ",
    "/usr/lib/jvm/java-17/bin/java, java -cp a.jar -jar /tmp/b.jar x, /tmp/b.jar",
    "/usr/lib/jvm/java-17/bin/java, java -cp a.jar Main, ",
    "/usr/bin/lua5.4, lua a.lua, a.lua",
    "/usr/bin/wine64, wine64 setup.exe, setup.exe",
  })
  void theFileIsToldFromTheCall(String program, String call, String script) {
    assertEquals(
        Optional.ofNullable(script),
        Interpreters.script(Path.of(program), List.of(call.split(" "))));
  }

  /** Calls with {@code |} between their words. */
  @ParameterizedTest
  @CsvSource({
    "powershell.exe, powershell|-NoProfile|-ep|bypass|-File|U:\\a b.ps1|x, U:\\a b.ps1",
    "POWERSHELL.EXE, powershell.exe|/FI|C:\\x, C:\\x",
    "powershell.exe, powershell|-Command|& 'C:\\面单\\a.ps1' -x, C:\\面单\\a.ps1",
    "powershell.exe, powershell|-c|Get-Date, ",
    "powershell.exe, powershell|-enc|ZQBjAGgAbwA=, ",
    "pwsh.exe, pwsh|C:\\b.ps1, C:\\b.ps1",
    "pwsh, pwsh|-f|/tmp/b.ps1, /tmp/b.ps1",
    "cmd.exe, cmd|/d|/c|\"\"U:\\go.bat\"|x, U:\\go.bat",
    "cmd.exe, cmd|/c|dir, ",
    "wscript.exe, wscript.exe|//B|//E:vbscript|C:\\a.txt|/x, C:\\a.txt",
    "cscript.exe, cscript|//nologo|a.vbs, a.vbs",
    "mshta.exe, mshta|C:\\a.hta, C:\\a.hta",
    "regsvr32.exe, regsvr32|/s|/n|/i:x|C:\\a.dll, C:\\a.dll",
    "rundll32.exe, 'rundll32|C:\\a.dll,Start|1', C:\\a.dll",
    "msiexec.exe, msiexec|/qn|/i|U:\\向日葵.msi|X=1, U:\\向日葵.msi",
    "msiexec.exe, msiexec|/iU:\\a.msi|/qn, U:\\a.msi",
    "msiexec.exe, msiexec|/V, ",
    "pythonw.exe, pythonw|-u|C:\\a.py, C:\\a.py",
    "javaw.exe, javaw|-jar|C:\\a.jar, C:\\a.jar",
    "Node.EXE, node|main.js, main.js",
  })
  void theFileIsToldFromTheCallOnWindows(String program, String call, String script) {
    assertEquals(
        Optional.ofNullable(script),
        Interpreters.script(
            Path.of("C:/Windows/System32").resolve(program), List.of(call.split("\\|"))));
  }

  @ParameterizedTest
  @CsvSource({
    "C:/Windows/System32/cmd.exe, true",
    "C:/Windows/System32/WScript.exe, true",
    "C:/Python312/pythonw.exe, true",
    "C:/Program Files/java/bin/javac.exe, false",
    "C:/Windows/explorer.exe, false",
    "C:/Windows/hhw.exe, false",
    "/usr/bin/bash, true",
    "/usr/bin/python3.11, true",
    "/usr/bin/python3-dbg, true",
    "/usr/bin/ssh, false",
    "/usr/bin/flash, false",
    "/usr/bin/javac, false",
    "/usr/bin/phpunit, false",
  })
  void anInterpreterIsOneByItsWholeName(String program, boolean isOne) {
    assertEquals(isOne, Interpreters.isOne(Path.of(program)));
  }
}
