package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RemoteSigns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is not read again while the kernel's counts are as they were, and is as soon as they are
 * not. Lines of snmp, tcp and loadavg: a Debian 12 with kernel 6.1, columns after the last one that
 * is read left out.
 */
@EnabledOnOs(OS.LINUX)
final class LooksThatAreSparedTest {
  private static final String NAMES =
      "Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets"
          + " CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors";

  private static final String LISTENING =
      "   0: 00000000:0D3D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0"
          + " 100 1 0000000000000000 100 0 0 10 0\n";
  private static final String CONNECTED =
      "   1: 0201A8C0:0D3D 0901A8C0:C350 01 00000000:00000000 00:00000000 00000000     0        0"
          + " 200 1 0000000000000000 100 0 0 10 0\n";

  @TempDir private Path root;
  private Path proc = Path.of("/");

  @BeforeEach
  void aMachine() throws IOException {
    proc = Files.createDirectories(root.resolve("proc"));
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(proc.resolve("stat"), "btime 1780000000\n");
    newest(500);
    counts(3, 0, 0);
    tcp(LISTENING);
  }

  private void newest(long pid) throws IOException {
    Files.writeString(proc.resolve("loadavg"), "0.01 0.02 0.00 1/100 " + pid + "\n");
  }

  private void counts(long active, long passive, long open) throws IOException {
    Files.writeString(
        proc.resolve("net/snmp"),
        NAMES
            + "\nTcp: 1 200 120000 -1 "
            + active
            + " "
            + passive
            + " 0 0 "
            + open
            + " 90 80 0 0 0 0\n");
  }

  private void tcp(String rows) throws IOException {
    Files.writeString(
        proc.resolve("net/tcp"), "  sl  local_address rem_address   st tx_queue\n" + rows);
  }

  private Path process(long pid, String name, String commandLine) throws IOException {
    Path process = Files.createDirectories(proc.resolve(Long.toString(pid)));
    Files.createDirectories(process.resolve("fd"));
    Files.writeString(
        process.resolve("stat"),
        pid + " (" + name + ") S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4000 0 0\n");
    Files.writeString(process.resolve("cmdline"), commandLine + "\0");
    return process;
  }

  private LinuxRemoteAccess access() throws IOException {
    LinuxRemoteAccess access =
        new LinuxRemoteAccess(root, Set.of("xrdp"), Utmp.Layout.of("amd64"), List.of(root));
    String unused = access.open();
    return access;
  }

  @Test
  void aConnectionThatCameInIsSeenAtOnceAndOneThatWentToo() throws Exception {
    LinuxRemoteAccess access = access();
    assertEquals(List.of(), access.look().connections());
    tcp(LISTENING + CONNECTED);
    counts(3, 1, 1);
    assertEquals(1, access.look().connections().size());
    assertEquals(1, access.look().connections().size());
    tcp(LISTENING);
    counts(3, 1, 0);
    assertEquals(List.of(), access.look().connections());
  }

  @Test
  void whoIsAcceptedAfterALookIsKnownAtTheNext() throws Exception {
    LinuxRemoteAccess access = access();
    tcp(LISTENING + CONNECTED.replace(" 200 1 ", " 0 1 "));
    counts(3, 1, 1);
    assertFalse(access.look().connections().get(0).isAccepted());
    tcp(LISTENING + CONNECTED);
    assertTrue(access.look().connections().get(0).isAccepted(), "the counts are the same");
  }

  @Test
  void theTableIsReadAgainNowAndThenWhateverTheCountsSay() throws Exception {
    LinuxRemoteAccess access = access();
    tcp(LISTENING + CONNECTED);
    assertEquals(List.of(), access.look().connections(), "nothing says that somebody came");
    boolean isSeen = false;
    for (int i = 0; i < 60; i++) {
      isSeen |= !access.look().connections().isEmpty();
    }
    assertTrue(isSeen);
  }

  @Test
  void aProgramOfAToolIsSeenWhenItStartsAndNoMoreWhenItHasEnded() throws Exception {
    LinuxRemoteAccess access = access();
    assertEquals(List.of(), access.look().processes());
    Path process = process(501, "xrdp", "/usr/sbin/xrdp");
    newest(501);
    RemoteSigns signs = access.look();
    assertEquals(501, signs.processes().get(0).facts().pid());
    Files.writeString(process.resolve("cmdline"), "xrdp: somebody is in\0");
    assertEquals("xrdp: somebody is in", access.look().processes().get(0).commandLine());
    Files.writeString(process.resolve("cmdline"), "");
    Files.writeString(
        process.resolve("stat"), "501 (xrdp) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4000 0 0\n");
    assertEquals(List.of(), access.look().processes(), "a zombie has ended");
  }

  @Test
  void aProcessThatBecomesAnotherProgramIsFoundWithinSomeLooks() throws Exception {
    Path process = process(400, "sh", "sh");
    LinuxRemoteAccess access = access();
    for (int i = 0; i < 30; i++) {
      newest(600 + i);
      assertEquals(List.of(), access.look().processes());
    }
    Files.writeString(
        process.resolve("stat"), "400 (xrdp) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4000 0 0\n");
    boolean isSeen = false;
    for (int i = 0; i < 60; i++) {
      isSeen |= !access.look().processes().isEmpty();
    }
    assertTrue(isSeen, "though no process was started");
  }

  @Test
  void aLockerIsFoundWhenItStartsAndItsEndAtOnce() throws Exception {
    Lockers lockers = new Lockers(proc);
    assertEquals(Optional.empty(), lockers.running());
    Path process = process(510, "i3lock", "/usr/bin/i3lock\0-c");
    newest(510);
    assertEquals(Optional.of("i3lock"), lockers.running());
    Files.delete(process.resolve("cmdline"));
    assertEquals(Optional.empty(), lockers.running(), "that it ended starts no process");
  }

  @Test
  void countsOfAnotherFormAreNone() {
    assertEquals(Optional.empty(), TcpCounters.parse(List.of()));
    assertEquals(Optional.empty(), TcpCounters.parse(List.of(NAMES, "Tcp: 1 200")));
    assertEquals(
        Optional.empty(),
        TcpCounters.parse(List.of(NAMES, "Tcp: 1 200 1 -1 x 9 0 0 2 90 80 0 0 0 0")));
    assertEquals(
        Optional.of(new TcpCounters(7, 9, 2, 80)),
        TcpCounters.parse(List.of("Ip: 1", NAMES, "Tcp: 1 200 1 -1 7 9 0 0 2 90 80 0 0 0 0")));
    assertFalse(TcpCounters.read(Path.of("/nowhere")).isPresent());
  }
}
