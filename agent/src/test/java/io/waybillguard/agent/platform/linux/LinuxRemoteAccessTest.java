package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteSigns.Connection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
    var elsewhere = new LinuxRemoteAccess(root, Set.of("x11vnc"), Utmp.Layout.of("amd64"));
    elsewhere.open();
    elsewhere.await(Duration.ZERO); // from here on it is watched
    Files.writeString(sessions.resolve("4"), "UID=1000\n");
    assertTimeoutPreemptively(
        Duration.ofSeconds(30), () -> elsewhere.await(Duration.ofMinutes(10)));
    elsewhere.close();
  }

  @Test
  void aWaitEndsWhenItIsCalledOrWithPatience() throws IOException {
    access.wake();
    access.await(Duration.ofSeconds(60));
    access.await(Duration.ofMillis(10));
  }
}
