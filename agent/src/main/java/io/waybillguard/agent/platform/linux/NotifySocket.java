package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import io.waybillguard.agent.platform.Lifeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The socket on which systemd hears its services: one datagram a message, of lines {@code
 * NAME=value}. Protocol and variables: sd_notify(3), sd_watchdog_enabled(3). Java opens no datagram
 * sockets of that family, so the C library does.
 */
public final class NotifySocket implements Lifeline {
  // linux/socket.h, asm-generic/socket.h (linux/net.h for the types; MIPS swaps the first two)
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int MSG_NOSIGNAL = 0x4000;

  /** linux/un.h: {@code sun_path} of {@code struct sockaddr_un}, behind the two bytes of family. */
  private static final int PATH_MAX = 108;

  private static final int PATH_AT = 2;

  private final byte[] path;
  private final Optional<Duration> patience;

  private NotifySocket(byte[] path, Optional<Duration> patience) {
    this.path = path;
    this.patience = patience;
  }

  /**
   * The line that this process was given by systemd; {@link Lifeline#loose} when it was given none.
   *
   * @param environment of the process
   * @param pid of the process: the watchdog may be meant for another that inherited the variables
   * @throws IOException if the variables do not say what their manual says
   */
  public static Lifeline of(Map<String, String> environment, long pid) throws IOException {
    String named = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (named.isEmpty()) {
      return Lifeline.loose();
    }
    byte[] path = named.getBytes(StandardCharsets.UTF_8);
    if (path.length >= PATH_MAX || (path[0] != '/' && path[0] != '@')) {
      throw new IOException(
          "NOTIFY_SOCKET is "
              + named
              + "; it should be a path or @ and a name, of less than "
              + PATH_MAX
              + " bytes. Unset it, or start the agent by its unit");
    }
    if (path[0] == '@') {
      // unix(7): a name in the abstract namespace begins with a zero byte.
      path[0] = 0;
    }
    return new NotifySocket(path, patience(environment, pid));
  }

  private static Optional<Duration> patience(Map<String, String> environment, long pid)
      throws IOException {
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    String whose = environment.getOrDefault("WATCHDOG_PID", "");
    if (micros.isEmpty() || !(whose.isEmpty() || whose.equals(Long.toString(pid)))) {
      return Optional.empty();
    }
    if (!micros.matches("[1-9][0-9]{0,14}")) {
      throw new IOException(
          "WATCHDOG_USEC is " + micros + "; it should be a number of microseconds");
    }
    return Optional.of(Duration.ofNanos(Long.parseLong(micros) * 1000));
  }

  @Override
  public Optional<Duration> patience() {
    return patience;
  }

  @Override
  public void ready(String status) throws IOException {
    // A line break would begin a message of its own.
    send("READY=1\nSTATUS=" + status.replaceAll("\\s", " "));
  }

  @Override
  public void alive() throws IOException {
    send("WATCHDOG=1");
  }

  @Override
  public void stopping() throws IOException {
    send("STOPPING=1");
  }

  /** A socket for each: there are few, and one that is kept outlives a manager that starts anew. */
  private void send(String message) throws IOException {
    int fd = Libc.socket(AF_UNIX, SOCK_DGRAM | Libc.O_CLOEXEC, 0);
    if (fd < 0) {
      throw Libc.failure("socket of family AF_UNIX");
    }
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    try (Memory address = new Memory(PATH_AT + path.length);
        Memory bytes = new Memory(text.length)) {
      address.setShort(0, (short) AF_UNIX);
      address.write(PATH_AT, path, 0, path.length);
      bytes.write(0, text, 0, text.length);
      if (Libc.connect(fd, address, Math.toIntExact(address.size())) < 0) {
        throw Libc.failure("connect to " + shown());
      }
      if (Libc.send(fd, bytes, text.length, MSG_NOSIGNAL) < 0) {
        throw Libc.failure("send to " + shown());
      }
    } finally {
      int unused = Libc.close(fd);
    }
  }

  private String shown() {
    return "NOTIFY_SOCKET " + new String(path, StandardCharsets.UTF_8).replace('\0', '@');
  }
}
