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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that are started, by comparing the processes of two looks.
 *
 * <p>Limit: what starts and ends between two looks is not seen, nor what gets the number of one of
 * the same name that ended in between.
 */
final class ProcessStarts {
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

  private final Snapshot snapshot;
  private final WindowsProcesses processes;
  private final long ourselves;
  private final InstantSource clock;
  private Map<Long, Toolhelp.Entry> before = new HashMap<>();
  private Instant lastStart = Instant.EPOCH;
  private Instant lastLook = Instant.EPOCH;

  ProcessStarts(
      Snapshot snapshot, WindowsProcesses processes, long ourselves, InstantSource clock) {
    this.snapshot = snapshot;
    this.processes = processes;
    this.ourselves = ourselves;
    this.clock = clock;
  }

  /** What runs already, and who it is: that is not told of. */
  void begin() throws IOException {
    before = new HashMap<>();
    for (Toolhelp.Entry entry : snapshot.take()) {
      before.put(entry.pid(), entry);
      ProcessFacts unused = processes.learn(entry.pid(), entry.parent());
    }
    lastLook = clock.instant();
  }

  /** How long until the next look is due. */
  Duration due() {
    Instant now = clock.instant();
    boolean lively = now.isBefore(lastStart.plus(LIVELY));
    Duration left = Duration.between(now, lastLook.plus(lively ? SOON : CALM));
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** Those that were started since the last look. */
  List<FileEvent> look() throws IOException {
    Map<Long, Toolhelp.Entry> now = new HashMap<>();
    List<FileEvent> started = new ArrayList<>();
    for (Toolhelp.Entry entry : snapshot.take()) {
      now.put(entry.pid(), entry);
      if (!entry.equals(before.get(entry.pid()))) {
        ProcessFacts facts = processes.learn(entry.pid(), entry.parent());
        if (entry.parent() != ourselves && entry.pid() != ourselves) {
          start(facts, started);
        }
      }
    }
    before = now;
    lastLook = clock.instant();
    if (!started.isEmpty()) {
      lastStart = lastLook;
    }
    return started;
  }

  private static void start(ProcessFacts facts, List<FileEvent> started) {
    if (facts.executable().isEmpty()) {
      LOG.debug("pid={} ended, or may not be asked, before its program was known", facts.pid());
      return;
    }
    try {
      started.add(new FileEvent.Started(Path.of(facts.executable()), facts));
    } catch (InvalidPathException e) {
      LOG.warn("pid={} runs a program whose path is none: {}", facts.pid(), facts.executable());
    }
  }
}
