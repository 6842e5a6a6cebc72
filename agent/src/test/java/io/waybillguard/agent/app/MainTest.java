package io.waybillguard.agent.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.ConfigFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class MainTest {

  @Test
  void wrongUsageIsOneLineThatNamesTheNearestRightOneAndTheHelp() {
    assertUsage("confg", "confg 不是已知的命令。最接近的是 config。用法见 waybill-guard --help。");
    assertUsage("config chek", "chek 不是已知的命令。最接近的是 check。用法见 waybill-guard config --help。");
    assertUsage(
        "config check --jso", "--jso 不是已知的选项。最接近的是 --json。用法见 waybill-guard config check --help。");
    assertUsage("config check a b", "b 是多余的。用法见 waybill-guard config check --help。");
    assertUsage("config check --home", "缺少 --home DIR。用法见 waybill-guard config check --help。");
    assertUsage("--home a --home b config check", "--home 写了两次。用法见 waybill-guard --help。");
    assertUsage("--lang fr config check", "--lang 不能是 fr，应为 zh|en。用法见 waybill-guard --help。");
  }

  private static void assertUsage(String line, String sentence) {
    CalledMain called = call(Language.ZH, line);
    assertEquals("waybill-guard: " + sentence + "\n", called.err(), line);
    assertEquals("", called.out(), line);
    assertEquals(Exit.USAGE.code(), called.code(), line);
  }

  @Test
  void everyCommandHasHelpInBothLanguages() {
    for (String command : new String[] {"", "config ", "config check "}) {
      CalledMain chinese = call(Language.ZH, command + "--help");
      CalledMain english = call(Language.EN, command + "--help");
      assertEquals(Exit.DONE.code(), chinese.code());
      assertEquals("", chinese.err());
      assertTrue(chinese.out().lines().findFirst().orElse("").matches("\\p{IsHan}.*"), command);
      assertTrue(chinese.out().contains("\n用法：waybill-guard "), chinese.out());
      assertTrue(english.out().contains("\nUsage: waybill-guard "), english.out());
      assertEquals(
          0, english.out().codePoints().filter(Character::isIdeographic).count(), english.out());
      assertTrue(
          Stream.concat(chinese.out().lines(), english.out().lines())
              .allMatch(line -> Columns.of(line) <= Columns.WIDTH));
    }
  }

  @Test
  void halfACommandShowsWhatItCouldBeAndIsWrongUsage() {
    CalledMain called = call(Language.EN, "config");
    assertEquals(Exit.USAGE.code(), called.code());
    assertTrue(called.out().contains("\n  check  "), called.out());
    assertEquals(Exit.USAGE.code(), CalledMain.of(Language.EN, Stream.empty()).code());
  }

  @Test
  void theVersionIsTheOneOfTheBuild() {
    CalledMain called = call(Language.ZH, "--version");
    assertEquals(Exit.DONE.code(), called.code());
    assertTrue(called.out().matches("waybill-guard \\d+\\.\\d+\\.\\d+\n"), called.out());
  }

  @Test
  void whatAPersonCanMendIsToldInWordsAndNeverAsAStackTrace() {
    assertFailure(
        () -> {
          throw new AccessDeniedException("/var/lib/waybill-guard");
        },
        Exit.UNAVAILABLE,
        "No permission to read or write /var/lib/waybill-guard. Run this as administrator"
            + " (root).");
    assertFailure(
        () -> {
          throw new NoSuchFileException("data/log.db");
        },
        Exit.FAILED,
        "data/log.db does not exist. Check the path.");
    assertFailure(
        () -> {
          throw new IOException("No space left on device");
        },
        Exit.FAILED,
        "Not finished: No space left on device. Details are in logs/commands.log.");
    assertFailure(
        () -> {
          throw new Refusal(Exit.UNAVAILABLE, "file.denied", "x");
        },
        Exit.UNAVAILABLE,
        "No permission to read or write x. Run this as administrator (root).");
  }

  @Test
  void aBugSaysWhereItsDetailsAre() {
    assertFailure(
        () -> {
          throw new IllegalStateException("seven\nis not eight");
        },
        Exit.FAILED,
        "The program failed and did not finish: java.lang.IllegalStateException: seven<a>is not"
            + " eight. Details are in logs/commands.log; please send it to HQ.");
  }

  @Test
  void aWrongSettingStopsTheStart() {
    CalledMain called =
        CalledMain.of(
            Language.ZH,
            () -> {
              ConfigFile.parse(
                  "\n\nscan_folder: x\nevery: 1h\n".getBytes(UTF_8), "config/agent.yaml");
              return Exit.DONE;
            });
    assertEquals(Exit.USAGE.code(), called.code());
    assertEquals(
        "waybill-guard: config/agent.yaml:4: every 不是已知的设置。最接近的是 report.every。未启动。",
        called.errLines().get(1));
  }

  private static void assertFailure(Action action, Exit exit, String sentence) {
    CalledMain called = CalledMain.of(Language.EN, action);
    assertEquals("waybill-guard: " + sentence + "\n", called.err());
    assertEquals("", called.out());
    assertEquals(exit.code(), called.code());
  }

  private static CalledMain call(Language language, String line) {
    return CalledMain.of(language, Stream.of(line.split(" ")));
  }
}
