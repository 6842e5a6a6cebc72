package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that are started, as the kernel's trace tells them: also those that end at once. Every
 * {@link #CHECK} the processes are looked at as well. What runs and was not told by the trace is
 * told then, and that the trace failed: somebody with the right to may have taken its events away.
 *
 * <p>Where there is no trace the processes are looked at, as {@link ProcessStarts} does, and a
 * trace is tried again after a pause that doubles.
 *
 * <p>Limits: the system hands events over once a second, so of a program that has ended by then the
 * account is not known. Its parent is whom it names; its command line stands in no version of the
 * event.
 */
final class TracedStarts implements Starts {
  private static final Logger LOG = LoggerFactory.getLogger(TracedStarts.class);

  static final Duration BETWEEN = Duration.ofMillis(500);
  static final Duration CHECK = Duration.ofSeconds(10);

  /** A process as old as that was told long ago by a trace that works. */
  static final Duration LATE = Duration.ofSeconds(5);

  static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final Trace trace;
  private final ProcessStarts polled;
  private final SeenProcesses processes;
  private final LongFunction<Optional<Instant>> made;
  private final DevicePaths paths;
  private final long ourselves;
  private final InstantSource clock;

  private @Nullable TraceSession session;
  private String cannot = "";
  private Duration pause = FIRST_PAUSE;
  private Instant again = Instant.EPOCH;
  private Instant lastLook = Instant.EPOCH;
  private Instant checked = Instant.EPOCH;

  /** Begins the trace. */
  @FunctionalInterface
  interface Trace {
    /**
     * @throws IOException if there can be none
     */
    TraceSession begin() throws IOException;
  }

  /**
   * @param polled looks at the processes
   * @param made tells when a process that runs was made
   * @param ourselves the agent's own process; it and what it starts are not told of
   */
  TracedStarts(
      Trace trace,
      ProcessStarts polled,
      SeenProcesses processes,
      LongFunction<Optional<Instant>> made,
      DevicePaths paths,
      long ourselves,
      InstantSource clock) {
    this.trace = trace;
    this.polled = polled;
    this.processes = processes;
    this.made = made;
    this.paths = paths;
    this.ourselves = ourselves;
    this.clock = clock;
  }

  @Override
  public void begin() throws IOException {
    close();
    pause = FIRST_PAUSE;
    tryTrace();
    polled.begin(); // after it, so that nothing lies between
    lastLook = clock.instant();
    checked = lastLook;
  }

  private void tryTrace() {
    try {
      session = trace.begin();
      cannot = "";
    } catch (IOException | LinkageError e) {
      cannot = String.valueOf(e.getMessage());
      again = clock.instant().plus(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
      LOG.info("starts of programs are not traced until {}: {}", again, cannot);
    }
  }

  @Override
  public String detail() {
    return session != null
        ? "starts of programs as the kernel tells them (ETW), and by looking at the processes"
        : polled.detail() + ", since there is no trace of them: " + cannot;
  }

  @Override
  public Duration due() {
    if (session == null) {
      return polled.due();
    }
    Duration left = Duration.between(clock.instant(), lastLook.plus(BETWEEN));
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public List<FileEvent> look() throws IOException {
    lastLook = clock.instant();
    List<FileEvent> told = new ArrayList<>();
    TraceSession running = session;
    if (running == null) {
      told.addAll(polled.look());
      if (!lastLook.isBefore(again)) {
        String before = detail();
        tryTrace();
        if (!detail().equals(before)) {
          told.add(changed());
        }
      }
      return told;
    }
    // Asked before what is left is taken, so that nothing stays behind.
    Optional<String> ended = running.ended();
    String lost = take(running, told);
    if (ended.isEmpty()) {
      lost = lost.isEmpty() ? lost(running) : lost;
    } else {
      lost = "the trace of starts is over: " + ended.get();
    }
    if (!lost.isEmpty()) {
      told.add(new FileEvent.StartsLost(lost));
    }
    if (!lost.isEmpty() || !lastLook.isBefore(checked.plus(CHECK))) {
      check(told);
    }
    if (ended.isPresent()) {
      running.close();
      session = null;
      cannot = ended.get();
      again = lastLook.plus(pause);
      told.add(changed());
    }
    return told;
  }

  private static String lost(TraceSession running) {
    try {
      return running.lost();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** What it could not read, in words, or "". */
  private String take(TraceSession running, List<FileEvent> told) {
    int unread = 0;
    for (TraceEvent event : running.take()) {
      Optional<ProcessStart> start = ProcessStart.of(event);
      if (start.isPresent()) {
        take(start.get(), told);
      } else {
        unread++;
        LOG.warn(
            "a start in version {} of {} bytes is none",
            event.head().version(),
            event.data().length);
      }
    }
    return unread == 0 ? "" : unread + " starts were told in a form that is not known";
  }

  private void take(ProcessStart start, List<FileEvent> told) {
    String program = paths.plain(start.image());
    Toolhelp.Entry entry =
        new Toolhelp.Entry(start.pid(), start.parent(), DevicePaths.name(program));
    if (program.isEmpty() || polled.hasSeen(entry, start.created())) {
      return; // the kernel's own, or told by a look
    }
    polled.note(entry, start.created());
    ProcessFacts facts = processes.learn(start.pid(), start.parent(), program);
    if (start.parent() != ourselves && start.pid() != ourselves) {
      ProcessStarts.start(facts).ifPresent(told::add);
    }
  }

  /** What runs and was not told. The youngest may still be on their way. */
  private void check(List<FileEvent> told) throws IOException {
    checked = lastLook;
    paths.forget();
    for (FileEvent event : polled.look()) {
      told.add(event);
      if (event instanceof FileEvent.Started one
          && made.apply(one.process().pid())
              .filter(at -> at.isBefore(lastLook.minus(LATE)))
              .isPresent()) {
        told.add(
            new FileEvent.StartsLost(
                "the trace did not tell of process "
                    + one.process().pid()
                    + ", which runs "
                    + one.file()));
      }
    }
  }

  private FileEvent changed() {
    return new FileEvent.ViewChanged(new FileActivity.View(true, detail()));
  }

  @Override
  public void close() {
    TraceSession running = session;
    session = null;
    if (running != null) {
      running.close();
    }
    polled.close();
  }
}
