package io.waybillguard.hq.feeds;

import io.waybillguard.hq.store.FeedRows;
import io.waybillguard.hq.store.SegmentStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed at work: takes what waits in the order of arrival, hands it to the receiver, and moves
 * the feed's place in the database once the receiver has it. So each record goes out at least once,
 * and once more after a crash in between. Owned by one thread; {@link #close} may be called by
 * another.
 */
public final class Sending implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sending.class);

  /** How long a feed is held without a word; a process that was killed is followed after this. */
  static final Duration HELD = Duration.ofSeconds(2L * Feed.MOST_SECONDS);

  private static final Duration IDLE = Duration.ofMillis(500);
  private static final Duration OTHERS_TURN = Duration.ofSeconds(5);
  private static final int ORDERED_AT_ONCE = 1_000;
  private static final int MOST_PROBLEM = 300;

  private final String name;
  private final FeedRows rows;
  private final Gathering gathering;
  private final Feed feed;
  private final String holder;
  private final InstantSource clock;
  private final Backoff backoff;

  /**
   * @param host how HQ calls itself
   * @param version this program's
   * @param holder a word of this process's own
   */
  public Sending(
      Plan plan,
      FeedRows rows,
      SegmentStore files,
      String host,
      String version,
      String holder,
      InstantSource clock,
      RandomGenerator random) {
    this(plan, plan.open(host, version), rows, files, version, holder, clock, random);
  }

  /** As above, into this. */
  Sending(
      Plan plan,
      Feed feed,
      FeedRows rows,
      SegmentStore files,
      String version,
      String holder,
      InstantSource clock,
      RandomGenerator random) {
    this.name = plan.name();
    this.rows = rows;
    this.gathering = new Gathering(rows, files, plan.incidentsOnly(), plan.personal(), version);
    this.feed = feed;
    this.holder = holder;
    this.clock = clock;
    this.backoff = new Backoff(random);
    rows.declare(
        name,
        plan.receiver().kind(),
        plan.receiver().address(),
        plan.records(),
        plan.fromBeginning());
  }

  /** What it is called. */
  public String name() {
    return name;
  }

  /**
   * Sends what waits, one batch at most.
   *
   * @return how long to wait before the next step; zero while more waits
   */
  public Duration step() {
    while (rows.order(ORDERED_AT_ONCE) == ORDERED_AT_ONCE) {
      LOG.debug("gave numbers to segments={}", ORDERED_AT_ONCE);
    }
    Optional<FeedRows.Place> place = rows.place(name);
    if (place.isEmpty()) {
      return OTHERS_TURN; // forgotten by a person; the next start makes it anew
    }
    try {
      Batch batch = gathering.next(place.get());
      if (batch.after().equals(place.get())) {
        return IDLE; // and nothing is written: an idle feed leaves the disk alone
      }
      Instant now = clock.instant();
      Optional<FeedRows.Place> held = rows.hold(name, holder, now, now.plus(HELD));
      if (held.isEmpty()) {
        return OTHERS_TURN;
      }
      if (!held.equals(place)) {
        return Duration.ZERO; // another process has come further meanwhile
      }
      Feed.Taken taken = batch.records().isEmpty() ? Feed.Taken.ALL : feed.send(batch.records());
      moveOn(batch, taken);
      backoff.worked();
      return batch.isLast() ? IDLE : Duration.ZERO;
    } catch (NotTaken e) {
      return failed(e, e.after());
    } catch (IOException e) {
      return failed(e, Optional.empty());
    }
  }

  private void moveOn(Batch batch, Feed.Taken taken) {
    if (taken.refused() > 0) {
      LOG.error(
          "feed={} first={} last={} records={} were refused for good: {}",
          name,
          batch.records().get(0).key(),
          batch.records().get(batch.records().size() - 1).key(),
          taken.refused(),
          taken.why());
    }
    boolean ours =
        rows.moveOn(
            name,
            holder,
            batch.after(),
            batch.records().size() - taken.refused(),
            taken.refused() + batch.unreadable(),
            clock.instant());
    if (!ours) {
      LOG.warn(
          "feed={} is held by another process; records={} go out once more",
          name,
          batch.records().size());
    }
  }

  private Duration failed(Exception e, Optional<Duration> asked) {
    Duration wait = backoff.failed();
    if (asked.isPresent() && asked.get().compareTo(wait) > 0) {
      wait = asked.get().compareTo(Backoff.MOST) > 0 ? Backoff.MOST : asked.get();
    }
    String problem = String.valueOf(e.getMessage());
    LOG.warn("feed={} wait_ms={} not taken: {}", name, wait.toMillis(), problem);
    rows.failed(
        name,
        holder,
        Trouble.of(e).word(),
        problem.length() <= MOST_PROBLEM ? problem : problem.substring(0, MOST_PROBLEM),
        clock.instant());
    return wait;
  }

  /** Lets another process send; only when no step is under way any more. */
  public void letGo() {
    rows.letGo(name, holder);
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    feed.close();
  }
}
