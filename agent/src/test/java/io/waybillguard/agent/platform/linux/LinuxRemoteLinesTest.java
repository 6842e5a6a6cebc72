package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RemoteLines;
import io.waybillguard.agent.platform.RemoteLinesContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections and processes of this test's own, ended by the real system. */
final class LinuxRemoteLinesTest extends RemoteLinesContract {
  private final LinuxRemoteLines lines = new LinuxRemoteLines();

  /** Our ends of the connections, and beside each the other. */
  private final Map<Socket, Socket> connections = new LinkedHashMap<>();

  private final List<Process> processes = new ArrayList<>();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 4, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void leaveNothing() throws IOException {
    for (Map.Entry<Socket, Socket> each : connections.entrySet()) {
      each.getKey().close();
      each.getValue().close();
    }
    server.close();
    processes.forEach(Process::destroyForcibly);
  }

  @Override
  protected RemoteLines lines() {
    return lines;
  }

  @Override
  protected RemoteLines.Line connect() throws IOException {
    Assumptions.assumeTrue(
        System.getProperty("user.name").equals("root"), "SKIPPED: closing connections needs root");
    Socket peer = new Socket(server.getInetAddress(), server.getLocalPort());
    Socket served = server.accept();
    connections.put(served, peer);
    return line(served);
  }

  private static RemoteLines.Line line(Socket served) {
    return new RemoteLines.Line(
        served.getLocalAddress(), served.getLocalPort(), served.getInetAddress(), served.getPort());
  }

  private Map.Entry<Socket, Socket> of(RemoteLines.Line line) {
    return connections.entrySet().stream()
        .filter(each -> line(each.getKey()).equals(line))
        .findFirst()
        .orElseThrow();
  }

  /** The server closes its end too, as one does that sees its client gone. */
  @Override
  protected void hangUp(RemoteLines.Line line) throws IOException {
    Map.Entry<Socket, Socket> connection = of(line);
    connection.getValue().setSoLinger(true, 0); // gone at once, and leaves nothing behind
    connection.getValue().close();
    assertTrue(isOver(connection.getKey()));
  }

  private static boolean isOver(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return true; // reset
    }
  }

  @Override
  protected RemoteLines.Server serve() throws IOException {
    Process sleeping = new ProcessBuilder("sleep", "600").start();
    processes.add(sleeping);
    return new RemoteLines.Server(
        sleeping.pid(), sleeping.info().command().orElseThrow(), Instant.now());
  }

  @Test
  void whoIsCutOffSeesItAndTheServerGoesOnWithTheOtherAndTakesMore() throws Exception {
    RemoteLines.Line meant = connect();
    RemoteLines.Line other = connect();
    assertEquals(RemoteLines.Cut.CLOSED, lines.cut(meant));
    assertTrue(isOver(of(meant).getValue()));
    of(other).getValue().getOutputStream().write(7);
    assertEquals(7, of(other).getKey().getInputStream().read());
    assertTrue(lines.holds(connect()), "the server still listens");
  }
}
