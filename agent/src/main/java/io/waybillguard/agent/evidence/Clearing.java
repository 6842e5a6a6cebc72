package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.RecordsErased;
import io.waybillguard.agent.event.Span;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears away what was kept for its time, and makes room when the log has grown to its limit. In
 * small bits, since it is done by the log's writer between two batches. Owned by that thread.
 *
 * <p>An erased body is overwritten where it lies. Its row goes later, and only from the middle of a
 * run of erased rows: when a row goes, SQLite may move its neighbours to other pages and leaves
 * copies of them behind; here the neighbours are zeros.
 */
final class Clearing {
  private static final Logger LOG = LoggerFactory.getLogger(Clearing.class);

  private static final Duration FIRST_ROUND_AFTER = Duration.ofMinutes(5);
  private static final Duration ROUND_EVERY = Duration.ofHours(1);
  private static final Duration THIN_AFTER = Duration.ofDays(30);
  private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();
  private static final long RETRY_MICROS = 1_000_000;
  private static final long ROOM_RETRY_MICROS = 60_000_000;
  private static final long BALLAST_RETRY_MICROS = 10_000_000;

  /** Records of one bit: some 150 KB of pages, written within a few ms. */
  private static final int BIT = 256;

  /** Records that are looked at in one bit while there is nothing to do about them. */
  private static final int LOOK = 4096;

  private static final int CHECKPOINT_BIT = 512;
  private static final int ROW_WINDOW = 2048;

  /**
   * Erased bytes that stay on either side of rows that go. SQLite balances a page with two others
   * (btree.c, NB=3); this is sixteen.
   */
  private static final long MARGIN_BYTES = 16 * 4096;

  /** A row counts for the least that it takes of a page; the rest of it may lie elsewhere. */
  private static final long LEAST_LOCAL_BYTES = 489;

  private static final String ERASED = "erased.";
  private static final String PRUNED = "pruned";
  private static final String THINNED = "thinned";

  /** A part of a round. */
  @FunctionalInterface
  private interface Chore {
    /** Does a bit of it; says whether there is more. */
    boolean bit() throws IOException;
  }

  private final EvidenceLog log;
  private final Store store;
  private final Retention retention;
  private final Ballast ballast;
  private final RandomGenerator random;

  /** What is left of the round; empty between rounds. */
  private final Deque<Chore> round = new ArrayDeque<>();

  private long nextRound;
  private long nextBallast;
  private long nextWipe;
  private long nextRoom;
  private long bytes;
  private boolean wipeDue;
  private boolean spent;

  Clearing(
      EvidenceLog log,
      Store store,
      Retention retention,
      Ballast ballast,
      RandomGenerator random,
      long nowMicros) {
    this.log = log;
    this.store = store;
    this.retention = retention;
    this.ballast = ballast;
    this.random = random;
    this.nextRound = nowMicros + around(FIRST_ROUND_AFTER);
    // An earlier run may have erased something and ended before the WAL was empty.
    this.wipeDue = true;
  }

  /** A fifth more or less, so that a thousand desks do not do it at once. */
  private long around(Duration time) {
    return (long) (time.toNanos() / 1000.0 * random.nextDouble(0.8, 1.2));
  }

  /** Something was erased: copies of it may lie in the WAL until that is empty. */
  void wipeSoon() {
    wipeDue = true;
  }

  /** Whether something that was erased may still lie in the WAL. */
  boolean isWipeDue() {
    return wipeDue;
  }

  /** Whether the log has grown to its limit and nothing more of it may be erased. */
  boolean isSpent() {
    return spent;
  }

  /** Bytes that the log takes, as of the last look. */
  long bytes() {
    return bytes;
  }

  /** Whether {@link #step} would do something now. */
  boolean isDue(long nowMicros) {
    return !round.isEmpty()
        || nowMicros >= nextRound
        || (wipeDue && nowMicros >= nextWipe)
        || (nowMicros >= nextBallast && !ballast.isWhole());
  }

