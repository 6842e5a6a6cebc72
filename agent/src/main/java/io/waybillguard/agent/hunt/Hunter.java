package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.CommandEnded;
import io.waybillguard.agent.event.HuntFinished;
import io.waybillguard.agent.event.HuntStarted;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.hunt.search.Search;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs HQ's hunts, one after another, in short pieces with rests between: at most a tenth of one
 * processor and 16 MiB of files a second. What is under way is on disk every few seconds, and goes
 * on there after a new start.
 *
 * <p>{@link #prepare} and {@link #begin} are safe from any thread.
 */
public final class Hunter implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Hunter.class);

  /** Percent of one processor. */
  private static final int SHARE = 10;

  /** Bytes of files a second. */
  private static final long READ_RATE = 16L << 20;

  private static final long SLICE_MICROS = 40_000;
  private static final long KEEP_EVERY_MICROS = 5_000_000;

  private final Path data;
  private final LogClerk clerk;
  private final Ground ground;
  private final InstantSource clock;
  private final LongSupplier monoMicros;
  private final RandomGenerator random;
  private final Runnable told;
  private final Queue<String> waiting = new ConcurrentLinkedQueue<>();
  private final Semaphore signal = new Semaphore(0);

  private @Nullable Hunt hunt;
  private Order.@Nullable Kept next;
  private long beginAt;
  private long restUntil;
  private long keptAt;

  /**
   * @param data the agent's data folder
   * @param clock for what people read
   * @param monoMicros what waits are measured by, in µs; never runs backwards
   * @param told when a hunt has ended; must not wait
   */
  public Hunter(
      Path data,
      LogClerk clerk,
      Ground ground,
      InstantSource clock,
      LongSupplier monoMicros,
      RandomGenerator random,
      Runnable told) {
    this.data = data;
    this.clerk = clerk;
    this.ground = ground;
    this.clock = clock;
    this.monoMicros = monoMicros;
    this.random = random;
    this.told = told;
  }

  /**
   * Keeps a hunt, durably; nothing is done yet.
   *
   * @param id of HQ's command
   * @param args its arguments
   * @throws IllegalArgumentException if they make no sense; the message says what
   * @throws IOException if it cannot be kept
   */
  public void prepare(String id, Json.Obj args) throws IOException {
    new Order(id, args, Search.of(args)).keep(data, Progress.NONE);
  }

  /**
   * Has a hunt run that was prepared, in this run of the agent or an earlier one.
   *
   * @return false if nothing was kept of it
   */
  public boolean begin(String id) throws IOException {
    if (Order.find(data, id).isEmpty()) {
      return false;
    }
    waiting.add(id);
    signal.release();
    return true;
  }

  @Override
  public String name() {
    return "hunt";
  }

  @Override
  public void wake() {
    signal.release();
  }

  @Override
  public int step() throws Exception {
    long now = monoMicros.getAsLong();
    if (hunt != null) {
      if (now < restUntil) {
        await(restUntil - now);
        return 0;
      }
      work(hunt);
      return 1;
    }
    if (next == null) {
      take(now);
    }
    if (next != null && now >= beginAt) {
      start(next);
      next = null;
      return 1;
    }
    await(next == null ? micros(LONGEST_WAIT) : Math.min(beginAt - now, micros(LONGEST_WAIT)));
    return 0;
  }

  private static long micros(Duration time) {
    return time.toNanos() / 1000;
  }

  private void await(long micros) throws InterruptedException {
    long wait = Math.max(1000, Math.min(micros, micros(LONGEST_WAIT)));
    if (signal.tryAcquire(wait, TimeUnit.MICROSECONDS)) {
      signal.drainPermits();
    }
  }

  private void take(long now) throws IOException {
    String id = waiting.poll();
    if (id == null) {
      return;
    }
    Order.Kept kept = Order.find(data, id).orElse(null);
    if (kept == null) {
      return; // ended meanwhile: it was begun twice
    }
    long spread = kept.order().search().spread().toMillis();
    boolean begins = !kept.progress().hasBegun() && spread > 0;
    beginAt = begins ? now + random.nextLong(spread * 1000) : now;
    next = kept;
  }

  private void start(Order.Kept kept) throws Exception {
    Order order = kept.order();
    boolean resumed = kept.progress().hasBegun();
    Instant began = resumed ? kept.progress().began() : clock.instant();
    if (kept.progress().stage() != Progress.Stage.DONE) {
      long unused =
          clerk.write(
              new HuntStarted(
                  clock.instant(),
                  order.id(),
                  order.search().title(),
                  Eye.kinds(order.search()),
                  resumed));
    }
    try (LogReader log = LogReader.open(data)) {
      hunt = new Hunt(order, kept.progress(), ground, began, log.size());
    }
    keep(hunt);
    LOG.info("hunt={} begins resumed={}", order.id(), resumed);
  }

  private void work(Hunt running) throws Exception {
    long from = monoMicros.getAsLong();
    long now = from;
    long bytes = 0;
    // Opened for each piece: the log can be set aside only while nobody has it open.
    try (LogReader log = LogReader.open(data)) {
      while (!running.isDone() && now - from < SLICE_MICROS) {
        bytes += running.step(log);
        now = monoMicros.getAsLong();
      }
    }
    long rest = Math.max((now - from) * (100 - SHARE) / SHARE, bytes * 1_000_000 / READ_RATE);
    restUntil = now + rest;
    if (running.isDone()) {
      finish(running);
    } else if (now - keptAt >= KEEP_EVERY_MICROS) {
      keep(running);
    }
  }

  private void keep(Hunt running) throws IOException {
    running.order().keep(data, running.progress());
    keptAt = monoMicros.getAsLong();
  }

  /** Each part may be repeated: a crash between two leaves what is looked for here. */
  private void finish(Hunt done) throws Exception {
    keep(done);
    Order order = done.order();
    Progress found = done.progress();
    HuntFinished end =
        new HuntFinished(
            clock.instant(),
            order.id(),
            order.search().title(),
            new HuntFinished.Looked(found.files(), found.record(), found.unread()),
            notNegative(Duration.between(found.began(), clock.instant())),
            found.findings(),
            found.unlisted());
    OptionalLong there = written("hunt.end", order.id());
    long seq = there.isPresent() ? there.getAsLong() : clerk.write(end);
    if (written("hq.result", order.id()).isEmpty()) {
      long unused =
          clerk.write(
              new CommandEnded(
                  clock.instant(),
                  order.id(),
                  "hunt",
                  CommandEnded.Outcome.DONE,
                  "",
                  Map.of(
                      "found", end.found(),
                      "files", found.files(),
                      "records", found.record(),
                      "unread", found.unread(),
                      "record", seq)));
    }
    order.forget(data);
    hunt = null;
    LOG.info("hunt={} done found={} files={}", order.id(), end.found(), found.files());
    told.run();
  }

  private static Duration notNegative(Duration time) {
    return time.isNegative() ? Duration.ZERO : time;
  }

  /** The record of a type that names a command, if it was written. */
  private OptionalLong written(String type, String id) throws IOException, EvidenceException {
    try (LogReader log = LogReader.open(data)) {
      for (Entry entry : log.find(type, Instant.EPOCH, Instant.MAX, -1)) {
        if (entry.leaf().fields().text("id", "").equals(id)) {
          return OptionalLong.of(entry.seq());
        }
      }
    }
    return OptionalLong.empty();
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("hunt={} waits", hunt == null ? "" : hunt.order().id(), cause);
    return 5_000;
  }

  @Override
  public void end() throws IOException {
    if (hunt != null) {
      keep(hunt);
      hunt.close();
    }
  }
}
