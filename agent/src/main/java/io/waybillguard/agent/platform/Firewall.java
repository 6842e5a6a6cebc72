package io.waybillguard.agent.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What this PC lets out. Only the agent's own part of the system's firewall is ever changed. One
 * thread, and another for {@link #watch}.
 */
public interface Firewall {
  /** Something that is not let out. */
  sealed interface Rule {
    /** Names the rule: 32 hex digits. */
    String id();
  }

  /**
   * Nothing goes to these addresses.
   *
   * @param network one of them
   * @param prefix how many bits of it count
   * @param port of TCP and UDP; 0 for everything
   */
  record Destination(String id, InetAddress network, int prefix, int port) implements Rule {}

  /**
   * Nothing goes out from this program.
   *
   * @param path of its file
   */
  record Program(String id, String path) implements Rule {}

  /**
   * Puts these rules in place of the agent's rules that were there, in one step.
   *
   * @throws UnsupportedHere if this system cannot; what was there is still there
   * @throws IOException if it would not; what was there is still there
   */
  void keep(List<Rule> rules) throws IOException;

  /**
   * The ids of the agent's rules that hold at this moment.
   *
   * @throws UnsupportedHere if this system has no such rules
   */
  Set<String> holding() throws IOException;

  /**
   * Sees to it that rules hold for programs that start, where the system has to be helped with
   * that: waits for one to start. Without somebody who calls this again and again, blocked programs
   * may not start at all.
   *
   * @param most how long to wait
   * @return how many were seen to; −1 at once where the system needs no help
   */
  default int watch(Duration most) throws IOException {
    return -1;
  }

  /** Ends {@link #watch}, by the thread that called it: programs start without waiting again. */
  default void unwatch() {}
}
