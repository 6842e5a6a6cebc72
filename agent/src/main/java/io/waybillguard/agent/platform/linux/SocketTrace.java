package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who began and who ended a TCP connection, from the kernel's tracepoint {@code
 * sock:inet_sock_set_state}, for connections that live too short to be found in a list. Needs root
 * and a mounted tracefs; what we turn on lives in an instance of our own, beside other tracers.
 *
 * <p>A connection's way from CLOSE to SYN_SENT is traced in the process that calls connect(2), when
 * it has no port of its own yet; its way out of ESTABLISHED or CLOSE_WAIT in the process that calls
 * close(2) or shutdown(2), with both ports (net/ipv4/tcp.c). A connection that the other end breaks
 * off is traced in whatever process was interrupted, which the line's flags tell (ftrace, section
 * "latency trace format"): third character other than a dot.
 */
final class SocketTrace implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SocketTrace.class);

  /** Where systemd mounts it, and where older systems do. */
  private static final List<Path> PLACES =
      List.of(Path.of("/sys/kernel/tracing"), Path.of("/sys/kernel/debug/tracing"));

  private static final String OURS = "waybill-guard-";
  private static final String EVENT = "events/sock/inet_sock_set_state";

  /**
   * net/tcp_states.h: 1 ESTABLISHED, 2 SYN_SENT, 4 FIN_WAIT1, 7 CLOSE, 8 CLOSE_WAIT, 9 LAST_ACK.
   * Who closes with something unread breaks off, from ESTABLISHED to CLOSE.
   */
  private static final String FILTER =
      "protocol == 6 && (newstate == 2 || (oldstate == 1 && newstate == 4)"
          + " || (oldstate == 1 && newstate == 7)"
          + " || (oldstate == 8 && newstate == 9))";

  /** A line of trace_pipe; the process's own name may hold anything. */
  private static final Pattern LINE =
      Pattern.compile(
          "^.*-(\\d+)\\s+(?:\\(\\s*[-\\d]+\\)\\s+)?\\[\\d+\\]\\s+(\\S+)\\s.*inet_sock_set_state: family=(\\S+)"
              + " protocol=\\S+ sport=(\\d+) dport=(\\d+) saddr=\\S+ daddr=(\\S+) saddrv6=\\S+"
              + " daddrv6=(\\S+) oldstate=(\\S+) newstate=(\\S+)\\s*$");

  private static final int BUFFER = 64 << 10;

  /** Most reads in one step, so that a flood cannot keep a step from ending. */
  private static final int READS_A_STEP = 64;

  private final Path instance;
  private final Fd pipe;
  private final Memory buffer = new Memory(BUFFER);
  private String rest = "";

  /**
   * A step of a connection.
   *
   * @param thread the thread that took it; of a program with one thread, the process
   * @param localPort 0 while there is none
   * @param peer the other end's address, as the kernel writes it
   * @param began whether this is the beginning, not the end
   */
  record Step(long thread, int localPort, String peer, int peerPort, boolean began) {}

  private SocketTrace(Path instance, Fd pipe) {
    this.instance = instance;
    this.pipe = pipe;
  }

  /**
   * Turns it on.
   *
   * @throws IOException if it cannot be had; the message says why
   */
  static SocketTrace open() throws IOException {
    Path tracefs =
        PLACES.stream()
            .filter(place -> Files.isDirectory(place.resolve("instances")))
            .findFirst()
            .orElseThrow(
                () ->
                    new IOException("tracefs is not mounted at " + PLACES.get(0) + ", or closed"));
    removeLeftOvers(tracefs);
    Path instance = tracefs.resolve("instances").resolve(OURS + ProcessHandle.current().pid());
    if (!Files.isDirectory(instance)) {
      Files.createDirectory(instance);
    }
    boolean done = false;
    try {
      Files.writeString(instance.resolve("buffer_size_kb"), "256");
      Path percent = instance.resolve("buffer_percent");
      if (Files.exists(percent)) { // kernel 5.0; before, a wait ends with the first line anyway
        Files.writeString(percent, "0");
      }
      Files.writeString(instance.resolve(EVENT).resolve("filter"), FILTER);
      Files.writeString(instance.resolve(EVENT).resolve("enable"), "1");
      Fd pipe =
          Fd.open(RawPath.bytes(instance.resolve("trace_pipe")), Libc.O_RDONLY | Libc.O_NONBLOCK);
      done = true;
      return new SocketTrace(instance, pipe);
    } finally {
      if (!done) {
        remove(instance);
      }
    }
  }

  /** Of an agent that was killed. */
  private static void removeLeftOvers(Path tracefs) throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(tracefs.resolve("instances"), OURS + "*")) {
      for (Path one : all) {
        String pid = one.getFileName().toString().substring(OURS.length());
        if (Files.notExists(Path.of("/proc", pid))) {
          remove(one);
        }
      }
    }
  }

  private static void remove(Path instance) {
    try {
      Files.deleteIfExists(instance);
    } catch (IOException e) {
      // The next start tries again; until then it costs 256 KiB a processor.
      LOG.warn("trace={} cannot be taken away: {}", instance, e.toString());
    }
  }

  /** Readable when something happened. */
  Fd fd() {
    return pipe;
  }

  /** What happened since the last time, in order. */
  List<Step> read() throws IOException {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < READS_A_STEP; i++) {
      long length = Libc.read(pipe.number(), buffer, BUFFER);
      if (length < 0) {
        int errno = Libc.errno();
        if (errno != Libc.EAGAIN && errno != Libc.EINTR) {
          throw Libc.failure("cannot read the trace of connections", errno);
        }
      }
      if (length <= 0) {
        break;
      }
      String text =
          rest + new String(buffer.getByteArray(0, (int) length), StandardCharsets.ISO_8859_1);
      int end = text.lastIndexOf('\n') + 1;
      rest = text.substring(end);
      text.substring(0, end).lines().forEach(line -> step(line).ifPresent(steps::add));
    }
    return steps;
  }

  /** A line of trace_pipe; empty for one of another kind, such as the word of lost events. */
  static Optional<Step> step(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String flags = parts.group(2);
    if (flags.length() > 2 && flags.charAt(2) != '.') {
      return Optional.empty();
    }
    boolean isIpv4 = parts.group(3).equals("AF_INET");
    return Optional.of(
        new Step(
            Long.parseLong(parts.group(1)),
            Integer.parseInt(parts.group(4)),
            isIpv4 ? parts.group(6) : parts.group(7),
            Integer.parseInt(parts.group(5)),
            parts.group(9).equals("TCP_SYN_SENT")));
  }

  @Override
  public void close() {
    pipe.close();
    remove(instance);
  }
}