  /**
   * Does a bit of what is due.
   *
   * @return whether there is more to do at once
   * @throws IOException if the disk does not take it; nothing of the bit is done then
   */
  boolean step(long nowMicros) throws IOException {
    if (nowMicros >= nextBallast && growBallast(nowMicros)) {
      return true;
    }
    if (makeRoom(nowMicros)) {
      return true;
    }
    if (round.isEmpty() && nowMicros >= nextRound) {
      nextRound = nowMicros + around(ROUND_EVERY);
      beginRound();
    }
    Chore chore = round.peek();
    if (chore != null) {
      if (!chore.bit()) {
        round.remove();
      }
      return isDue(nowMicros);
    }
    if (wipeDue && nowMicros >= nextWipe) {
      nextWipe = nowMicros + RETRY_MICROS;
      wipe();
    }
    return false;
  }

  private boolean growBallast(long nowMicros) {
    try {
      if (ballast.grow()) {
        return true;
      }
    } catch (IOException e) {
      LOG.info("no room for the reserve yet: {}", e.getMessage());
    }
    nextBallast = nowMicros + BALLAST_RETRY_MICROS;
    return false;
  }

  private void wipe() throws IOException {
    if (store.emptyWal()) {
      wipeDue = false;
    } else {
      LOG.debug("somebody reads the log; what was erased stays in its WAL until then");
    }
  }

  private void beginRound() throws IOException {
    log.readHolds();
    round.add(() -> eraseDue(RecordsErased.PERSONAL, retention.personal()));
    round.add(() -> eraseDue(RecordsErased.TECHNICAL, retention.technical()));
    round.add(this::reclaim);
    round.add(this::prune);
    round.add(() -> thin(thinBelow()));
  }

  // -- how old, by HQ's clock --------------------------------------------------------------------

  /** Size of the newest head that HQ has held for so long, as far as its own word goes. */
  private long heldFor(Duration time) throws IOException {
    Optional<Store.Witnessing> newest = store.newestWitnessing();
    return newest.isEmpty() ? 0 : heldAt(newest.get().atSeconds() - time.toSeconds());
  }

  private long heldAt(long seconds) throws IOException {
    return store.witnessedBy(seconds).map(Store.Witnessing::size).orElse(0L);
  }

  // -- bodies ------------------------------------------------------------------------------------

  private boolean eraseDue(String rule, Duration period) throws IOException {
    long from = store.state(ERASED + rule);
    long horizon = Math.min(heldFor(period), log.durableSize());
    if (from >= horizon) {
      return false;
    }
    Found found = find(from, horizon, rule);
    erase(found, rule, List.of(ERASED + rule));
    return true;
  }

  /**
   * Records whose bodies are to go.
   *
   * @param byPart which records, for each body part
   * @param upTo how far the log was looked through
   */
  private record Found(SortedMap<Integer, List<Span>> byPart, long upTo) {}

  /** Bodies to which a rule applies, from here on, at most a bit of them. */
  private Found find(long from, long horizon, String rule) throws IOException {
    SortedMap<Integer, SortedSet<Long>> records = new TreeMap<>();
    long end = Math.min(horizon, from + LOOK);
    long at = from;
    for (int found = 0; at < end && found < BIT; ) {
      long to = Math.min(end, at + BIT);
      List<Store.BodyRow> rows = store.bodyRows(at, to, ROW_WINDOW);
      if (rows.size() == ROW_WINDOW) {
        to = Math.max(at + 1, rows.get(ROW_WINDOW - 1).index());
      }
      for (Store.BodyRow row : rows) {
        if (row.index() < to && !row.erased() && !log.isHeld(row.index()) && applies(rule, row)) {
          records.computeIfAbsent(row.part(), part -> new TreeSet<>()).add(row.index());
          found++;
        }
      }
      at = to;
    }
    return cut(records, at);
  }

  private boolean applies(String rule, Store.BodyRow row) throws IOException {
    if (rule.equals(RecordsErased.DISK_CAP)) {
      return true;
    }
    boolean personal = classOf(row) == BodyClass.PERSONAL;
    return personal == rule.equals(RecordsErased.PERSONAL);
  }

  /** What cannot be told is treated as the most protected class. */
  private BodyClass classOf(Store.BodyRow row) throws IOException {
    Optional<Leaf> leaf = leaf(row.index());
    return leaf.isPresent() && row.part() < leaf.get().bodies().size()
        ? BodyClass.of(leaf.get().bodies().get(row.part()).bodyClass())
        : BodyClass.PERSONAL;
  }

