package io.waybillguard.agent.platform;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The line on which whoever started this process as a service hears how it is. Safe from any
 * thread.
 */
public interface Lifeline {
  /**
   * How long the other end waits for a sign of life before it ends the process and starts it anew;
   * empty when it does not watch.
   */
  Optional<Duration> patience();

  /**
   * The start is over; the service works.
   *
   * @param status how it stands, in one line for people
   * @throws IOException if it could not be told
   */
  void ready(String status) throws IOException;

  /**
   * A sign of life. Only to be given by one who has seen that the work moves.
   *
   * @throws IOException if it could not be told
   */
  void alive() throws IOException;

  /**
   * The orderly end has begun.
   *
   * @throws IOException if it could not be told
   */
  void stopping() throws IOException;

  /** Of a process that nobody listens to, such as one in a terminal. */
  static Lifeline loose() {
    return new Lifeline() {
      @Override
      public Optional<Duration> patience() {
        return Optional.empty();
      }

      @Override
      public void ready(String status) {}

      @Override
      public void alive() {}

      @Override
      public void stopping() {}
    };
  }
}
