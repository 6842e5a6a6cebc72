package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.waybillguard.agent.platform.Sockets;
import io.waybillguard.agent.platform.SocketsContract;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The real kernel, with connections of this process over loopback. */
@EnabledOnOs(OS.LINUX)
final class LinuxSocketsTest implements SocketsContract {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final LinuxSockets sockets =
      new LinuxSockets(new LinuxProcesses(), InstantSource.system());
  private final List<Sockets.Reading> told = new ArrayList<>();

  @Override
  public Sockets sockets() {
    return sockets;
  }

  @AfterEach
  void close() {
    sockets.close();
  }

  /** The last reading of the wanted connection. */
  private Sockets.Reading await(Predicate<Sockets.Reading> wanted) throws Exception {
    Instant end = Instant.now().plus(DEADLINE);
    while (Instant.now().isBefore(end)) {
      for (Sockets.Reading one : told) {
        if (wanted.test(one)) {
          return one;
        }
      }
      told.addAll(sockets.await(Duration.ofMillis(100)));
    }
    return fail("no such connection among " + told);
  }

  private static void send(Socket from, Socket to, int bytes) throws Exception {
    from.getOutputStream().write(new byte[bytes]);
    assertEquals(bytes, to.getInputStream().readNBytes(bytes).length);
  }

  @Test
  void everyByteOfAConnectionIsCountedWhileItLivesAndAtItsEnd() throws Exception {
    sockets.open();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = server.getLocalPort();
      try (Socket client = new Socket(server.getInetAddress(), port);
          Socket accepted = server.accept()) {
        send(client, accepted, 50_000);
        Sockets.Reading living = await(r -> r.port() == port && r.sent() == 50_000);
        assertEquals(ProcessHandle.current().pid(), living.by().pid());
        assertTrue(!living.ended() && !living.incoming(), living::toString);
        Sockets.Reading other =
            await(r -> r.port() == client.getLocalPort() && r.received() == 50_000);
        assertTrue(other.incoming(), other::toString);
        send(client, accepted, 70_001);
      }
      Sockets.Reading end = await(r -> r.port() == port && r.ended());
      assertEquals(120_001, end.sent());
      assertEquals(ProcessHandle.current().pid(), end.by().pid());
      assertEquals(InetAddress.getLoopbackAddress(), end.peer());
    }
  }

  @Test
  void whatAConnectionCarriedBeforeIsNotCounted() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = server.getLocalPort();
      try (Socket client = new Socket(server.getInetAddress(), port);
          Socket accepted = server.accept()) {
        send(client, accepted, 40_000);
        sockets.open();
        send(client, accepted, 2_000);
      }
      assertEquals(2_000, await(r -> r.port() == port && r.ended()).sent());
    }
  }

  @Test
  void aConnectionThatNoListShowedIsToldWithEveryByte() throws Exception {
    sockets.open();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      int port = server.getLocalPort();
      for (int i = 1; i <= 40; i++) {
        try (Socket client = new Socket(server.getInetAddress(), port);
            Socket accepted = server.accept()) {
          send(client, accepted, i);
        }
      }
      for (int i = 1; i <= 40; i++) {
        int bytes = i;
        await(r -> r.port() == port && r.ended() && r.sent() == bytes);
      }
      assertEquals(40, told.stream().filter(r -> r.port() == port && r.ended()).count());
    }
  }
}
