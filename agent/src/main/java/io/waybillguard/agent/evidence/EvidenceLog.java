package io.waybillguard.agent.evidence;

import static java.util.Comparator.comparingLong;

import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.HoldPlaced;
import io.waybillguard.agent.event.HoldReleased;
import io.waybillguard.agent.event.KeyHandedOver;
import io.waybillguard.agent.event.LogRecovered;
import io.waybillguard.agent.event.Note;
import io.waybillguard.agent.event.RecordsErased;
import io.waybillguard.agent.event.RecordsLost;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.event.StoreFull;
import io.waybillguard.agent.event.Urgency;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The evidence log: append, commit, seal. Owned by the pipeline's thread; nobody else writes.
 *
 * <p>Four words, used everywhere the same: <em>accepted</em> (in memory), <em>durable</em>
 * (committed), <em>sealed</em> (under a checkpoint signed by the epoch key), <em>pinned</em> and
 * <em>witnessed</em> (under HQ's head and mirror cosignature).
 */
public final class EvidenceLog implements AutoCloseable {
  static final String FILE = "evidence.db";

  private static final Logger LOG = LoggerFactory.getLogger(EvidenceLog.class);
  private static final String KEYS = "keys";
  private static final String SET_ASIDE = "set-aside-";

  /** In a folder that was set aside: what HQ had cosigned, as a signed note. */
  private static final String HEAD_AT_HQ = "head-at-hq";

  private static final String INTERRUPTED =
      "set aside at an earlier start, which ended before it could say why";

  /**
   * More than this in memory means that the disk takes nothing; from then on records are refused
   * and counted. Some 25 MB, and the work of a week.
   */
  private static final int MOST_PENDING = 16_384;

  private static final long MOST_PENDING_BYTES = 32 << 20;

  /** Records in one transaction: after a full disk, many wait. */
  private static final int MOST_IN_ONE_COMMIT = 1024;

  /** Records in one request to erase: it is done at once, while nothing else is written. */
  public static final int MOST_ERASED = 4096;

  /** Longest name of a case or request: it stands in a leaf. */
  private static final int MOST_NAME = 200;

  /**
   * How the log is kept.
   *
   * @param domain first part of the origin of a log that is made new
   * @param checkpointEvery longest time that a durable record stays unsealed
   * @param checkpointRecords most records that stay unsealed
   * @param keyEpoch longest time that a key signs
   * @param keyEpochRecords most records under one key
   * @param keyEpochPause shortest time between two changes of key that a cosignature brings about
   * @param retention how long records are kept, and how much room they may take
   */
  public record Settings(
      String domain,
      Duration checkpointEvery,
      int checkpointRecords,
      Duration keyEpoch,
      int keyEpochRecords,
      Duration keyEpochPause,
      Retention retention) {}

  /**
   * What the log is told of time and place.
   *
   * @param wall the machine's clock
   * @param monoMicros µs since the agent's start, by the monotonic clock
   * @param boot UUID of this start
   * @param desk from the log's id, the PC that events are about; asked at every append, since an
   *     outlet is known only after enrolment
   * @param secrets how its keys are kept
   */
  public record Surroundings(
      InstantSource wall,
      LongSupplier monoMicros,
      String boot,
      Function<String, Desk> desk,
      Secrets secrets) {
    /** With keys that are not wrapped. */
    public Surroundings(
        InstantSource wall, LongSupplier monoMicros, String boot, Function<String, Desk> desk) {
      this(wall, monoMicros, boot, desk, Secrets.PLAIN);
    }
  }

  private final Store store;
  private final Path data;
  private final KeyFiles keyFiles;
  private final Settings settings;
  private final Surroundings around;
  private final SecureRandom random = new SecureRandom();
  private final Ballast ballast;
  private final Clearing clearing;
  private List<Hold> holds;

  private KeyChain keys;
  private SigningKey key;
  private Frontier frontier;
  private final List<Pending> pending = new ArrayList<>();
  private final List<Store.FinishedNode> pendingNodes = new ArrayList<>();

  private long durable;
  private long sealed;
  private long pinned;
  private long witnessed;
  private long sealedAtMicros;
  private long keySinceMicros;
  private boolean sealSoon;
  private boolean keyChangeSoon;
  private long pendingBytes;
  private boolean diskRefuses;
  private boolean closed;
  private String refusal = DiskRefusedException.Reason.FULL.words();

  private EvidenceLog(
      Store store,
      Path data,
      KeyFiles keyFiles,
      Settings settings,
      Surroundings around,
      KeyChain keys,
      SigningKey key,
      Frontier frontier)
      throws IOException {
    this.store = store;
    this.data = data;
    this.keyFiles = keyFiles;
    this.settings = settings;
    this.around = around;
    this.keys = keys;
    this.key = key;
    this.frontier = frontier;
    this.durable = frontier.size();
    this.pinned = store.state(Schema.PINNED);
    this.witnessed = store.state(Schema.WITNESSED);
    this.sealedAtMicros = around.monoMicros().getAsLong();
    this.keySinceMicros = sealedAtMicros;
    this.holds = store.holds();
    this.ballast = new Ballast(data, settings.retention().ballast());
    this.clearing =
        new Clearing(this, store, settings.retention(), ballast, random, sealedAtMicros);
  }

  // -- opening
  // -----------------------------------------------------------------------------------------------------------

  /**
   * Opens the log in a data folder, or makes a new one. A log that disagrees with its own newest
   * checkpoint, or whose key is gone, is never continued: it is set aside whole, and a new log
   * begins whose first record names it and says why.
   *
   * @throws IOException if the folder cannot be written
   */
  public static EvidenceLog open(Path data, Settings settings, Surroundings around)
      throws IOException {
    SecretFile.folder(data);
    EvidenceLog log;
    String why;
    try {
      log = openOnReserve(data, settings, around);
      why = INTERRUPTED;
    } catch (EvidenceException e) {
      LOG.error(
          "log={} cannot be continued: {}; it is set aside and a new log begins",
          data.resolve(FILE),
          e.getMessage());
      why = String.valueOf(e.getMessage());
      setAside(data, around.wall().instant(), Optional.empty());
      log = openAfresh(data, settings, around);
    }
    if (log.durable == 0) {
      // Also when an earlier start set a log aside and was killed before it wrote this down.
      Optional<Path> aside = newestSetAside(data);
      if (aside.isPresent()) {
        log.recover(aside.get(), why);
      }
    }
    return log;
  }

  private static EvidenceLog openAfresh(Path data, Settings settings, Surroundings around)
      throws IOException {
    try {
      return openOnReserve(data, settings, around);
    } catch (EvidenceException e) {
      throw new IOException("a new log cannot be begun in " + data + ": " + e.getMessage(), e);
    }
  }

  /**
   * Ends this log and begins another in its place: this one is sealed, closed and set aside whole.
   * The new log's first record names what HQ has cosigned of this one.
   *
   * @param atHq the newest head that HQ has cosigned, as its signed note, where HQ has shown it
   * @param why this log cannot be continued
   * @return the new log; this one is closed
   * @throws IOException if the disk does not take it. When {@link #isClosed} is true then, {@link
   *     #reopened} goes on where this was interrupted
   */
  public EvidenceLog succeeded(Optional<SignedNote> atHq, String why) throws IOException {
    commit();
    seal();
    closed = true;
    store.close();
    setAside(data, around.wall().instant(), atHq);
    EvidenceLog next = openAfresh(data, settings, around);
    next.recover(newestSetAside(data).orElseThrow(), why);
    return next;
  }

  /** Whether this log was closed for another to take its place. */
  public boolean isClosed() {
    return closed;
  }

  /** The log that is in the folder now. */
  public EvidenceLog reopened() throws IOException {
    return open(data, settings, around);
  }

  /** The first record of a log that takes the place of another. */
  private void recover(Path aside, String why) throws IOException {
    Optional<Checkpoint> last = headAtHq(aside).or(() -> lastHead(aside.resolve(FILE)));
    try {
      append(
          new LogRecovered(
              around.wall().instant(),
              last.map(Checkpoint::origin).orElse(""),
              last.map(Checkpoint::size).orElse(0L),
              last.map(c -> c.root().base64()).orElse(""),
              String.valueOf(aside.getFileName()),
              why));
      commit();
    } catch (IOException | RuntimeException e) {
      try {
        close();
      } catch (IOException ce) {
        e.addSuppressed(ce);
      }
      throw e;
    }
  }

  /** On a full disk a log cannot even be opened; the reserve is for that too. */
  private static EvidenceLog openOnReserve(Path data, Settings settings, Surroundings around)
      throws IOException, EvidenceException {
    try {
      return openAsIs(data, settings, around);
    } catch (DiskRefusedException e) {
      long reserve = new Ballast(data, settings.retention().ballast()).release();
      if (reserve == 0) {
        throw e;
      }
      EvidenceLog log = openAsIs(data, settings, around);
      log.reserveOpened(e, reserve);
      return log;
    }
  }

  private static EvidenceLog openAsIs(Path data, Settings settings, Surroundings around)
      throws IOException, EvidenceException {
    KeyFiles keyFiles = new KeyFiles(data.resolve(KEYS), around.secrets());
    Store store;
    try {
      store = Store.open(data.resolve(FILE));
    } catch (DamagedLogException e) {
      throw new EvidenceException(String.valueOf(e.getMessage()), e);
    }
    try {
      return continued(store, data, keyFiles, settings, around);
    } catch (EvidenceException | IOException | RuntimeException e) {
      try {
        store.close();
      } catch (IOException ce) {
        e.addSuppressed(ce);
      }
      throw e;
    }
  }

  private static EvidenceLog continued(
      Store store, Path data, KeyFiles keyFiles, Settings settings, Surroundings around)
      throws IOException, EvidenceException {
    try {
      if (!store.hasKeys()) {
        refuseRemains(store, keyFiles);
        return begun(store, data, keyFiles, settings, around);
      }
      KeyChain keys = store.keys();
      KeyChain.Epoch epoch = keys.last();
      Frontier frontier = frontier(store, keys);
      SigningKey key =
          keyFiles
              .read(epoch.number(), epoch.key())
              .orElseThrow(
                  () ->
                      new EvidenceException(
                          "the key file of epoch " + epoch.number() + " is gone"));
      keyFiles.keepOnly(epoch.number());
      EvidenceLog log =
          new EvidenceLog(store, data, keyFiles, settings, around, keys, key, frontier);
      log.sealed = store.newestCheckpoint().map(EvidenceLog::sizeOf).orElse(0L);
      return log;
    } catch (DamagedLogException e) {
      throw new EvidenceException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * A new log begins where there is nothing. Where there is something, somebody took the rest away.
   */
  private static void refuseRemains(Store store, KeyFiles keyFiles)
      throws IOException, EvidenceException {
    // The key of epoch 0 alone is what a crash leaves between a new log's first two steps.
    Set<Long> crashed = store.isNew() ? Set.of() : Set.of(0L);
    boolean others = !crashed.containsAll(keyFiles.epochs());
    if (others || store.size() > 0 || store.newestCheckpoint().isPresent()) {
      throw new EvidenceException(
          "the log has no keys, but "
              + (others ? "key files" : "records or checkpoints")
              + " are here: part of it was taken away");
    }
  }

  /** A new log: its key is durable before the row that names it. */
  private static EvidenceLog begun(
      Store store, Path data, KeyFiles keyFiles, Settings settings, Surroundings around)
      throws IOException, EvidenceException {
    KeyPair pair = SigningKey.freshPair();
    String origin = Checkpoint.origin(settings.domain(), SigningKey.logId(pair.getPublic()));
    SigningKey key = SigningKey.of(origin, VerifierKey.SIGNER, pair);
    KeyChain keys = KeyChain.startingWith(key.verifier());
    keyFiles.write(0, key);
    store.commit(batch -> batch.epoch(keys.last()));
    keyFiles.keepOnly(0);
    return new EvidenceLog(store, data, keyFiles, settings, around, keys, key, new Frontier());
  }

  /**
   * The right edge of the tree, after checking what can be checked quickly: the newest checkpoint
   * is ours and its root is what the nodes give; the leaves after it are there and are what their
   * nodes say. The whole log is checked by {@link LogVerifier}.
   */
  private static Frontier frontier(Store store, KeyChain keys)
      throws IOException, EvidenceException {
    long size = store.size();
    long from = 0;
    Optional<SignedNote> newest = store.newestCheckpoint();
    if (newest.isPresent()) {
      Checkpoint head = keys.verify(newest.get());
      if (head.size() > size) {
        throw new EvidenceException(
            "the newest checkpoint covers " + head.size() + " records, the log holds " + size);
      }
      Hash root = Merkle.root(store, head.size());
      if (!root.equals(head.root())) {
        throw new EvidenceException(
            "the records up to "
                + head.size()
                + " have root "
                + root
                + ", the checkpoint says "
                + head.root());
      }
      from = head.size();
    }
    for (long i = from; i < size; i++) {
      byte[] leaf = leafOrGap(store, i);
      if (!Merkle.leaf(leaf).equals(store.node(0, i))) {
        throw new EvidenceException("record " + i + " is not the one that was written");
      }
    }
    Store.Edge edge = store.edge();
    if (edge.nodes() != PostOrder.count(size) || edge.bodies() > size) {
      throw new EvidenceException(
          "the log holds "
              + size
              + " records, but "
              + edge.nodes()
              + " hashes and bodies up to record "
              + (edge.bodies() - 1)
              + ": records were taken away");
    }
    if (keys.last().firstSize() > size) {
      throw new EvidenceException(
          "the key of epoch "
              + keys.last().number()
              + " takes over at "
              + keys.last().firstSize()
              + " records, the log holds "
              + size);
    }
    return Frontier.of(store, size);
  }

  private static byte[] leafOrGap(Store store, long index) throws IOException, EvidenceException {
    return store
        .leaf(index)
        .orElseThrow(() -> new EvidenceException("record " + index + " is missing"));
  }

  /**
   * The log's first key where keys are not wrapped.
   *
   * @throws EvidenceException as {@link #firstKey(Path, Secrets)}
   */
  public static Optional<SigningKey> firstKey(Path data) throws IOException, EvidenceException {
    return firstKey(data, Secrets.PLAIN);
  }

  /**
   * The log's first key, for enrolment; empty once it was handed over. Reads only: safe beside a
   * running agent.
   *
   * @param secrets how keys are kept
   * @throws EvidenceException if its file is damaged
   */
  public static Optional<SigningKey> firstKey(Path data, Secrets secrets)
      throws IOException, EvidenceException {
    try (Store store = Store.openReadOnly(data.resolve(FILE))) {
      KeyFiles files = new KeyFiles(data.resolve(KEYS), secrets);
      return files.read(0, store.keys().epochs().get(0).key());
    }
  }

  /**
   * The files by which SQLite keeps its writers and readers apart, whether they are there or not.
   *
   * <p>The process that has the log open must not open and close them otherwise: closing any
   * descriptor of a file lets go of all POSIX locks that the process holds on it (fcntl(2);
   * sqlite.org, "How To Corrupt An SQLite Database File", section 2.2), and another process then
   * cuts off memory that this one has mapped.
   */
  public static List<Path> lockedFiles(Path data) {
    return Stream.of("", "-wal", "-shm").map(end -> data.resolve(FILE + end)).toList();
  }

  private static long sizeOf(SignedNote note) {
    try {
      return Checkpoint.parse(note.text()).size();
    } catch (EvidenceException e) {
      throw new IllegalStateException("a checkpoint that was checked a moment ago", e);
    }
  }

  /** What HQ had cosigned of a log that was set aside for that reason. */
  private static Optional<Checkpoint> headAtHq(Path aside) {
    Path file = aside.resolve(HEAD_AT_HQ);
    try {
      return Files.exists(file)
          ? Optional.of(Checkpoint.parse(SignedNote.parse(Files.readString(file)).text()))
          : Optional.empty();
    } catch (IOException | EvidenceException e) {
      LOG.warn("file={} tells no head: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  /** The newest head of a log that is to be set aside, as far as it can still be read. */
  private static Optional<Checkpoint> lastHead(Path file) {
    try (Store store = Store.openReadOnly(file)) {
      Optional<SignedNote> newest = store.newestCheckpoint();
      return newest.isEmpty()
          ? Optional.empty()
          : Optional.of(Checkpoint.parse(newest.get().text()));
    } catch (IOException | EvidenceException e) {
      LOG.warn("the log that is set aside tells no last head: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Moves the database, its WAL and its keys into a folder of their own; nothing of it is lost. The
   * keys go first and the database last: whatever a crash leaves is again a log that cannot be
   * continued, never one that looks new, or older than it is.
   */
  private static void setAside(Path data, Instant at, Optional<SignedNote> atHq)
      throws IOException {
    String name = SET_ASIDE + at.toString().replace(":", "").replaceAll("\\.\\d+", "");
    Path aside = data.resolve(name);
    for (int n = 2; Files.exists(aside); n++) {
      aside = data.resolve(name + "-" + n);
    }
    Files.createDirectory(aside);
    if (atHq.isPresent()) {
      SecretFile.write(
          aside.resolve(HEAD_AT_HQ), atHq.get().toString().getBytes(StandardCharsets.UTF_8));
    }
    new KeyFiles(data.resolve(KEYS)).moveTo(aside.resolve(KEYS));
    for (String each : List.of(FILE + "-wal", FILE + "-shm", FILE)) {
      Path from = data.resolve(each);
      if (Files.exists(from)) {
        Files.move(from, aside.resolve(each));
      }
    }
  }

  private static Optional<Path> newestSetAside(Path data) throws IOException {
    try (var folders = Files.newDirectoryStream(data, SET_ASIDE + "*")) {
      Optional<Path> newest = Optional.empty();
      for (Path folder : folders) {
        if (newest.isEmpty() || folder.compareTo(newest.get()) > 0) {
          newest = Optional.of(folder);
        }
      }
      return newest;
    }
  }

  // -- appending
  // ---------------------------------------------------------------------------------------------------------

  /**
   * Accepts a record. Its bytes are fixed now and reach the disk with the next {@link #commit}.
   *
   * @return its place in the log
   * @throws LogRefusedException if so much waits for the disk already that nothing more is taken,
   *     or the log has grown to its limit
   */
  public long append(Event event) throws LogRefusedException {
    return append(event, event.urgency());
  }

  long append(Event event, Urgency urgency) throws LogRefusedException {
    return append(event, urgency, event.bodyClass());
  }

  long append(Event event, Urgency urgency, BodyClass bodyClass) throws LogRefusedException {
    if (pending.size() >= MOST_PENDING || pendingBytes >= MOST_PENDING_BYTES) {
      throw new LogRefusedException(
          refusal, pending.size() + " records wait for the disk; no more are taken");
    }
    if (clearing.isSpent() && !isOwnWord(event)) {
      throw new LogRefusedException(
          "disk cap", "the log has grown to its limit of " + settings.retention().diskCap());
    }
    return accept(event, urgency, bodyClass, Batch.Rows.NONE);
  }

  /**
   * Over its limit the log takes its own word only: starts, ends, and what HQ commands, which may
   * make room. The count of what was lost waits until there is room for what was not.
   */
  private static boolean isOwnWord(Event event) {
    return event instanceof Note && !(event instanceof RecordsLost);
  }

  private long accept(Event event, Urgency urgency, Batch.Rows alongside) {
    return accept(event, urgency, event.bodyClass(), alongside);
  }

  private long accept(Event event, Urgency urgency, BodyClass bodyClass, Batch.Rows alongside) {
    Pending record = encode(event, bodyClass, frontier.size(), alongside);
    pending.add(record);
    pendingBytes += record.bytes();
    frontier.append(
        Merkle.leaf(record.leaf()),
        (level, index, hash) ->
            pendingNodes.add(new Store.FinishedNode(PostOrder.id(level, index), hash)));
    sealSoon |= urgency == Urgency.CRITICAL;
    return record.seq();
  }

  private Pending encode(Event event, BodyClass bodyClass, long seq, Batch.Rows alongside) {
    Instant now = around.wall().instant();
    byte[] salt = new byte[BodyPart.SALT_LENGTH];
    random.nextBytes(salt);
    byte[] data = around.desk().apply(logId()).body(event, seq, now);
    BodyPart body = new BodyPart(seq, 0, salt, data);
    Leaf.Promise promise =
        new Leaf.Promise(body.commitment(), data.length, Desk.contentType(), bodyClass.word());
    long wall = event.at().toEpochMilli();
    byte[] leaf =
        Leaf.bytes(
            seq,
            event.type(),
            wall,
            around.monoMicros().getAsLong(),
            around.boot(),
            List.of(promise),
            event.leaf());
    if (leaf.length > Leaf.MOST_BYTES) {
      throw new IllegalStateException(
          "the leaf of a "
              + event.type()
              + " has "
              + leaf.length
              + " bytes; what is that large belongs in its body");
    }
    return new Pending(seq, event.type(), wall, leaf, List.of(body), alongside);
  }

  /**
   * Makes what was accepted durable, and seals it when that is due. On failure what was not written
   * stays accepted, and the next call tries again with the same bytes.
   *
   * <p>When the disk takes nothing, the reserve is opened and a {@code store.full} written into the
   * room.
   *
   * @return whether a checkpoint was signed
   * @throws IOException if the disk does not take it
   */
  public boolean commit() throws IOException {
    boolean seal = sealDue();
    if (pending.isEmpty() && !seal) {
      return false;
    }
    boolean refused = diskRefuses;
    try {
      write(seal);
    } catch (DiskRefusedException e) {
      if (refused) {
        throw e;
      }
      seal = true;
      write(true);
    }
    return seal;
  }

  /** Signs a checkpoint over everything, if the newest one does not cover it already. */
  public void seal() throws IOException {
    if (frontier.size() > sealed) {
      write(true);
    }
  }

  private boolean sealDue() {
    long unsealed = frontier.size() - sealed;
    return unsealed > 0
        && (sealSoon
            || unsealed >= settings.checkpointRecords()
            || micros(settings.checkpointEvery())
                <= around.monoMicros().getAsLong() - sealedAtMicros);
  }

  private void write(boolean seal) throws IOException {
    int next = nextCommit();
    while (next < pending.size()) {
      write(next, Batch.Rows.NONE);
      next = nextCommit();
    }
    long size = frontier.size();
    write(
        next,
        seal ? batch -> batch.checkpoint(size, head(frontier).signedBy(key)) : Batch.Rows.NONE);
    if (seal) {
      sealed = size;
      sealedAtMicros = around.monoMicros().getAsLong();
      sealSoon = false;
    }
  }

  /** How many records go into the next transaction: what is done alongside one ends it. */
  private int nextCommit() {
    int most = Math.min(pending.size(), MOST_IN_ONE_COMMIT);
    for (int i = 0; i < most; i++) {
      if (pending.get(i).alongside() != Batch.Rows.NONE) {
        return i + 1;
      }
    }
    return most;
  }

  private void write(int records, Batch.Rows last) throws IOException {
    long size = durable + records;
    List<Pending> first = pending.subList(0, records);
    List<Store.FinishedNode> nodes =
        pendingNodes.subList(0, (int) (PostOrder.count(size) - PostOrder.count(durable)));
    commit(
        batch -> {
          batch.leaves(first);
          batch.nodes(nodes);
          last.into(batch);
        });
    for (Pending written : first) {
      pendingBytes -= written.bytes();
    }
    first.clear();
    nodes.clear();
    durable = size;
  }

  private void commit(Batch.Rows rows) throws IOException {
    try {
      store.commit(rows);
    } catch (DiskRefusedException e) {
      if (!diskRefuses) {
        reserveOpened(e, ballast.release());
      }
      refusal = e.reason().words();
      throw e;
    }
  }

  /** Once, until the reserve is there again: accepts the record that says so, for the room made. */
  private void reserveOpened(DiskRefusedException cause, long reserve) {
    diskRefuses = true;
    refusal = cause.reason().words();
    LOG.error(
        "the disk takes nothing more ({}); reserve_bytes={} waiting={}",
        cause.getMessage(),
        reserve,
        pending.size());
    Instant now = around.wall().instant();
    accept(
        new StoreFull(now, cause.reason().words(), pending.size(), reserve),
        Urgency.CRITICAL,
        Batch.Rows.NONE);
  }

  private Checkpoint head(Frontier of) {
    return new Checkpoint(origin(), of.size(), of.root());
  }

  // -- keys
  // --------------------------------------------------------------------------------------------------------------

  /**
   * Whether the key has signed long enough. The first key stays until HQ has put its name to a
   * head: before that nobody could tell it from another first key, so changing it would gain
   * nothing, and enrolment still needs it.
   */
  public boolean keyChangeDue() {
    return pinned > 0
        && (keyChangeSoon
            || frontier.size() - keys.last().firstSize() >= settings.keyEpochRecords()
            || micros(settings.keyEpoch()) <= around.monoMicros().getAsLong() - keySinceMicros);
  }

  /** Has the key change with the next {@link #keyChangeDue}, as at every start. */
  public void changeKeySoon() {
    keyChangeSoon = true;
  }

  /**
   * The live key's signature over a statement that is no checkpoint: it begins with a word and a
   * version, which no log is named.
   */
  public byte[] attest(byte[] statement) {
    return key.raw(statement);
  }

  /** Whether HQ has ever put its name to a head of this log. */
  public boolean isPinned() {
    return pinned > 0;
  }

  /**
   * Ends the epoch: the key signs the record that names its successor, and is destroyed.
   *
   * @throws IOException if the disk does not take it; the key then stays
   */
  public void changeKey() throws IOException {
    if (!pending.isEmpty()) {
      write(false);
    }
    long epoch = keys.last().number() + 1;
    SigningKey next = nextKey();
    Note handOver = new KeyHandedOver(around.wall().instant(), epoch, next.verifier().toString());
    Pending record = encode(handOver, handOver.bodyClass(), frontier.size(), Batch.Rows.NONE);
    Frontier grown = frontier.copy();
    List<Store.FinishedNode> nodes = new ArrayList<>();
    grown.append(
        Merkle.leaf(record.leaf()),
        (level, index, hash) ->
            nodes.add(new Store.FinishedNode(PostOrder.id(level, index), hash)));
    KeyChain longer;
    try {
      longer = keys.after(Leaf.parse(record.leaf()));
    } catch (EvidenceException e) {
      throw new IllegalStateException("our own hand-over does not hold", e);
    }
    keyFiles.write(epoch, next);
    commit(
        batch -> {
          batch.leaves(List.of(record));
          batch.nodes(nodes);
          batch.epoch(longer.last());
          batch.checkpoint(grown.size(), head(grown).signedBy(key));
        });
    frontier = grown;
    keys = longer;
    key = next;
    durable = grown.size();
    sealed = durable;
    sealedAtMicros = around.monoMicros().getAsLong();
    keySinceMicros = sealedAtMicros;
    sealSoon = false;
    keyChangeSoon = false;
    // Not only the key of the epoch before: an earlier destruction may have failed.
    keyFiles.keepOnly(epoch);
  }

  private SigningKey nextKey() {
    try {
      return SigningKey.of(origin(), VerifierKey.SIGNER, SigningKey.freshPair());
    } catch (EvidenceException e) {
      throw new IllegalStateException("the log's own name cannot name a key", e);
    }
  }

  // -- what HQ answers
  // ---------------------------------------------------------------------------------------------------

  /** Whose word a cosignature is. */
  public enum Witness {
    /** HQ has seen the head. */
    HEAD,
    /** HQ holds every leaf under it. */
    MIRROR
  }

  /**
   * Keeps a cosignature with its checkpoint. The caller has verified it.
   *
   * <p>After a head cosignature the key changes, at most once in {@link Settings#keyEpochPause}:
   * what HQ has just pinned can then not be contradicted even with this machine's key.
   *
   * @throws IOException if there is no checkpoint of this size, or the disk does not take it
   */
  public void accept(Witness witness, long size, NoteSignature line) throws IOException {
    SignedNote note = store.checkpoints(size, size).get(size);
    if (note == null) {
      throw new IOException(
          "no checkpoint of size " + size + " is kept, so a cosignature on it cannot be");
    }
    long newPinned = Math.max(pinned, size);
    long newWitnessed = witness == Witness.MIRROR ? Math.max(witnessed, size) : witnessed;
    SignedNote signed = note.with(line);
    OptionalLong at = Cosignature.secondsOf(line);
    commit(
        batch -> {
          batch.checkpoint(size, signed);
          batch.state(Schema.PINNED, newPinned);
          batch.state(Schema.WITNESSED, newWitnessed);
          if (witness == Witness.MIRROR && at.isPresent()) {
            batch.witnessed(size, at.getAsLong());
          }
        });
    boolean further = newPinned > pinned;
    pinned = newPinned;
    witnessed = newWitnessed;
    if (further
        && micros(settings.keyEpochPause()) <= around.monoMicros().getAsLong() - keySinceMicros) {
      changeKey();
    }
  }

  // -- what is held and erased
  // -------------------------------------------------------------------------------------------

  /**
   * Holds records for a case: nothing of them is erased until the hold is released. Durable when
   * this returns.
   *
   * @param caseNo the case, at most 200 characters
   * @param records which; may reach beyond the end of the log
   * @return false if just this hold was there already
   * @throws IOException if the disk does not take it; it is then in force all the same, and written
   *     with the next commit
   */
  public boolean hold(String caseNo, Span records) throws IOException {
    Hold hold = new Hold(checkedName(caseNo), records);
    if (holds.contains(hold)) {
      return false;
    }
    accept(
        new HoldPlaced(around.wall().instant(), caseNo, records),
        Urgency.CRITICAL,
        batch -> batch.hold(hold));
    holds = new ArrayList<>(holds);
    holds.add(hold);
    commit();
    return true;
  }

  /**
   * Ends a hold: its records are cleared away when their time has come, unless another holds them.
   *
   * @return false if there is no such hold
   * @throws IOException if the disk does not take it; it is then written with the next commit
   */
  public boolean release(String caseNo, Span records) throws IOException {
    Hold hold = new Hold(caseNo, records);
    if (!holds.contains(hold)) {
      return false;
    }
    Batch.Rows lookAgain = clearing.lookAgain(records);
    accept(
        new HoldReleased(around.wall().instant(), caseNo, records),
        Urgency.CRITICAL,
        batch -> {
          batch.release(hold);
          lookAgain.into(batch);
        });
    holds = holds.stream().filter(h -> !h.equals(hold)).toList();
    commit();
    return true;
  }

  /**
   * Erases the content of records: their bodies and salts are overwritten in the same transaction
   * as the record that says so is written. Copies may lie in the WAL until {@link #isErasing} is
   * false.
   *
   * @param records which, at most {@link #MOST_ERASED}
   * @param request by whose request, at most 200 characters
   * @throws IOException if the disk does not take it; it is then done with the next commit
   */
  public Erasure erase(SortedSet<Long> records, String request) throws IOException {
    checkedName(request);
    if (records.size() > MOST_ERASED) {
      throw new IllegalArgumentException(
          "a request erases at most " + MOST_ERASED + " records, not " + records.size());
    }
    commit();
    readHolds();
    SortedSet<Long> held = new TreeSet<>();
    SortedSet<Long> absent = new TreeSet<>();
    SortedSet<Long> erased = new TreeSet<>();
    SortedMap<Integer, SortedSet<Long>> byPart = new TreeMap<>();
    for (long index : records) {
      List<Integer> parts = store.bodies(index).stream().map(BodyPart::part).toList();
      if (parts.isEmpty()) {
        absent.add(index);
      } else if (isHeld(index)) {
        held.add(index);
      } else {
        erased.add(index);
        parts.forEach(part -> byPart.computeIfAbsent(part, p -> new TreeSet<>()).add(index));
      }
    }
    byPart.forEach(
        (part, which) -> {
          List<Span> spans = Span.of(which);
          for (int i = 0; i < spans.size(); i += RecordsErased.MOST_SPANS) {
            int end = Math.min(spans.size(), i + RecordsErased.MOST_SPANS);
            erase(spans.subList(i, end), part, "", request, Urgency.CRITICAL);
          }
        });
    commit();
    return new Erasure(Span.of(erased), Span.of(held), Span.of(absent));
  }

  /** By a rule of retention. */
  void erase(List<Span> records, int part, String rule) throws IOException {
    erase(records, part, rule, "", Urgency.ROUTINE);
    commit();
  }

  private void erase(List<Span> records, int part, String rule, String request, Urgency urgency) {
    List<Span> which = List.copyOf(records);
    accept(
        new RecordsErased(around.wall().instant(), which, part, rule, request),
        urgency,
        batch -> {
          batch.erase(which, part);
          clearing.wipeSoon();
        });
  }

  private static String checkedName(String name) {
    if (name.isEmpty() || name.length() > MOST_NAME) {
      throw new IllegalArgumentException(
          "a case or request is named by 1 to " + MOST_NAME + " characters, not " + name.length());
    }
    return name;
  }

  /** Whether a record is held for a case. */
  boolean isHeld(long index) {
    return holds.stream().anyMatch(hold -> hold.records().holds(index));
  }

  /** What is not held of the records below a size, in order. */
  List<Span> notHeld(long size) {
    List<Span> free = new ArrayList<>();
    long from = 0;
    List<Span> held = holds.stream().map(Hold::records).sorted(comparingLong(Span::from)).toList();
    for (Span each : held) {
      if (each.from() > from && from < size) {
        free.add(new Span(from, Math.min(size, each.from())));
      }
      from = Math.max(from, each.to());
    }
    if (from < size) {
      free.add(new Span(from, size));
    }
    return free;
  }

  /** Takes the holds from the file, where nothing is on its way there. */
  void readHolds() throws IOException {
    if (pending.isEmpty()) {
      holds = store.holds();
    }
  }

  /** Whether copies of what was erased may still lie in the WAL. */
  public boolean isErasing() {
    return clearing.isWipeDue();
  }

  /** Whether {@link #tidy} has something to do. */
  public boolean isTidyDue() {
    return clearing.isDue(around.monoMicros().getAsLong());
  }

  /**
   * Folds what was committed into the database's file when there is much of it, and clears away a
   * bit of what was kept for its time, or makes a bit of room; some ms of work.
   *
   * @return whether there is more to do at once
   * @throws IOException if the disk does not take it; try again later
   */
  public boolean tidy() throws IOException {
    store.foldWal();
    boolean more = clearing.step(around.monoMicros().getAsLong());
    if (diskRefuses && ballast.isWhole() && pending.isEmpty()) {
      diskRefuses = false;
      LOG.info("the disk takes records again; the reserve is there");
    }
    return more;
  }

  /** How the log gets on with its disk. */
  public Storage storage() {
    Storage.State state =
        diskRefuses
            ? Storage.State.DISK_REFUSES
            : clearing.isSpent() ? Storage.State.AT_CAP : Storage.State.GOOD;
    return new Storage(
        state,
        clearing.bytes(),
        settings.retention().diskCap(),
        pending.size(),
        clearing.isWipeDue());
  }

  // -- what it is
  // --------------------------------------------------------------------------------------------------------

  /** The log's name. */
  public String origin() {
    return keys.origin();
  }

  /** The id from its first key. */
  public String logId() {
    try {
      return Checkpoint.logIdOf(keys.origin());
    } catch (EvidenceException e) {
      throw new IllegalStateException("a log has an agent's origin from its first day", e);
    }
  }

  /** Its keys, oldest first. */
  public KeyChain keys() {
    return keys;
  }

  /** How many records are durable. */
  public long durableSize() {
    return durable;
  }

  /** How many records are under a checkpoint. */
  public long sealedSize() {
    return sealed;
  }

  /** How many records wait for the disk. */
  public int pendingSize() {
    return pending.size();
  }

  /**
   * Type of the newest record that is not of the type passed over; empty when there is none.
   *
   * @param passedOver of which no more than a few may be the newest
   */
  public Optional<String> lastTypeBut(String passedOver) throws IOException {
    for (long seq = durable - 1; seq >= 0; seq--) {
      try {
        String type = Leaf.parse(leafOrGap(store, seq)).type();
        if (!type.equals(passedOver)) {
          return Optional.of(type);
        }
      } catch (EvidenceException e) {
        throw new IOException("record " + seq + ": " + e.getMessage(), e);
      }
    }
    return Optional.empty();
  }

  private static long micros(Duration d) {
    return d.toNanos() / 1000;
  }

  /** Closes the file. What is only accepted is not written: commit first. */
  @Override
  public void close() throws IOException {
    store.close();
  }
}
