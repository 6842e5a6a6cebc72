package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.platform.Callers.Caller;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A connection of this test's own as the real kernel tells it, and one of a login as systemd lays
 * it out.
 */
final class LinuxCallersTest {
  @TempDir private Path proc;

  @Test
  void whoeverHoldsTheOtherEndIsFoundWhileItIsOpen() throws Exception {
    LinuxCallers callers = new LinuxCallers();
    InetSocketAddress theirs;
    InetSocketAddress ours;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket caller = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket served = server.accept()) {
      assertEquals(caller.getLocalPort(), served.getPort());
      theirs = (InetSocketAddress) served.getRemoteSocketAddress();
      ours = (InetSocketAddress) served.getLocalSocketAddress();
      int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      assertEquals(Optional.of((long) self), callers.of(theirs, ours).map(Caller::uid));
      InetSocketAddress nobodys = new InetSocketAddress(theirs.getAddress(), 1);
      assertEquals(Optional.empty(), callers.of(nobodys, ours));
    }
    assertEquals(Optional.empty(), callers.of(theirs, ours));
  }

  @Test
  void theLoginIsToldByTheScopeThatItsProcessIsIn() throws Exception {
    assertEquals("31", session("0::/user.slice/user-1000.slice/session-31.scope"));
    assertEquals("c2", session("0::/user.slice/user-1000.slice/session-c2.scope/x"));
    assertEquals(
        "", session("0::/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.scope"));
  }

  private String session(String group) throws Exception {
    Files.createDirectories(proc.resolve("net"));
    // 127.0.0.1:50000 to 127.0.0.1:8470, established, account 1000, inode 4242.
    Files.writeString(
        proc.resolve("net/tcp"),
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:C350 0100007F:2116 01 00000000:00000000 00:00000000 00000000  1000        0 4242 1 x 20 4 30 10 -1
        """);
    Path fds = Files.createDirectories(proc.resolve("4711/fd"));
    if (!Files.isSymbolicLink(fds.resolve("3"))) {
      Files.createSymbolicLink(fds.resolve("3"), Path.of("socket:[4242]"));
    }
    Files.writeString(proc.resolve("4711/cgroup"), group + "\n");
    Caller caller =
        new LinuxCallers(proc)
            .of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 8470))
            .orElseThrow();
    assertEquals(1000, caller.uid());
    return caller.session();
  }
}