  private Optional<Leaf> leaf(long index) throws IOException {
    Optional<byte[]> bytes = store.leaf(index);
    try {
      return bytes.isEmpty() ? Optional.empty() : Optional.of(Leaf.parse(bytes.get()));
    } catch (EvidenceException e) {
      throw new DamagedLogException("record " + index + ": " + e.getMessage(), e);
    }
  }

  /** As many as one record can name. */
  private static Found cut(SortedMap<Integer, SortedSet<Long>> records, long upTo) {
    long end = upTo;
    for (SortedSet<Long> each : records.values()) {
      List<Span> spans = Span.of(each);
      if (spans.size() > RecordsErased.MOST_SPANS) {
        end = Math.min(end, spans.get(RecordsErased.MOST_SPANS - 1).to());
      }
    }
    SortedMap<Integer, List<Span>> byPart = new TreeMap<>();
    for (Map.Entry<Integer, SortedSet<Long>> each : records.entrySet()) {
      SortedSet<Long> named = each.getValue().headSet(end);
      if (!named.isEmpty()) {
        byPart.put(each.getKey(), Span.of(named));
      }
    }
    return new Found(byPart, end);
  }

  /** Erases what was found, and writes down how far the log was looked through. */
  private void erase(Found found, String rule, List<String> cursors) throws IOException {
    for (Map.Entry<Integer, List<Span>> part : found.byPart().entrySet()) {
      log.erase(part.getValue(), part.getKey(), rule);
    }
    Map<String, Long> further = new TreeMap<>();
    for (String cursor : cursors) {
      further.put(cursor, Math.max(store.state(cursor), found.upTo()));
    }
    store.commit(batch -> move(batch, further));
  }

  private static void move(Batch batch, Map<String, Long> cursors) throws SQLException {
    for (Map.Entry<String, Long> cursor : cursors.entrySet()) {
      batch.state(cursor.getKey(), cursor.getValue());
    }
  }

  /** Below this, every body was looked at by every rule. */
  private long lookedThrough() throws IOException {
    return Math.min(
        store.state(ERASED + RecordsErased.PERSONAL),
        store.state(ERASED + RecordsErased.TECHNICAL));
  }

  /** For a release: what was passed over while these records were held is looked at again. */
  Batch.Rows lookAgain(Span released) throws IOException {
    Map<String, Long> back = new TreeMap<>();
    for (String cursor :
        List.of(ERASED + RecordsErased.PERSONAL, ERASED + RecordsErased.TECHNICAL, PRUNED)) {
      back.put(cursor, Math.min(store.state(cursor), released.from()));
    }
    return batch -> move(batch, back);
  }

  // -- rows of erased bodies ---------------------------------------------------------------------

  private boolean reclaim() throws IOException {
    for (Span run : log.notHeld(lookedThrough())) {
      List<Long> rows = reclaimable(run);
      if (!rows.isEmpty()) {
        store.commit(batch -> batch.reclaim(rows));
        return true;
      }
    }
    return false;
  }

  /** Rows that lie far enough inside a run of erased ones, at most a bit of them. */
  private List<Long> reclaimable(Span run) throws IOException {
    List<Store.BodyRow> rows = store.bodyRows(run.from(), run.to(), ROW_WINDOW);
    int end = 0;
    while (end < rows.size() && rows.get(end).erased()) {
      end++;
    }
    long margin = 0;
    while (end > 0 && margin < MARGIN_BYTES) {
      margin += localBytes(rows.get(--end));
    }
    // Where the table begins there is nobody to the left.
    boolean first = run.from() == 0 || store.bodyRows(0, run.from(), 1).isEmpty();
    margin = first ? MARGIN_BYTES : 0;
    List<Long> ids = new ArrayList<>();
    for (Store.BodyRow row : rows.subList(0, end)) {
      if (margin < MARGIN_BYTES) {
        margin += localBytes(row);
      } else if (ids.size() < BIT) {
        ids.add(row.row());
      }
    }
    return ids;
  }

  private static long localBytes(Store.BodyRow row) {
    return Math.min(row.bytes(), LEAST_LOCAL_BYTES);
  }

