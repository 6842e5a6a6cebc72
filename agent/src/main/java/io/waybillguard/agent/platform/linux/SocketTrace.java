package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who began and who ended a TCP connection, from the kernel's tracepoint {@code
 * sock:inet_sock_set_state}, for connections that live too short to be found in a list.
 *
 * <p>A connection's way from CLOSE to SYN_SENT is traced in the process that calls connect(2), when
 * it has no port of its own yet; its way out of ESTABLISHED or CLOSE_WAIT in the process that calls
 * close(2) or shutdown(2), with both ports (net/ipv4/tcp.c). A connection that the other end breaks
 * off is traced in whatever process was interrupted, which the line's flags tell (ftrace, section
 * "latency trace format"): third character other than a dot.
 */
final class SocketTrace implements AutoCloseable {
  private static final String EVENT = "sock/inet_sock_set_state";

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

  private static final int KIBIBYTES = 256;

  private final KernelTrace trace;

  /**
   * A step of a connection.
   *
   * @param thread the thread that took it; of a program with one thread, the process
   * @param localPort 0 while there is none
   * @param peer the other end's address, as the kernel writes it
   * @param began whether this is the beginning, not the end
   */
  record Step(long thread, int localPort, String peer, int peerPort, boolean began) {}

  private SocketTrace(KernelTrace trace) {
    this.trace = trace;
  }

  /**
   * Turns it on.
   *
   * @throws IOException if it cannot be had; the message says why
   */
  static SocketTrace open() throws IOException {
    return new SocketTrace(
        KernelTrace.open(KernelTrace.PLACES, "upload", KIBIBYTES, Map.of(EVENT, FILTER)));
  }

  /** Readable when something happened. */
  Fd fd() {
    return trace.fd();
  }

  /** What happened since the last time, in order. */
  List<Step> read() throws IOException {
    List<Step> steps = new ArrayList<>();
    for (String line : trace.read()) {
      step(line).ifPresent(steps::add);
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
    trace.close();
  }
}
