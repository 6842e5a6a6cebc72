package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.memory.Churn;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class LinuxProcessesTest {
  /** Lines of a real /proc/PID/status (Debian 12, kernel 6.1), the others left out. */
  private static final String STATUS =
      """
      Name:\tcp
      Umask:\t0022
      State:\tR (running)
      Tgid:\t350
      Pid:\t350
      PPid:\t348
      Uid:\t0\t1000\t1000\t1000
      Gid:\t1000\t1000\t1000\t1000
      """;

  @TempDir private Path root;

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisProcessIsAJavaRuntimeMadeByItsParent() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    ProcessFacts facts = new LinuxProcesses().of(self.pid());
    assertEquals(Path.of("/proc/self/exe").toRealPath().toString(), facts.executable());
    assertEquals(self.parent().orElseThrow().pid(), facts.parentPid());
    assertEquals(Files.getOwner(Path.of("/proc/self")).getName(), facts.user());
  }

  @Test
  void theEffectiveAccountCountsAndIsNamedByThePasswordFile() throws IOException {
    process(350, "/usr/bin/cp");
    passwd("root:x:0:0:root:/root:/bin/bash\ncourier:x:1000:1000::/home/courier:/bin/bash\n");
    assertEquals(
        new ProcessFacts(350, "/usr/bin/cp", "courier", 348), new LinuxProcesses(root).of(350));
  }

  @Test
  void anAccountWithoutANameIsItsNumber() throws IOException {
    process(350, "/usr/bin/cp");
    assertEquals("1000", new LinuxProcesses(root).of(350).user(), "no password file");
    passwd("root:x:0:0:root:/root:/bin/bash\nbroken line\n");
    assertEquals("1000", new LinuxProcesses(root).of(350).user());
  }

  @Test
  void whatRanIsRememberedAfterItIsGone() throws IOException {
    Path process = process(350, "/usr/bin/cp");
    passwd("courier:x:1000:1000::/home/courier:/bin/bash\n");
    LinuxProcesses processes = new LinuxProcesses(root);
    ProcessFacts seen = processes.runs(350, Path.of("/usr/bin/cp"));
    Files.delete(process.resolve("status"));
    Files.delete(process.resolve("exe"));
    assertEquals(seen, processes.of(350));
    assertEquals("courier", seen.user());
  }

  @Test
  void aNewProgramInAProcessReplacesTheOldOne() throws IOException {
    process(350, "/usr/bin/sh");
    LinuxProcesses processes = new LinuxProcesses(root);
    assertEquals("/usr/bin/sh", processes.of(350).executable());
    processes.runs(350, Path.of("/usr/bin/cp"));
    assertEquals("/usr/bin/cp", processes.of(350).executable());
  }

  @Test
  void whoIsGoneAndWasNeverSeenIsAPidAndNothingElse() {
    assertEquals(new ProcessFacts(77, "", "", 0), new LinuxProcesses(root).of(77));
    assertEquals(ProcessFacts.UNKNOWN, new LinuxProcesses(root).of(0));
  }

  @Test
  void whatIsLeftOfAnEndedProcessIsNotTakenForOneWithoutAProgram() throws IOException {
    Path process = process(350, "/usr/bin/curl");
    Files.delete(process.resolve("exe"));
    Files.writeString(process.resolve("status"), STATUS.replace("R (running)", "Z (zombie)"));
    LinuxProcesses processes = new LinuxProcesses(root);
    assertEquals(new ProcessFacts(350, "", "1000", 348), processes.of(350));
    Files.createSymbolicLink(process.resolve("exe"), Path.of("/usr/bin/next"));
    assertEquals("/usr/bin/next", processes.of(350).executable(), "its number is another's now");
  }

  @Test
  void aMillionProcessesTakeTheRoomOfAsManyAsAreRemembered() throws Exception {
    LinuxProcesses processes = new LinuxProcesses(root);
    Churn.millionThrough(processes, pid -> processes.runs(pid, Path.of("/opt/p" + pid)));
  }

  @Test
  void allThatRunAlreadyAreLearned() throws IOException {
    Path old = process(350, "/usr/bin/daemon");
    Files.createDirectories(root.resolve("proc/sys"));
    LinuxProcesses processes = new LinuxProcesses(root);
    processes.learnAll();
    Files.delete(old.resolve("exe"));
    assertTrue(processes.of(350).executable().endsWith("daemon"));
  }

  private Path process(long pid, String executable) throws IOException {
    Path process = Files.createDirectories(root.resolve("proc/" + pid));
    Files.writeString(process.resolve("status"), STATUS);
    Files.createSymbolicLink(process.resolve("exe"), Path.of(executable));
    return process;
  }

  private void passwd(String content) throws IOException {
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/passwd"), content);
  }
}
