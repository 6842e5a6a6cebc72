package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RemoteLines.Cut;
import io.waybillguard.agent.platform.RemoteLines.Line;
import io.waybillguard.agent.platform.RemoteLines.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Connections and processes of this test's own, ended by the real system. */
final class LinuxRemoteLinesTest {
  private final LinuxRemoteLines lines = new LinuxRemoteLines();

  private static Line line(Socket served) {
    return new Line(
        served.getLocalAddress(), served.getLocalPort(), served.getInetAddress(), served.getPort());
  }

  @Test
  void oneConnectionIsClosedAndItsServerGoesOnWithTheOther() throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("user.name").equals("root"), "SKIPPED: closing connections needs root");
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 4, here);
        Socket one = new Socket(here, server.getLocalPort());
        Socket served = server.accept();
        Socket two = new Socket(here, server.getLocalPort());
        Socket servedToo = server.accept()) {
      Line meant = line(served);
      assertTrue(lines.holds(meant));
      assertEquals(Cut.CLOSED, lines.cut(meant));
      assertFalse(lines.holds(meant));
      assertEquals(Cut.ABSENT, lines.cut(meant));
      assertTrue(isOver(one));
      two.getOutputStream().write(7);
      assertEquals(7, servedToo.getInputStream().read());
      try (Socket three = new Socket(here, server.getLocalPort())) {
        assertTrue(three.isConnected(), "the server still listens");
      }
    }
  }

  private static boolean isOver(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return true; // reset
    }
  }

  @Test
  void aProcessIsEndedOnlyIfItIsTheOneThatWasMeant() throws Exception {
    Process sleeping = new ProcessBuilder("sleep", "600").start();
    try {
      String runs = sleeping.info().command().orElseThrow();
      Instant now = Instant.now();
      Server meant = new Server(sleeping.pid(), runs, now);
      assertEquals(Cut.ABSENT, lines.end(new Server(sleeping.pid(), "/usr/bin/other", now)));
      Instant before = now.minus(Duration.ofHours(1));
      assertEquals(
          Cut.ABSENT, lines.end(new Server(sleeping.pid(), runs, before)), "started later");
      assertTrue(lines.runs(meant));
      assertEquals(Cut.ENDED, lines.end(meant));
      assertFalse(lines.runs(meant));
      int unused = sleeping.waitFor();
      assertEquals(Cut.ABSENT, lines.end(meant));
    } finally {
      sleeping.destroyForcibly();
    }
  }
}
