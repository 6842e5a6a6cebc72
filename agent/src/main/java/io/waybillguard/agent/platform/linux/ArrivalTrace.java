package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * That somebody may be coming in: a TCP connection came in, or one of the tools' processes forked
 * or took its name, by exec or by itself. The kernel picks them, so nothing else on this machine
 * wakes whoever waits for this. Who it is, the caller looks up.
 */
final class ArrivalTrace implements AutoCloseable {
  /** TASK_COMM_LEN of linux/sched.h, without the NUL. */
  static final int NAME_BYTES = 15;

  /** include/net/tcp_states.h: TCP_SYN_RECV and TCP_ESTABLISHED. */
  private static final String CAME_IN = "protocol == 6 && oldstate == 3 && newstate == 1";

  /** linux/sched.h, CLONE_THREAD: a new thread is no new process. */
  private static final String IS_PROCESS = "!(clone_flags & 65536)";

  private static final int KIBIBYTES = 16;

  private final KernelTrace trace;

  private ArrivalTrace(KernelTrace trace) {
    this.trace = trace;
  }

  /**
   * Turns it on.
   *
   * @param places where tracefs may be
   * @param names of processes, of at most {@value #NAME_BYTES} bytes, as the kernel keeps them
   * @throws IOException if it cannot be had; the message says why
   */
  static ArrivalTrace open(List<Path> places, Collection<String> names) throws IOException {
    return new ArrivalTrace(KernelTrace.open(places, "session", KIBIBYTES, events(names)));
  }

  /**
   * What is asked of the kernel, which takes a filter of up to a page.
   *
   * @throws IOException if a name cannot be written in a filter
   */
  static Map<String, String> events(Collection<String> names) throws IOException {
    for (String name : names) {
      if (name.isEmpty() || name.indexOf('"') >= 0) {
        throw new IOException("the kernel cannot be asked for a process called '" + name + "'");
      }
    }
    return Map.of(
        "sock/inet_sock_set_state",
        CAME_IN,
        "task/task_newtask",
        IS_PROCESS + " && (" + anyOf("comm", names) + ")",
        "task/task_rename",
        anyOf("newcomm", names));
  }

  private static String anyOf(String field, Collection<String> names) {
    return new TreeSet<>(names)
        .stream().map(name -> field + " == \"" + name + "\"").collect(Collectors.joining(" || "));
  }

  /** Readable when something happened. */
  Fd fd() {
    return trace.fd();
  }

  /** Takes what happened, so that the next wait is for something new. */
  void drain() throws IOException {
    List<String> unused = trace.read();
  }

  @Override
  public void close() {
    trace.close();
  }
}
