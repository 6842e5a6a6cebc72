package io.waybillguard.agent.platform;

import java.io.IOException;
import java.time.Duration;

/** What the system tells of the person at the console. One thread, except wake. */
public interface Presences {
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
   * @throws IOException if it can no longer be told; a part that cannot says so in the answer
   */
  DeskSigns look() throws IOException;

  /** Waits for {@code patience}, or until {@link #wake}. */
  void await(Duration patience);

  /** Ends a waiting {@link #await} early, or the next one. Safe from any thread. */
  void wake();

  /** Lets go of everything held. May be called twice, and before {@link #open}. */
  void close();
}
