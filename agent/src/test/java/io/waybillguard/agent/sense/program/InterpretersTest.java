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

  @ParameterizedTest
  @CsvSource({
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