  // -- records -----------------------------------------------------------------------------------

  private boolean prune() throws IOException {
    long from = store.state(PRUNED);
    long horizon = Math.min(heldFor(retention.leaf()), lookedThrough());
    if (from >= horizon) {
      return false;
    }
    long to = Math.min(horizon, from + BIT);
    Set<Long> keys = new HashSet<>();
    log.keys().epochs().forEach(epoch -> keys.add(epoch.firstSize() - 1));
    List<Leaf> old = new ArrayList<>();
    for (long index = from; index < to; index++) {
      if (!keys.contains(index) && !log.isHeld(index)) {
        leaf(index).ifPresent(old::add);
      }
    }
    long below = Math.max(to, store.prunedBelow());
    store.commit(
        batch -> {
          batch.state(Schema.PRUNE_BELOW, below);
          batch.state(PRUNED, to);
          for (Leaf leaf : old) {
            batch.prune(leaf);
          }
        });
    return true;
  }

  // -- checkpoints -------------------------------------------------------------------------------

  /** Whole days only, so that the last of each day is known. */
  private long thinBelow() throws IOException {
    Optional<Store.Witnessing> newest = store.newestWitnessing();
    if (newest.isEmpty()) {
      return 0;
    }
    long old = newest.get().atSeconds() - THIN_AFTER.toSeconds();
    return heldAt(old - Math.floorMod(old, DAY_SECONDS) - 1);
  }

  /** Keeps, up to a size, one checkpoint a day that HQ holds, and those that closed an epoch. */
  private boolean thin(long limit) throws IOException {
    long from = store.state(THINNED);
    if (from >= limit) {
      return false;
    }
    List<Store.Witnessing> kept = store.checkpointsBetween(from, limit, CHECKPOINT_BIT);
    Set<Long> closing = new HashSet<>();
    log.keys().epochs().forEach(epoch -> closing.add(epoch.firstSize()));
    List<Long> superfluous = new ArrayList<>();
    Store.@Nullable Witnessing last = null;
    for (Store.Witnessing each : kept) {
      if (each.atSeconds() < 0) {
        superfluous.add(each.size());
      } else {
        if (last != null && day(last) == day(each)) {
          superfluous.add(last.size());
        }
        last = each;
      }
    }
    superfluous.removeAll(closing);
    // The last one of a bit may have a later one of its day in the next.
    boolean whole = kept.size() < CHECKPOINT_BIT;
    long seen = kept.isEmpty() ? limit : kept.get(kept.size() - 1).size();
    long to = whole ? limit : last == null || last.size() - 1 <= from ? seen : last.size() - 1;
    store.commit(
        batch -> {
          batch.thin(superfluous);
          batch.state(THINNED, to);
        });
    return true;
  }

  private static long day(Store.Witnessing of) {
    return Math.floorDiv(of.atSeconds(), DAY_SECONDS);
  }

  // -- room --------------------------------------------------------------------------------------

  /**
   * Over the limit, erases the oldest content that HQ holds, a bit at a time, and then the
   * checkpoints between; when there is nothing left to erase, the log takes no more.
   */
  private boolean makeRoom(long nowMicros) throws IOException {
    bytes = store.bytesInUse();
    if (bytes <= retention.diskCap()) {
      spent = false;
      return false;
    }
    long from = lookedThrough();
    long horizon = Math.min(store.state(Schema.WITNESSED), log.durableSize());
    if (from < horizon) {
      Found found = find(from, horizon, RecordsErased.DISK_CAP);
      erase(
          found,
          RecordsErased.DISK_CAP,
          List.of(ERASED + RecordsErased.PERSONAL, ERASED + RecordsErased.TECHNICAL));
      return true;
    }
    if (spent && nowMicros < nextRoom) {
      return false;
    }
    nextRoom = nowMicros + ROOM_RETRY_MICROS;
    if (reclaim() || thin(heldFor(Duration.ZERO))) {
      return true;
    }
    if (!spent) {
      LOG.error(
          "the log has grown to its limit of {} bytes and HQ holds no more of it that may be erased;"
              + " new records are counted, not kept. Let the agent reach HQ, or raise evidence.disk_cap",
          retention.diskCap());
    }
    spent = true;
    return false;
  }
}
