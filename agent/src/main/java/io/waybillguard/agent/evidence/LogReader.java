package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.util.LibraryLoaderUtil;

/** A log read beside its writer, by another thread or another process. Used by one thread. */
public final class LogReader implements Ledger, AutoCloseable {
  private final Store store;

  private LogReader(Store store) {
    this.store = store;
  }

  /**
   * Opens the log in a data folder.
   *
   * @throws IOException if there is none, or it cannot be read
   */
  public static LogReader open(Path data) throws IOException {
    Path file = data.resolve(EvidenceLog.FILE);
    if (!Files.exists(file)) {
      throw new java.nio.file.NoSuchFileException(
          file.toString(), null, "no evidence log here yet; start the agent once");
    }
    return new LogReader(Store.openReadOnly(file));
  }

  /**
   * Shows the log as it is at this moment from now on, until it is closed: what the writer adds or
   * clears away meanwhile is not seen. For whoever reads several things that must fit together.
   * While it is open, SQLite cannot take the room of its journal back.
   *
   * @return this
   */
  public LogReader holdStill() throws IOException {
    store.holdStill();
    return this;
  }

  @Override
  public KeyChain keys() throws IOException {
    return store.keys();
  }

  @Override
  public long size() throws IOException {
    return store.size();
  }

  @Override
  public Optional<byte[]> leaf(long index) throws IOException {
    return store.leaf(index);
  }

  @Override
  public List<BodyPart> bodies(long index) throws IOException {
    return store.bodies(index);
  }

  @Override
  public Hash node(int level, long index) throws IOException {
    return store.node(level, index);
  }

  @Override
  public NavigableMap<Long, SignedNote> checkpoints(long from, long to) throws IOException {
    return store.checkpoints(from, to);
  }

  @Override
  public long prunedBelow() throws IOException {
    return store.prunedBelow();
  }

  /** What is held for cases. */
  public List<Hold> holds() throws IOException {
    return store.holds();
  }

  /** The newest kept checkpoint, if there is one. */
  public Optional<SignedNote> newestCheckpoint() throws IOException {
    return store.newestCheckpoint();
  }

  /**
   * Size of the newest head that HQ put its name to, 0 when none: nothing below it can be changed
   * unseen.
   */
  public long pinnedSize() throws IOException {
    return store.state(Schema.PINNED);
  }

  /**
   * Size of the newest head of which HQ holds every leaf, 0 when none: nothing below it can be
   * lost.
   */
  public long witnessedSize() throws IOException {
    return store.state(Schema.WITNESSED);
  }

  /**
   * Records by time and type, oldest first.
   *
   * @param type exact type, or null for all
   * @param from first moment
   * @param to first moment after
   * @param limit at most so many, the newest
   */
  public List<Entry> find(@Nullable String type, Instant from, Instant to, int limit)
      throws IOException, EvidenceException {
    List<Entry> entries = new ArrayList<>();
    for (long seq : sorted(store.find(type, millis(from), millis(to), limit))) {
      Optional<Entry> entry = entry(seq);
      entry.ifPresent(entries::add);
    }
    return entries;
  }

  /**
   * Places of records by time and type, in order: for those who read them one by one, since a whole
   * log does not fit into memory while its places do.
   *
   * @param type exact type, or null for all
   * @param from first moment
   * @param to first moment after
   * @param limit at most so many, the newest; 0 for all
   */
  public long[] places(@Nullable String type, Instant from, Instant to, int limit)
      throws IOException {
    return sorted(store.find(type, millis(from), millis(to), limit == 0 ? -1 : limit));
  }

  private static long[] sorted(long[] seqs) {
    Arrays.sort(seqs);
    return seqs;
  }

  /** Instants beyond the range of a long in ms are the ends of time. */
  private static long millis(Instant at) {
    try {
      return at.toEpochMilli();
    } catch (ArithmeticException e) {
      return at.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /** One record; empty when it was pruned or never written. */
  public Optional<Entry> entry(long seq) throws IOException, EvidenceException {
    Optional<byte[]> leaf = store.leaf(seq);
    return leaf.isEmpty() ? Optional.empty() : Optional.of(Entry.of(leaf.get(), store.bodies(seq)));
  }

  /**
   * Checks what can be checked in a moment: the newest checkpoint is signed by the key whose time
   * it was and its root is what the records below it hash to; the last records are those that were
   * written. {@link LogVerifier} checks all of it.
   *
   * @param last how many of the newest records to look at, one by one
   * @throws EvidenceException if something does not agree; the message says what
   */
  public void checkHead(int last) throws IOException, EvidenceException {
    long size = size();
    Optional<SignedNote> newest = newestCheckpoint();
    if (newest.isPresent()) {
      Checkpoint head = keys().verify(newest.get());
      if (head.size() > size) {
        throw new EvidenceException(
            "the newest checkpoint covers " + head.size() + " records, the log holds " + size);
      }
      Hash root = Merkle.root(this, head.size());
      if (!root.equals(head.root())) {
        throw new EvidenceException(
            "the records up to "
                + head.size()
                + " have root "
                + root
                + ", the checkpoint says "
                + head.root());
      }
    }
    for (long i = Math.max(0, size - last); i < size; i++) {
      Optional<byte[]> leaf = leaf(i);
      if (leaf.isEmpty() || !Merkle.leaf(leaf.get()).equals(node(0, i))) {
        throw new EvidenceException("record " + i + " is not the one that was written");
      }
    }
  }

  /** Where SQLite's native library for this system lies among the program's resources. */
  public static String sqliteLibrary() {
    return LibraryLoaderUtil.getNativeLibResourcePath()
        + "/"
        + LibraryLoaderUtil.getNativeLibName();
  }

  /**
   * The version of the SQLite that logs are kept with.
   *
   * @throws IOException if it does not load, or is one that can damage a log; the message says what
   *     to do
   */
  public static String sqliteVersion() throws IOException {
    return Store.version();
  }

  /** SQLite's own opinion of the file: "ok", or what is wrong. Reads all of it. */
  public String integrity() throws IOException {
    return store.integrity();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
