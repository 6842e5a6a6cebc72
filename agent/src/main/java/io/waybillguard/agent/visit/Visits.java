package io.waybillguard.agent.visit;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.VisitBegun;
import io.waybillguard.agent.event.VisitChange;
import io.waybillguard.agent.event.VisitEnded;
import io.waybillguard.agent.event.VisitEnded.Compared;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks the PC over as each announced visit begins and when it has ended, and writes down what is
 * different. Which visits there are stands in the log; what was there before a visit is in a file
 * whose digest the log holds, so a new start in between loses neither, and a file that was altered
 * meanwhile is found out.
 */
public final class Visits implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Visits.class);

  /** Visits that are looked after at once: any account of the PC may announce them. */
  static final int MOST = 20;

  private final Path folder;
  private final VisitLog past;
  private final LogClerk clerk;
  private final Look look;
  private final InstantSource clock;
  private final Semaphore signal = new Semaphore(0);
  private final List<Visit> waiting = new ArrayList<>();

  /**
   * @param data the agent's data folder
   */
  public Visits(Path data, LogClerk clerk, Look look, InstantSource clock) {
    this.folder = data.resolve("visits");
    this.past = new VisitLog(data);
    this.clerk = clerk;
    this.look = look;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "visits";
  }

  @Override
  public void wake() {
    signal.release();
  }

  /**
   * Told which types of records are durable now; only an announced visit ends the wait. Safe from
   * any thread.
   *
   * @param types as an event tells its own
   */
  public void hear(Set<String> types) {
    if (types.contains(VisitLog.EXPECTED)) {
      wake();
    }
  }

  @Override
  public int step() throws IOException, InterruptedException {
    hear();
    Instant now = clock.instant();
    List<Visit> due = waiting.stream().filter(each -> !now.isBefore(each.due())).toList();
    if (due.isEmpty()) {
      await(now);
      return 0;
    }
    // One look serves all; whoever's visit is over unseen needs none.
    Optional<Scenery> there =
        due.stream().allMatch(each -> each.isOver(now) && each.begun().isEmpty())
            ? Optional.empty()
            : Optional.of(look.now());
    for (Visit each : due) {
      if (!each.isOver(now)) {
        begin(each, there.orElseThrow(), now);
      } else {
        end(each, there, now);
      }
    }
    return due.size();
  }

  private void hear() throws IOException, InterruptedException {
    waiting.addAll(past.announced(clock.instant()));
    while (waiting.size() > MOST) {
      Visit last = waiting.get(waiting.size() - 1);
      ended(last, Compared.TOO_MANY, List.of(), List.of(), clock.instant());
      waiting.remove(last);
    }
  }

  private void await(Instant now) throws InterruptedException {
    Duration wait = LONGEST_WAIT;
    for (Visit each : waiting) {
      Duration left = Duration.between(now, each.due());
      wait = left.compareTo(wait) < 0 ? left : wait;
    }
    if (signal.tryAcquire(Math.max(1, wait.toMillis()), TimeUnit.MILLISECONDS)) {
      signal.drainPermits();
    }
  }

  private void begin(Visit visit, Scenery there, Instant now)
      throws IOException, InterruptedException {
    // Written by a step that did not get to its end: its look is the one that counts.
    Optional<String> written = past.begun(visit.id());
    if (written.isEmpty()) {
      SecretFile.folder(folder);
      SecretFile.write(file(visit.id()), there.json().canonical());
      long unused =
          clerk.write(
              new VisitBegun(
                  now,
                  visit.id(),
                  visit.visitor(),
                  visit.from(),
                  visit.until(),
                  there.count("autostart"),
                  there.count("program"),
                  there.count("usb"),
                  there.digest()));
    }
    waiting.set(waiting.indexOf(visit), visit.begunWith(written.orElseGet(there::digest)));
    LOG.info("visit={} begins until={}", visit.id(), visit.until());
  }

  private void end(Visit visit, Optional<Scenery> there, Instant now)
      throws IOException, InterruptedException {
    if (!past.hasEnded(visit.id())) {
      Optional<Scenery> before = visit.begun().flatMap(digest -> kept(visit.id(), digest));
      if (before.isPresent() && there.isPresent()) {
        ended(
            visit,
            Compared.YES,
            before.get().until(there.get()),
            before.get().unseenUntil(there.get()),
            now);
      } else {
        Compared why = visit.begun().isEmpty() ? Compared.NOT_BEFORE : Compared.LOST;
        ended(visit, why, List.of(), List.of(), now);
      }
    }
    Files.deleteIfExists(file(visit.id()));
    waiting.remove(visit);
    LOG.info("visit={} has ended", visit.id());
  }

  private void ended(
      Visit visit, Compared compared, List<VisitChange> changes, List<String> unseen, Instant now)
      throws IOException, InterruptedException {
    int most = VisitEnded.MOST_LISTED;
    long unused =
        clerk.write(
            new VisitEnded(
                now,
                visit.id(),
                visit.visitor(),
                visit.from(),
                visit.until(),
                compared,
                changes.stream().limit(most).toList(),
                Math.max(0, changes.size() - most),
                unseen.stream().limit(most).toList()));
    // The slip is wanted now, with its signature.
    long unusedSize = LogClerk.done("a seal", clerk.seal());
  }

  /** What was there before, if it is still what was written down. */
  private Optional<Scenery> kept(String id, String digest) {
    try {
      Scenery kept = Scenery.of(Json.parse(Files.readAllBytes(file(id))));
      if (kept.digest().equals(digest)) {
        return Optional.of(kept);
      }
      LOG.warn(
          "{} is not what was written: digest {}, the log has {}", file(id), kept.digest(), digest);
    } catch (IOException | JsonException e) {
      LOG.warn("what was there before visit {} cannot be read: {}", id, e.toString());
    }
    return Optional.empty();
  }

  private Path file(String id) {
    return folder.resolve(id + ".json");
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("visits wait", cause);
    return 5_000;
  }
}
