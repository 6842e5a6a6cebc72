package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trace that is read while it happens, by a thread of its own (reading does not come back before
 * the session ends). The thread copies what is asked for into a queue of bounded size; what finds
 * no room there is counted, as is what the system lost.
 *
 * <p>Sessions outlive their process, and there is one of each name: what a killed agent left is
 * stopped and begun anew. So two agents on one machine take each other's, and say so.
 *
 * <p>Used by one thread.
 */
final class TraceSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TraceSession.class);

  /** Of the shortest events ten megabytes; at 10,000 a second it is three seconds. */
  static final int ROOM = 32_768;

  /** Between two questions what was lost. */
  static final Duration ASKED_EVERY = Duration.ofSeconds(10);

  /** Reading ends after the buffers that are left were read, which takes seconds at most. */
  private static final Duration END = Duration.ofSeconds(10);

  private final Tracing tracing;
  private final TraceSource source;
  private final InstantSource clock;
  private final long trace;
  private final Thread reader;
  private final BlockingQueue<TraceEvent> queue;
  private final AtomicLong noRoom;
  private final AtomicReference<@Nullable String> ended;
  private Instant asked;
  private Tracing.Losses told = Tracing.Losses.NONE;
  private long toldNoRoom;

  private TraceSession(
      Tracing tracing,
      TraceSource source,
      InstantSource clock,
      long trace,
      BlockingQueue<TraceEvent> queue,
      AtomicLong noRoom) {
    this.tracing = tracing;
    this.source = source;
    this.clock = clock;
    this.trace = trace;
    this.queue = queue;
    this.noRoom = noRoom;
    this.ended = new AtomicReference<>();
    this.asked = clock.instant();
    this.reader = new Thread(this::read, "trace-" + source.session());
    reader.setDaemon(true);
  }

  /**
   * Begins the session and to read it.
   *
   * @throws IOException if that cannot be; then no session of ours is left
   */
  static TraceSession begin(Tracing tracing, TraceSource source, InstantSource clock)
      throws IOException {
    long session = started(tracing, source.session());
    boolean done = false;
    try {
      tracing.enable(session, source);
      BlockingQueue<TraceEvent> queue = new ArrayBlockingQueue<>(ROOM);
      AtomicLong noRoom = new AtomicLong();
      long trace =
          tracing.open(
              source.session(),
              event -> {
                if (source.has(event.head()) && !queue.offer(event)) {
                  noRoom.incrementAndGet();
                }
              });
      TraceSession begun = new TraceSession(tracing, source, clock, trace, queue, noRoom);
      begun.reader.start();
      done = true;
      return begun;
    } finally {
      if (!done) {
        stop(tracing, source.session());
      }
    }
  }

  private static void stop(Tracing tracing, String name) {
    try {
      tracing.stop(name);
    } catch (IOException e) {
      LOG.warn("session={} may go on until the next start: {}", name, e.getMessage());
    }
  }

  private static long started(Tracing tracing, String name) throws IOException {
    try {
      return tracing.start(name);
    } catch (Tracing.AlreadyThere e) {
      LOG.info("session={} was left by an agent that did not stop it; it is begun anew", name);
      tracing.stop(name);
      return tracing.start(name);
    }
  }

  private void read() {
    try {
      tracing.process(trace);
      ended.set("it was stopped");
    } catch (IOException | RuntimeException | LinkageError e) {
      ended.set(String.valueOf(e.getMessage()));
    }
  }

  /** Whether something waits to be taken. */
  boolean hasMore() {
    return !queue.isEmpty();
  }

  /** Takes what came, in the order in which the system gave it. Never waits. */
  List<TraceEvent> take() {
    List<TraceEvent> taken = new ArrayList<>();
    queue.drainTo(taken);
    return taken;
  }

  /** Why the trace is over; empty while it goes on. What is left can still be taken. */
  Optional<String> ended() {
    return Optional.ofNullable(ended.get());
  }

  /**
   * What was lost since this was asked last, in words; "" for nothing. The system is asked every
   * {@link #ASKED_EVERY}.
   *
   * @throws IOException if the system does not say: then the session is no more
   */
  String lost() throws IOException {
    Instant now = clock.instant();
    Tracing.Losses losses = told;
    if (!now.isBefore(asked.plus(ASKED_EVERY))) {
      asked = now;
      losses = tracing.losses(source.session());
    }
    long here = noRoom.get();
    long events = losses.events() - told.events() + here - toldNoRoom;
    long buffers = losses.buffers() - told.buffers();
    told = losses;
    toldNoRoom = here;
    return events <= 0 && buffers <= 0
        ? ""
        : "the trace " + source.session() + " lost " + events + " events, " + buffers + " buffers";
  }

  /** Stops the session, and waits until its thread has ended. */
  @Override
  public void close() {
    stop(tracing, source.session());
    tracing.close(trace);
    try {
      reader.join(END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (reader.isAlive()) {
      LOG.warn(
          "session={} is still being read {} s after its end", source.session(), END.toSeconds());
    }
  }
}
