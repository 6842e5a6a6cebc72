package io.waybillguard.agent.platform;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;

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

  /**
   * The number that a program last sent through the queue of an input device, beside everything
   * that hands do there, as of the last look; empty when none did.
   */
  default OptionalInt lastSign() {
    return OptionalInt.empty();
  }

  /**
   * Waits for {@code patience}, or until {@link #wake}; where the system can tell, until a desk
   * that was left alone is touched.
   *
   * @throws IOException if it can no longer wait
   */
  void await(Duration patience) throws IOException;

  /** Ends a waiting {@link #await} early, or the next one. Safe from any thread. */
  void wake();

  /** Lets go of everything held. May be called twice, and before {@link #open}. */
  void close();
}
