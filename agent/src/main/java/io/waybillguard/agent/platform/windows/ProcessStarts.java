package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that are started, by comparing the processes of two looks.
 *
 * <p>Limit: what starts and ends between two looks is not seen, nor what gets the number of one of
 * the same name that ended in between.
 */
final class ProcessStarts implements Starts {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessStarts.class);

  /** Between two looks while programs are being started. */
  static final Duration SOON = Duration.ofMillis(250);

  /** Between two looks at other times. */
  static final Duration CALM = Duration.ofSeconds(1);

  private static final Duration LIVELY = Duration.ofSeconds(15);

  /** What a look gives. */
  interface Snapshot {
    /** All processes that run now. */
    List<Toolhelp.Entry> take() throws IOException;
  }

  /**
   * A process that is known.
   *
   * @param at when it was seen first, or when it was made
   */
  private record Seen(Toolhelp.Entry entry, Instant at) {}

  private final Snapshot snapshot;
  private final SeenProcesses processes;
  private final long ourselves;
  private final InstantSource clock;
  private Map<Long, Seen> before = new HashMap<>();
  private Instant lastStart = Instant.EPOCH;
  private Instant lastLook = Instant.EPOCH;

  ProcessStarts(Snapshot snapshot, SeenProcesses processes, long ourselves, InstantSource clock) {
    this.snapshot = snapshot;
    this.processes = processes;
    this.ourselves = ourselves;
    this.clock = clock;
  }

  @Override
  public String detail() {
    return "starts of programs by looking at the processes";
  }

  @Override
  public void begin() throws IOException {
    before = new HashMap<>();
    List<Toolhelp.Entry> all = snapshot.take();
    lastLook = clock.instant();
    for (Toolhelp.Entry entry : all) {
      before.put(entry.pid(), new Seen(entry, lastLook));
      ProcessFacts unused = processes.learn(entry.pid(), entry.parent(), "");
    }
  }

  /** Whether a process that was made then was seen by a look. */
  boolean hasSeen(Toolhelp.Entry entry, Instant made) {
    Seen seen = before.get(entry.pid());
    return seen != null && seen.entry().isSame(entry) && !made.isAfter(seen.at());
  }

  /** From now on this one is known: somebody else told of it. */
  void note(Toolhelp.Entry entry, Instant made) {
    before.put(entry.pid(), new Seen(entry, made));
  }

  @Override
  public Duration due() {
    Instant now = clock.instant();
    boolean lively = now.isBefore(lastStart.plus(LIVELY));
    Duration left = Duration.between(now, lastLook.plus(lively ? SOON : CALM));
    return left.isNegative() ? Duration.ZERO : left;
  }

  @Override
  public List<FileEvent> look() throws IOException {
    Map<Long, Seen> now = new HashMap<>();
    List<FileEvent> started = new ArrayList<>();
    List<Toolhelp.Entry> all = snapshot.take();
    lastLook = clock.instant();
    for (Toolhelp.Entry entry : all) {
      Seen known = before.get(entry.pid());
      if (known != null && known.entry().isSame(entry)) {
        now.put(entry.pid(), known);
      } else {
        now.put(entry.pid(), new Seen(entry, lastLook));
        ProcessFacts facts = processes.learn(entry.pid(), entry.parent(), "");
        if (entry.parent() != ourselves && entry.pid() != ourselves) {
          start(facts).ifPresent(started::add);
        }
      }
    }
    before = now;
    if (!started.isEmpty()) {
      lastStart = lastLook;
    }
    return started;
  }

  /** What is told of a start; nothing when its program is not known. */
  static Optional<FileEvent> start(ProcessFacts facts) {
    if (facts.executable().isEmpty()) {
      LOG.debug("pid={} ended, or may not be asked, before its program was known", facts.pid());
      return Optional.empty();
    }
    try {
      return Optional.of(new FileEvent.Started(Path.of(facts.executable()), facts));
    } catch (InvalidPathException e) {
      LOG.warn("pid={} runs a program whose path is none: {}", facts.pid(), facts.executable());
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    before = new HashMap<>();
  }
}
