package io.waybillguard.agent.platform;

import java.io.IOException;
import java.time.Duration;

/** What the system tells of people who are at this PC from elsewhere. One thread, except wake. */
public interface RemoteAccess {
  /**
   * Begins to look.
   *
   * @return what cannot be seen and what to do about it; "" when everything can
   * @throws IOException if nothing can be seen at all; the message says why and what to do
   */
  String open() throws IOException;

  /**
   * What there is at this moment.
   *
   * @throws IOException if it cannot be told; an empty answer always means that nobody is there
   */
  RemoteSigns look() throws IOException;

  /**
   * Whether a process that the system calls by this name is of this program: systems cut names off,
   * or do not care for capitals.
   *
   * @param name of {@link RemoteSigns.ToolProcess}
   * @param program as a list of tools names it
   */
  boolean isNamed(String name, String program);

  /**
   * Waits for {@code patience}, or until {@link #wake}.
   *
   * @throws IOException if it can no longer wait
   */
  void await(Duration patience) throws IOException;

  /** Ends a waiting {@link #await} early, or the next one. Safe from any thread. */
  void wake();

  /** Lets go of everything held. May be called twice, and before {@link #open}. */
  void close();
}
