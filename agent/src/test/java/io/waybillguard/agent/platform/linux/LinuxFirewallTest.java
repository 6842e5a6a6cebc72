package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.FirewallContract;
import io.waybillguard.agent.platform.UnsupportedHere;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** nf_tables of this machine; needs its administrator's rights. */
final class LinuxFirewallTest extends FirewallContract {
  private static final int DISCARD = 9;

  private final LinuxFirewall firewall = new LinuxFirewall();
  private final List<Process> shells = new ArrayList<>();
  private final AtomicInteger seen = new AtomicInteger();
  private @Nullable Thread doorkeeper;

  @TempDir private Path temp;

  @Override
  protected Firewall firewall() {
    return firewall;
  }

  @BeforeEach
  void mayChangeTheFirewall() throws IOException {
    try {
      firewall.keep(List.of());
    } catch (UnsupportedHere e) {
      Assumptions.abort("SKIPPED: " + e.getMessage());
    }
  }

  @AfterEach
  void leaveNothing() throws Exception {
    firewall.keep(List.of());
    closeTheDoor();
    firewall.unwatch();
    for (Process shell : shells) {
      int unused = shell.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatIsBlockedCannotBeSentToAndWhatLiesBesideItCan() throws IOException {
    firewall.keep(List.of(to(ONE, "127.66.3.7", 24, DISCARD)));
    // The system refuses at once what its own firewall drops: EPERM of sendto(2).
    assertThrows(IOException.class, () -> send("127.66.3.200", DISCARD));
    assertDoesNotThrow(() -> send("127.66.3.200", DISCARD + 1));
    assertDoesNotThrow(() -> send("127.66.4.7", DISCARD));
    firewall.keep(List.of(to(ONE, "127.66.3.7", 32, 0)));
    assertThrows(IOException.class, () -> send("127.66.3.7", DISCARD + 1));
    assertDoesNotThrow(() -> send("127.66.3.8", DISCARD));
  }

  /** A shell of its own, as another file: what it is told, it does, and says whether it could. */
  private final class Shell {
    private final Process process;
    private final BufferedReader says;

    Shell(Path program) throws IOException {
      process = new ProcessBuilder(program.toString(), "--norc").redirectErrorStream(true).start();
      shells.add(process);
      says = process.inputReader();
    }

    boolean can(String command) throws IOException {
      Writer in = process.outputWriter();
      in.write("if { " + command + "; } 2>/dev/null; then echo yes; else echo no; fi\n");
      in.flush();
      return says.readLine().equals("yes");
    }

    boolean canSend() throws IOException {
      return can("echo x >/dev/udp/127.66.3.7/" + DISCARD);
    }
  }

  private Path program(String name) throws IOException {
    return Files.copy(Path.of("/bin/bash"), temp.resolve(name));
  }

  /** Watches for programs that start, as the agent's doorkeeper does. */
  private void keepTheDoor() {
    doorkeeper =
        new Thread(
            () -> {
              try {
                while (!Thread.currentThread().isInterrupted()) {
                  seen.addAndGet(firewall.watch(Duration.ofMillis(100)));
                }
              } catch (IOException e) {
                seen.set(Integer.MIN_VALUE);
              }
            });
    doorkeeper.start();
  }

  private static Firewall.Program block(String id, Path program) {
    return new Firewall.Program(id, program.toString());
  }

  @Test
  void aProgramThatRunsIsCutOffAtOnceWithWhatItHasOpenAndComesBack() throws Exception {
    Path program = program("wpsupdate");
    keepTheDoor();
    try (ServerSocket elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Shell shell = new Shell(program);
      assertTrue(shell.canSend());
      assertTrue(shell.can("exec 7<>/dev/tcp/127.0.0.1/" + elsewhere.getLocalPort()));
      Socket served = elsewhere.accept();
      firewall.keep(List.of(block(ONE, program)));
      assertEquals(Set.of(ONE), firewall.holding());
      assertFalse(shell.canSend());
      assertTrue(isOver(served), "what it had open is closed");
      assertTrue(new Shell(program("other")).canSend(), "another program is not meant");
      assertTrue(new Shell(Path.of("/bin/bash")).canSend(), "nor is one of the same content");
      firewall.keep(List.of());
      assertTrue(shell.canSend());
      assertEquals(Set.of(), firewall.holding());
    }
  }

  private static boolean isOver(Socket socket) {
    try (socket) {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return true; // reset
    }
  }

  @Test
  void aProgramThatStartsWhileItIsBlockedHasNoMomentToSend() throws Exception {
    Path program = program("wpsupdate");
    keepTheDoor();
    firewall.keep(List.of(block(ONE, program), to(TWO, "203.0.113.7", 32, 0)));
    assertEquals(Set.of(ONE, TWO), firewall.holding());
    for (int i = 0; i < 20; i++) {
      Process once =
          new ProcessBuilder(program.toString(), "-c", "echo x >/dev/udp/127.66.3.7/9")
              .redirectErrorStream(true)
              .start();
      shells.add(once);
      assertEquals(1, once.waitFor(), "its first act is to send");
    }
    assertTrue(seen.get() >= 20, () -> "seen to: " + seen.get());
    Shell byAnother = new Shell(Path.of("/bin/bash"));
    assertFalse(byAnother.can(program + " -c 'echo x >/dev/udp/127.66.3.7/9'"));
    assertTrue(byAnother.canSend(), "whoever starts it goes on");
    firewall.keep(List.of(to(TWO, "203.0.113.7", 32, 0)));
    assertTrue(new Shell(program).canSend());
  }

  @Test
  void aProgramThatIsLaidInThePlaceOfABlockedOneIsSeenNotToBeHeld() throws Exception {
    Path program = program("wpsupdate");
    keepTheDoor();
    firewall.keep(List.of(block(ONE, program)));
    Files.delete(program);
    assertEquals(Set.of(ONE), firewall.holding(), "there is nothing to start");
    Path again = program("wpsupdate");
    assertEquals(Set.of(), firewall.holding());
    firewall.keep(List.of(block(ONE, again)));
    assertFalse(new Shell(again).canSend());
  }

  @Test
  void whenNobodyWatchesAnyMoreProgramsStartWithoutWaiting() throws Exception {
    Path program = program("wpsupdate");
    keepTheDoor();
    firewall.keep(List.of(block(ONE, program)));
    closeTheDoor();
    firewall.unwatch();
    assertTrue(new Shell(program).canSend());
    assertEquals(Set.of(), firewall.holding(), "and that is not called holding");
  }

  private void closeTheDoor() throws InterruptedException {
    Thread watching = doorkeeper;
    if (watching != null) {
      watching.interrupt();
      watching.join();
      doorkeeper = null;
    }
  }

  private static void send(String address, int port) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(new byte[1], 1, InetAddress.getByName(address), port));
    }
  }
}
