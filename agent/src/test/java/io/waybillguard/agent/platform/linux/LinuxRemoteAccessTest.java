package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On this machine: the Java runtime of the test stands for a tool and for its peer. */
@EnabledOnOs(OS.LINUX)
final class LinuxRemoteAccessTest {
  private final LinuxRemoteAccess access = new LinuxRemoteAccess(Set.of("java"));

  private static Optional<Connection> to(int port, RemoteSigns signs) {
    return signs.connections().stream().filter(c -> c.here().port() == port).findFirst();
  }

  @Test
  void aRealConnectionIsSeenWithBothItsEndsAndIsGoneWhenItIsClosed() throws IOException {
    access.open();
    long self = ProcessHandle.current().pid();
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertFalse(to(door.getLocalPort(), access.look()).isPresent(), "listening is no connection");
      try (Socket caller = new Socket(door.getInetAddress(), door.getLocalPort());
          Socket taken = door.accept()) {
        RemoteSigns signs = access.look();
        Connection seen = to(door.getLocalPort(), signs).orElseThrow();
        assertEquals(taken.getPort(), seen.peer().port());
        assertEquals(caller.getLocalPort(), seen.peer().port());
        assertTrue(seen.owners().contains(self), seen.toString());
        assertTrue(seen.doors().contains(self), seen.toString());
        assertTrue(seen.loopback());
        assertTrue(seen.caller().executable().endsWith("/java"), seen.toString());
        assertTrue(
            signs.processes().stream()
                .anyMatch(p -> p.facts().pid() == self && p.commandLine().contains("java")));
        assertEquals(seen, to(door.getLocalPort(), access.look()).orElseThrow(), "looked at again");
      }
      assertFalse(to(door.getLocalPort(), access.look()).isPresent());
    } finally {
      access.close();
    }
  }

  @Test
  void aLoginThatTheSystemWritesDownEndsTheWaitAtOnce(@TempDir Path root) throws IOException {
    Path sessions = Files.createDirectories(root.resolve("run/systemd/sessions"));
    Path proc = Files.createDirectories(root.resolve("proc/net"));
    for (String table : List.of("tcp", "tcp6")) {
      Files.writeString(proc.resolve(table), "  sl  local_address rem_address\n");
    }
    Files.writeString(root.resolve("proc/stat"), "btime 1780000000\n");
    Files.writeString(root.resolve("proc/loadavg"), "0.00 0.00 0.00 1/100 4711\n");
    var elsewhere =
        new LinuxRemoteAccess(root, Set.of("x11vnc"), Utmp.Layout.of("amd64"), List.of(root));
    elsewhere.open();
    Path log = Files.createDirectory(root.resolve("log"));
    assertFalse(elsewhere.watch(Set.of(log)), "tools that start are not told without a trace");
    Files.writeString(sessions.resolve("4"), "UID=1000\n");
    assertTrue(isWoken(elsewhere));
    assertFalse(elsewhere.await(Duration.ZERO, Duration.ZERO), "each change is told once");
    Files.writeString(log.resolve("tool.log"), "somebody is in\n");
    assertTrue(isWoken(elsewhere));
    assertFalse(elsewhere.watch(Set.of(log, root.resolve("not-there"))));
    elsewhere.close();
  }

  private static boolean isWoken(LinuxRemoteAccess access) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(30), () -> access.await(Duration.ZERO, Duration.ofMinutes(10)));
  }

  @Test
  void theKernelTellsOfConnectionsThatComeInAndOfToolsThatStart(@TempDir Path bin)
      throws Exception {
    Path tool = Files.copy(Path.of("/bin/sleep"), bin.resolve("wg-test-tool"));
    try (OwnMount tracefs = OwnMount.of("tracefs");
        ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var traced =
          new LinuxRemoteAccess(
              Path.of("/"),
              Set.of("wg-test-tool", "wg-another", "and-a-name-of-more-than-15-bytes"),
              Utmp.Layout.of("amd64"),
              List.of(tracefs.path()));
      traced.open();
      try {
        assertTrue(traced.watch(Set.of()));
        assertTrue(isPassedOver(traced), "another program");
        try (Socket caller = new Socket(door.getInetAddress(), door.getLocalPort())) {
          assertTrue(caller.isConnected() && isWoken(traced), "a connection that came in");
          calm(traced);
          Process started = new ProcessBuilder(tool.toString(), "60").start();
          assertTrue(isWoken(traced), "a tool that was started");
          started.destroy();
          assertTrue(started.waitFor() > 0);
        }
        calm(traced);
        String renames = "printf wg-another > /proc/self/comm; exit 0";
        assertEquals(0, OwnMount.run("/bin/bash", "-c", renames));
        assertTrue(isWoken(traced), "a process that calls itself so");
      } finally {
        traced.close();
      }
      try (DirectoryStream<Path> left =
          Files.newDirectoryStream(
              tracefs.path().resolve("instances"),
              "waybill-guard-" + ProcessHandle.current().pid() + "-session")) {
        assertFalse(left.iterator().hasNext(), "the kernel traces nothing for us any more");
      }
    }
  }

  /** One of some tries, since others may connect to this machine meanwhile. */
  private static boolean isPassedOver(LinuxRemoteAccess access) throws Exception {
    for (int i = 0; i < 10; i++) {
      calm(access);
      assertEquals(0, OwnMount.run("/bin/sleep", "0"));
      if (!access.await(Duration.ZERO, Duration.ofMillis(300))) {
        return true;
      }
    }
    return false;
  }

  /** Until nothing that others do, as who connects to this machine, ends a wait. */
  private static void calm(LinuxRemoteAccess access) throws IOException {
    int calls = 0;
    while (access.await(Duration.ZERO, Duration.ofMillis(300))) {
      calls++;
      assertTrue(calls < 100, "never calm");
    }
  }

  @Test
  void whatCannotBeAskedOfTheKernelIsAnErrorAndNotAnotherQuestion() throws IOException {
    assertThrows(IOException.class, () -> ArrivalTrace.events(Set.of("a\" || \"b")));
    assertEquals(
        "newcomm == \"a\" || newcomm == \"b\"",
        ArrivalTrace.events(Set.of("b", "a")).get("task/task_rename"));
  }

  @Test
  void aWaitEndsWhenItIsCalledOrWithPatience() throws IOException {
    access.open();
    access.wake();
    assertFalse(access.await(Duration.ofSeconds(60), Duration.ofSeconds(60)));
    access.wake();
    assertFalse(access.await(Duration.ZERO, Duration.ofSeconds(60)));
    boolean unused = access.await(Duration.ZERO, Duration.ofMillis(10));
    access.close();
  }
}
