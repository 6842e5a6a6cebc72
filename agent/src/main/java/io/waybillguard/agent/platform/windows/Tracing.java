package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.util.function.Consumer;

/** Event tracing (ETW) as one session needs it. */
interface Tracing {
  /** A session of that name is there, of a process that was killed: sessions outlive theirs. */
  @SuppressWarnings("serial") // never serialised
  final class AlreadyThere extends IOException {
    AlreadyThere(String message) {
      super(message);
    }
  }

  /**
   * What a session has lost since it was started.
   *
   * @param events for which all buffers were too full
   * @param buffers that never came to whoever reads
   */
  record Losses(long events, long buffers) {
    static final Losses NONE = new Losses(0, 0);
  }

  /**
   * Begins a session whose events are read while they happen.
   *
   * @return its handle
   * @throws AlreadyThere if there is one of that name
   * @throws IOException if the system has no place for one more, or the right is missing
   */
  long start(String name) throws IOException;

  /**
   * Ends a session, whoever began it.
   *
   * @throws IOException if it goes on
   */
  void stop(String name) throws IOException;

  /**
   * Has a provider write to a session.
   *
   * @throws IOException if the system refuses, such as to the ninth session of one provider
   */
  void enable(long session, TraceSource source) throws IOException;

  /**
   * Opens a session to be read.
   *
   * @param sink takes each event, on the thread of {@link #process}; must not wait
   * @return what {@link #process} and {@link #close} take
   * @throws IOException if it cannot be read
   */
  long open(String name, Consumer<TraceEvent> sink) throws IOException;

  /**
   * Gives events to the sink until the session is stopped or closed.
   *
   * @throws IOException if it ends otherwise
   */
  void process(long trace) throws IOException;

  /** Lets go of what was opened; {@link #process} then returns. */
  void close(long trace);

  /** What was lost so far. */
  Losses losses(String name) throws IOException;
}
