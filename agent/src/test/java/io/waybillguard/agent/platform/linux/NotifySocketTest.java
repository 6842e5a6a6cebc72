package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import io.waybillguard.agent.platform.Lifeline;
import io.waybillguard.agent.platform.LifelineContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Against a socket of the kind that systemd listens on. */
@EnabledOnOs(OS.LINUX)
final class NotifySocketTest implements LifelineContract {
  private static final long PID = 4711;
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK = 2 | Libc.O_NONBLOCK;

  private Path folder = Path.of("");
  private int listener = -1;

  @BeforeEach
  void listen() throws IOException {
    // Short: a socket's path has 108 bytes.
    folder = Files.createTempDirectory(Path.of("/tmp"), "wg");
    listener = bound(socket().toString());
  }

  private Path socket() {
    return folder.resolve("notify");
  }

  private static int bound(String path) throws IOException {
    int fd = Libc.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    try (Memory address = new Memory(2 + bytes.length)) {
      address.setShort(0, (short) AF_UNIX);
      address.write(2, bytes, 0, bytes.length);
      if (Libc.bind(fd, address, 2 + bytes.length) < 0) {
        throw Libc.failure("bind " + path);
      }
    }
    return fd;
  }

  @AfterEach
  void hangUp() throws IOException {
    assertEquals(0, Libc.close(listener));
    Files.deleteIfExists(socket());
    Files.delete(folder);
  }

  @Override
  public Lifeline line() {
    return line(Map.of("NOTIFY_SOCKET", socket().toString()));
  }

  private static Lifeline line(Map<String, String> environment) {
    try {
      return NotifySocket.of(environment, PID);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public List<String> heard() throws IOException {
    List<String> heard = new ArrayList<>();
    for (String datagram : datagrams(listener)) {
      heard.add(
          datagram
              .replaceFirst("^READY=1\nSTATUS=", "ready ")
              .replaceFirst("^WATCHDOG=1$", "alive")
              .replaceFirst("^STOPPING=1$", "stopping"));
    }
    return heard;
  }

  private static List<String> datagrams(int fd) throws IOException {
    List<String> datagrams = new ArrayList<>();
    try (Memory into = new Memory(4096)) {
      for (long n = Libc.read(fd, into, into.size());
          n >= 0;
          n = Libc.read(fd, into, into.size())) {
        datagrams.add(new String(into.getByteArray(0, (int) n), StandardCharsets.UTF_8));
      }
    }
    if (Libc.errno() != Libc.EAGAIN) {
      throw Libc.failure("read");
    }
    return datagrams;
  }

  @Test
  void aNameInTheAbstractNamespaceIsReachedToo() throws IOException {
    String name = "waybill-guard-test-" + ProcessHandle.current().pid();
    int abstractListener = bound("\0" + name);
    try {
      line(Map.of("NOTIFY_SOCKET", "@" + name)).alive();
      assertEquals(List.of("WATCHDOG=1"), datagrams(abstractListener));
    } finally {
      assertEquals(0, Libc.close(abstractListener));
    }
  }

  @Test
  void aManagerThatIsGoneIsNamedWithTheSystemsWord() throws IOException {
    Lifeline line = line();
    Files.delete(socket());
    IOException gone = assertThrows(IOException.class, line::alive);
    assertTrue(
        String.valueOf(gone.getMessage()).contains("NOTIFY_SOCKET " + socket() + ": No such file"),
        gone.getMessage());
  }

  @Test
  void withoutTheVariableNobodyListensAndNothingFails() throws IOException {
    Lifeline loose = line(Map.of());
    loose.ready("x");
    loose.alive();
    loose.stopping();
    assertEquals(Optional.empty(), loose.patience());
    assertEquals(List.of(), heard());
  }

  @Test
  void theWatchdogsPatienceIsForTheProcessThatItNames() {
    assertEquals(Optional.of(Duration.ofMinutes(3)), patience("180000000", "4711"));
    assertEquals(Optional.of(Duration.ofMinutes(3)), patience("180000000", ""));
    assertEquals(Optional.empty(), patience("180000000", "4712"));
    assertEquals(Optional.empty(), patience("", ""));
  }

  private Optional<Duration> patience(String micros, String pid) {
    return line(Map.of(
            "NOTIFY_SOCKET", socket().toString(), "WATCHDOG_USEC", micros, "WATCHDOG_PID", pid))
        .patience();
  }

  @Test
  void variablesThatSaySomethingElseAreRefusedWithWhatTheyShouldSay() {
    refused(Map.of("NOTIFY_SOCKET", "relative/path"), "it should be a path or @ and a name");
    refused(Map.of("NOTIFY_SOCKET", "/" + "x".repeat(108)), "of less than 108 bytes");
    refused(
        Map.of("NOTIFY_SOCKET", socket().toString(), "WATCHDOG_USEC", "3min"),
        "WATCHDOG_USEC is 3min; it should be a number of microseconds");
  }

  private static void refused(Map<String, String> environment, String why) {
    IOException refused = assertThrows(IOException.class, () -> NotifySocket.of(environment, PID));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
  }
}
