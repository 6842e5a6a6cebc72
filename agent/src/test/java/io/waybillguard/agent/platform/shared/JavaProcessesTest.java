package io.waybillguard.agent.platform.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RunningProgram;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What runs on this very machine. */
final class JavaProcessesTest {
  @Test
  void thisProcessIsThereWithItsProgramAndWhoMadeIt() {
    long me = ProcessHandle.current().pid();
    RunningProgram mine =
        new JavaProcesses().now().stream().filter(p -> p.pid() == me).findFirst().orElseThrow();
    assertTrue(mine.executable().matches(".*[/\\\\]java(\\.exe)?"), mine.executable());
    // Windows names an account with its domain before it.
    assertTrue(
        mine.user().matches("(.*\\\\)?" + Pattern.quote(System.getProperty("user.name"))),
        mine.user());
    assertEquals(
        ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L), mine.parentPid());
  }
}
