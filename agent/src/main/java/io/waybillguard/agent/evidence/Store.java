package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/** The SQLite file of one log: tables, pragmas, statements. Used by one thread. */
final class Store implements Ledger, AutoCloseable {
  // 3.7.0 to 3.51.2 can corrupt a WAL when two connections reset it at once (sqlite.org, "WAL-reset
  // bug").
  private static final int OLDEST_SQLITE = 3_051_003;

  /** SQLITE_ERROR is what a missing table or an unknown file format gives; our SQL is sound. */
  private static final Set<Integer> DAMAGE =
      Set.of(
          SQLiteErrorCode.SQLITE_ERROR.code,
          SQLiteErrorCode.SQLITE_CORRUPT.code,
          SQLiteErrorCode.SQLITE_NOTADB.code);

  /** What SQLite says, of a file that it had open to write, when the disk does not take it. */
  private static final Set<Integer> UNWRITABLE =
      Set.of(SQLiteErrorCode.SQLITE_READONLY.code, SQLiteErrorCode.SQLITE_CANTOPEN.code);

  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  static final int PAGE_BYTES = 4096;
  private static final int BUSY_TIMEOUT_MS = 10_000;

  /** From so many pages on, some 2 MB, the WAL is folded into the database. */
  private static final long WAL_PAGES = 512;

  private static final long MOST_WAL_PAGES = 2048;

  private final Path file;
  private final Connection connection;
  private final Statements statements;
  private final Packing packing = new Packing();
  private boolean fresh;

  /** Pages that went into the WAL since it was folded, as {@link Batch#pages} reckons. */
  private long walPages;

  private Store(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
    this.statements = new Statements(connection);
  }

  /** Opens the file to write, making it and its tables where they are missing. */
  static Store open(Path file) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    // Or the driver compiles and runs one more statement after each row, to ask for its number.
    config.setGetGeneratedKeys(false);
    return opened("open", file, config, Store::prepare);
  }

  /** Opens the file to read beside its writer. */
  static Store openReadOnly(Path file) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.setOpenMode(SQLiteOpenMode.READONLY);
    config.resetOpenMode(SQLiteOpenMode.READWRITE);
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return opened(
        "read",
        file,
        config,
        store -> {
          store.run("PRAGMA query_only=ON");
          store.checkOurs();
        });
  }

  /** What is to be done with a connection before anybody uses it. */
  @FunctionalInterface
  private interface Preparation {
    void of(Store store) throws SQLException, IOException;
  }

  /** Opens the file; if it turns out to be of no use, nothing keeps hold of it. */
  private static Store opened(String verb, Path file, SQLiteConfig config, Preparation preparation)
      throws IOException {
    try {
      Store store = new Store(file, config.createConnection("jdbc:sqlite:" + file));
      try {
        preparation.of(store);
        return store;
      } catch (SQLException | IOException | RuntimeException e) {
        store.letGoOf(e);
        throw e;
      }
    } catch (SQLException e) {
      throw failure(verb, file, e);
    }
  }

  /** Reads what is here now, and goes on reading that. Only for a store opened to be read. */
  void holdStill() throws IOException {
    try {
      run("BEGIN");
      size(); // a transaction sees the file as it is at its first read, not at its beginning
    } catch (SQLException e) {
      throw failure("read", file, e);
    }
  }

  private void letGoOf(Exception cause) {
    try {
      connection.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * The version of the SQLite that is in use.
   *
   * @throws IOException if it does not load, or is one that can damage a log
   */
  static String version() throws IOException {
    // A name for messages only: ":memory:" itself is no path on Windows.
    Path nowhere = Path.of("memory");
    try (Store store =
        new Store(nowhere, new SQLiteConfig().createConnection("jdbc:sqlite::memory:"))) {
      return store.checkVersion();
    } catch (SQLException e) {
      throw new IOException("SQLite does not work: " + e.getMessage(), e);
    }
  }

  private String checkVersion() throws SQLException, IOException {
    String version = textOf("SELECT sqlite_version()");
    if (numberOf(version) < OLDEST_SQLITE) {
      throw new IOException(
          "SQLite "
              + version
              + " can damage a log (WAL-reset bug); 3.51.3 or newer is needed. Use the sqlite-jdbc that comes with the agent");
    }
    return version;
  }

  private void prepare() throws SQLException, IOException {
    checkVersion();
    run("PRAGMA page_size=" + PAGE_BYTES);
    run("PRAGMA secure_delete=ON");
    expect("PRAGMA journal_mode=WAL", "wal");
    run("PRAGMA synchronous=FULL");
    expect("PRAGMA synchronous", "2");
    // Folded by foldWal, after whoever waits for a commit has been told. SQLite's own folding, in
    // the middle of a commit, is for when nobody calls that, or it does not get to its end.
    run("PRAGMA wal_autocheckpoint=" + MOST_WAL_PAGES);
    run("PRAGMA journal_size_limit=4194304");
    run("PRAGMA foreign_keys=ON");
    run("PRAGMA trusted_schema=OFF");
    run("PRAGMA cell_size_check=ON");
    run("PRAGMA mmap_size=0");
    // A statement that is undone halfway needs a journal, which must not put content into a file.
    run("PRAGMA temp_store=MEMORY");
    connection.setAutoCommit(false);
    if (numberIn("SELECT count(*) FROM sqlite_schema") == 0) {
      make(Schema.FRESH);
      fresh = true;
    } else if (numberIn("PRAGMA application_id") == Schema.APPLICATION_ID) {
      bringUp(numberIn("PRAGMA user_version"));
    }
    checkOurs();
  }

  /** A log of an earlier format becomes one of today's; nothing in it is hashed or signed anew. */
  private void bringUp(long format) throws SQLException, IOException {
    if (format < 1 || format >= Schema.VERSION) {
      return;
    }
    LOG.info("log={} has format {} and is brought to format {}", file, format, Schema.VERSION);
    make(format == 1 ? Schema.FROM_1 : Schema.FROM_2);
    if (format == 1 && !emptyWal()) {
      LOG.info("log={} is being read; its WAL is emptied later", file);
    }
  }

  /** All of it or, after a crash, none. */
  private void make(List<String> statements) throws SQLException {
    for (String statement : statements) {
      run(statement);
    }
    run("PRAGMA application_id=" + Schema.APPLICATION_ID);
    run("PRAGMA user_version=" + Schema.VERSION);
    connection.commit();
  }

  /** Whether the tables were made at this opening. */
  boolean isNew() {
    return fresh;
  }

  private void checkOurs() throws SQLException, IOException {
    long id = numberIn("PRAGMA application_id");
    long version = numberIn("PRAGMA user_version");
    if (id == Schema.APPLICATION_ID && version >= 1 && version < Schema.VERSION) {
      throw new IOException(
          file
              + " has log format "
              + version
              + ", this agent reads "
              + Schema.VERSION
              + "; start the agent once, it brings the log to it");
    }
    if (id != Schema.APPLICATION_ID || version < Schema.VERSION) {
      throw new DamagedLogException(
          file
              + " is no evidence log: application id "
              + id
              + " and format "
              + version
              + ", expected "
              + Schema.APPLICATION_ID
              + " and "
              + Schema.VERSION);
    }
    if (version > Schema.VERSION) {
      throw new IOException(
          file
              + " has log format "
              + version
              + ", this agent reads "
              + Schema.VERSION
              + "; use the agent that wrote it");
    }
  }

  private void expect(String pragma, String value) throws SQLException, IOException {
    String got = textOf(pragma);
    if (!value.equalsIgnoreCase(got)) {
      throw new IOException(
          "the file system of "
              + file
              + " does not allow "
              + pragma
              + ": got "
              + got
              + ", need "
              + value);
    }
  }

  /** "3.53.4" as 3053004, as {@code sqlite3_libversion_number} counts. */
  private static int numberOf(String version) {
    int number = 0;
    for (String part : List.of(version.split("\\."))) {
      number = number * 1000 + Integer.parseInt(part);
    }
    return number;
  }

  private void run(String sql) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.execute(sql);
    }
  }

  private String textOf(String sql) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      return r.next() ? r.getString(1) : "";
    }
  }

  private long numberIn(String sql) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      return r.next() ? r.getLong(1) : 0;
    }
  }

  /**
   * What went wrong, told apart: a damaged file is evidence of something, a missing right or a full
   * disk is not.
   */
  private static IOException failure(String verb, Path file, SQLException e) {
    String message = "cannot " + verb + " the evidence log " + file + ": " + e.getMessage();
    // SQLite's extended codes carry the primary one in the low byte.
    int primary = e.getErrorCode() & 0xff;
    if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
      return new DiskRefusedException(DiskRefusedException.Reason.FULL, message, e);
    }
    if (primary == SQLiteErrorCode.SQLITE_IOERR.code) {
      return new DiskRefusedException(DiskRefusedException.Reason.ERROR, message, e);
    }
    return DAMAGE.contains(primary)
        ? new DamagedLogException(message, e)
        : new IOException(message, e);
  }

  // -- writing: the owner of the connection gathers one batch and commits it whole
  // ------------------------------------

  /** A complete subtree that a batch finished. */
  record FinishedNode(long id, Hash hash) {}

  /**
   * Writes a batch as one transaction. After this returns, it survives kill −9 and, if the disk
   * honours flush, power loss.
   *
   * @throws IOException if none of it was written
   */
  void commit(Batch.Rows rows) throws IOException {
    try {
      Batch batch = new Batch(statements, packing);
      rows.into(batch);
      connection.commit();
      walPages += batch.pages();
    } catch (SQLException e) {
      undo(e);
      throw refusal(e);
    } catch (RuntimeException e) {
      undo(e);
      throw e;
    }
  }

  /**
   * Leaves the connection with an empty transaction, as the driver wants it. On a full disk SQLite
   * has rolled back by itself; the driver's own rollback then fails before it begins a new
   * transaction, and without one every row would be a commit of its own.
   */
  private void undo(Exception cause) {
    try {
      // One that stopped halfway would keep the transaction from ending.
      statements.close();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
    try {
      if (!connection.getAutoCommit()) {
        rollBack();
      }
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private void rollBack() throws SQLException {
    try {
      connection.rollback();
    } catch (SQLException gone) {
      try {
        run("BEGIN");
      } catch (SQLException e) {
        e.addSuppressed(gone);
        throw e;
      }
    }
  }

  /**
   * As {@link #failure}, when writing: a file that cannot be made or changed is the disk's word
   * too.
   */
  private IOException refusal(SQLException e) {
    IOException failure = failure("write to", file, e);
    return UNWRITABLE.contains(e.getErrorCode() & 0xff)
        ? new DiskRefusedException(
            DiskRefusedException.Reason.ERROR, String.valueOf(failure.getMessage()), e)
        : failure;
  }

  // -- reading
  // ---------------------------------------------------------------------------------------------------------

  @FunctionalInterface
  private interface Read<T> {
    T of(ResultSet r) throws SQLException, IOException;
  }

  private <T> T query(String sql, Read<T> read, long... parameters) throws IOException {
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        s.setLong(i + 1, parameters[i]);
      }
      T value;
      try (ResultSet r = s.executeQuery()) {
        value = read.of(r);
      }
      endRead();
      return value;
    } catch (SQLException e) {
      undo(e);
      throw failure("read", file, e);
    }
  }

  /**
   * A value that the schema does not allow to be NULL; a damaged file may hold one all the same.
   */
  private byte[] bytes(ResultSet r, int column) throws SQLException, IOException {
    return here(r.getBytes(column));
  }

  private String text(ResultSet r, int column) throws SQLException, IOException {
    return here(r.getString(column));
  }

  private <T> T here(@Nullable T value) throws IOException {
    if (value == null) {
      throw new DamagedLogException("a value in " + file + " is NULL; keep the file");
    }
    return value;
  }

  /** A read transaction that stays open would keep the WAL from being reset. */
  private void endRead() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.commit();
    }
  }

  @Override
  public KeyChain keys() throws IOException {
    List<KeyChain.Epoch> epochs =
        query(
            "SELECT epoch, first_size, vkey FROM epoch_key ORDER BY epoch",
            r -> {
              List<KeyChain.Epoch> rows = new ArrayList<>();
              while (r.next()) {
                rows.add(new KeyChain.Epoch(r.getLong(1), r.getLong(2), key(text(r, 3))));
              }
              return rows;
            });
    try {
      return KeyChain.of(epochs);
    } catch (EvidenceException e) {
      throw new DamagedLogException("the keys in " + file + " are no chain: " + e.getMessage(), e);
    }
  }

  private VerifierKey key(String vkey) throws IOException {
    try {
      return VerifierKey.parse(vkey);
    } catch (EvidenceException e) {
      throw new DamagedLogException("a key in " + file + " is damaged: " + e.getMessage(), e);
    }
  }

  /** Whether the log has its first key. */
  boolean hasKeys() throws IOException {
    return query("SELECT count(*) FROM epoch_key", r -> r.next() && r.getLong(1) > 0);
  }

  @Override
  public long size() throws IOException {
    return query("SELECT coalesce(max(idx) + 1, 0) FROM leaf", r -> r.next() ? r.getLong(1) : 0);
  }

  /**
   * How many complete subtrees are stored, and from where on no body may lie, by their highest
   * numbers. With more than the records call for, nothing could be appended.
   */
  record Edge(long nodes, long bodies) {}

  Edge edge() throws IOException {
    return query(
        "SELECT (SELECT coalesce(max(id) + 1, 0) FROM node), (SELECT coalesce(max(idx) + 1, 0) FROM body)",
        r -> r.next() ? new Edge(r.getLong(1), r.getLong(2)) : new Edge(0, 0));
  }

  @Override
  public Optional<byte[]> leaf(long index) throws IOException {
    return query(
        "SELECT data FROM leaf WHERE idx=?",
        r -> r.next() ? Optional.of(bytes(r, 1)) : Optional.empty(),
        index);
  }

  @Override
  public List<BodyPart> bodies(long index) throws IOException {
    return query(
        "SELECT part, salt, data, form FROM body WHERE idx=? AND salt<>"
            + Schema.NO_SALT
            + " ORDER BY part",
        r -> {
          List<BodyPart> parts = new ArrayList<>();
          while (r.next()) {
            parts.add(
                new BodyPart(
                    index, r.getInt(1), bytes(r, 2), packing.unpack(r.getInt(4), bytes(r, 3))));
          }
          return parts;
        },
        index);
  }

  @Override
  public Hash node(int level, long index) throws IOException {
    byte[] bytes =
        query(
            "SELECT h FROM node WHERE id=?",
            r -> r.next() ? bytes(r, 1) : new byte[0],
            PostOrder.id(level, index));
    try {
      return Hash.of(bytes);
    } catch (EvidenceException e) {
      throw new DamagedLogException(
          "node "
              + level
              + "/"
              + index
              + " is missing or damaged in "
              + file
              + "; keep the file and run 'evidence verify'",
          e);
    }
  }

  @Override
  public NavigableMap<Long, SignedNote> checkpoints(long from, long to) throws IOException {
    return query(
        "SELECT size, note FROM checkpoint WHERE size BETWEEN ? AND ? ORDER BY size",
        r -> {
          NavigableMap<Long, SignedNote> notes = new TreeMap<>();
          while (r.next()) {
            notes.put(r.getLong(1), note(r.getLong(1), text(r, 2)));
          }
          return notes;
        },
        from,
        to);
  }

  /** The newest kept checkpoint, if there is one. */
  Optional<SignedNote> newestCheckpoint() throws IOException {
    return query(
        "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1",
        r -> r.next() ? Optional.of(noteOf(r.getLong(1), text(r, 2))) : Optional.empty());
  }

  /** A note that says itself which size it is of. */
  private SignedNote noteOf(long size, String text) throws IOException {
    SignedNote note = note(size, text);
    try {
      long says = Checkpoint.parse(note.text()).size();
      if (says != size) {
        throw new DamagedLogException(
            "the checkpoint that " + file + " keeps for size " + size + " is of size " + says);
      }
    } catch (EvidenceException e) {
      throw new DamagedLogException(
          "the checkpoint of size " + size + " in " + file + " is damaged: " + e.getMessage(), e);
    }
    return note;
  }

  private SignedNote note(long size, String text) throws IOException {
    try {
      return SignedNote.parse(text);
    } catch (EvidenceException e) {
      throw new DamagedLogException(
          "the checkpoint of size " + size + " in " + file + " is damaged: " + e.getMessage(), e);
    }
  }

  /** A number under a name, 0 when it was never set. */
  long state(String key) throws IOException {
    try (PreparedStatement s = connection.prepareStatement("SELECT v FROM state WHERE k=?")) {
      s.setString(1, key);
      long value;
      try (ResultSet r = s.executeQuery()) {
        value =
            r.next()
                ? Long.parseLong(
                    new String(bytes(r, 1), java.nio.charset.StandardCharsets.US_ASCII))
                : 0;
      }
      endRead();
      return value;
    } catch (NumberFormatException e) {
      throw new DamagedLogException(
          "\"" + key + "\" in " + file + " is no number: " + e.getMessage(), e);
    } catch (SQLException e) {
      undo(e);
      throw failure("read", file, e);
    }
  }

  /**
   * Seqs of records by time and type, newest first. Derived data: it finds, it proves nothing.
   *
   * @param limit at most so many; negative for all
   */
  long[] find(@Nullable String type, long fromWall, long toWall, int limit) throws IOException {
    String where = type == null ? "" : " AND type=?";
    String sql =
        "SELECT idx FROM search WHERE wall>=? AND wall<?" + where + " ORDER BY idx DESC LIMIT ?";
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      int at = 1;
      s.setLong(at++, fromWall);
      s.setLong(at++, toWall);
      if (type != null) {
        s.setString(at++, type);
      }
      s.setInt(at, limit);
      LongStream.Builder found = LongStream.builder();
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          found.add(r.getLong(1));
        }
      }
      endRead();
      return found.build().toArray();
    } catch (SQLException e) {
      undo(e);
      throw failure("search", file, e);
    }
  }

  // -- what retention asks -----------------------------------------------------------------------

  @Override
  public long prunedBelow() throws IOException {
    return state(Schema.PRUNE_BELOW);
  }

  /** All holds. */
  List<Hold> holds() throws IOException {
    return query(
        "SELECT case_no, from_idx, to_idx FROM hold ORDER BY from_idx, to_idx, case_no",
        r -> {
          List<Hold> holds = new ArrayList<>();
          while (r.next()) {
            holds.add(new Hold(text(r, 1), span(r.getLong(2), r.getLong(3))));
          }
          return holds;
        });
  }

  private Span span(long from, long to) throws IOException {
    if (from < 0 || to <= from) {
      throw new DamagedLogException(
          "a hold in " + file + " is on records " + from + " up to " + to + "; keep the file");
    }
    return new Span(from, to);
  }

  /**
   * When HQ came to hold which size, by its own clock.
   *
   * @param size of the head
   * @param atSeconds since 1970
   */
  record Witnessing(long size, long atSeconds) {}

  /** The latest word of HQ that it holds a head. */
  Optional<Witnessing> newestWitnessing() throws IOException {
    return query("SELECT size, at FROM witnessed ORDER BY at DESC, size DESC LIMIT 1", this::one);
  }

  /** The largest head that HQ held at this time by its clock. */
  Optional<Witnessing> witnessedBy(long atSeconds) throws IOException {
    return query(
        "SELECT size, at FROM witnessed WHERE at<=? ORDER BY size DESC LIMIT 1",
        this::one,
        atSeconds);
  }

  private Optional<Witnessing> one(ResultSet r) throws SQLException {
    return r.next() ? Optional.of(new Witnessing(r.getLong(1), r.getLong(2))) : Optional.empty();
  }

  /** Sizes of kept checkpoints, and when HQ held them; -1 where HQ never said so. */
  List<Witnessing> checkpointsBetween(long above, long upTo, int most) throws IOException {
    return query(
        "SELECT c.size, coalesce(w.at, -1) FROM checkpoint c LEFT JOIN witnessed w ON w.size=c.size"
            + " WHERE c.size>? AND c.size<=? ORDER BY c.size LIMIT ?",
        r -> {
          List<Witnessing> all = new ArrayList<>();
          while (r.next()) {
            all.add(new Witnessing(r.getLong(1), r.getLong(2)));
          }
          return all;
        },
        above,
        upTo,
        most);
  }

  /**
   * A row of the table of bodies.
   *
   * @param row its rowid
   * @param index the record
   * @param part which of its body parts
   * @param erased whether it holds zeros only
   * @param bytes of salt and data
   */
  record BodyRow(long row, long index, int part, boolean erased, long bytes) {}

  /** Rows of bodies of the records [from, to), in the order in which they lie. */
  List<BodyRow> bodyRows(long from, long to, int most) throws IOException {
    return query(
        "SELECT rowid, idx, part, salt="
            + Schema.NO_SALT
            + ", length(salt)+length(data) FROM body"
            + " WHERE idx>=? AND idx<? ORDER BY idx, part LIMIT ?",
        r -> {
          List<BodyRow> rows = new ArrayList<>();
          while (r.next()) {
            rows.add(
                new BodyRow(
                    r.getLong(1), r.getLong(2), r.getInt(3), r.getBoolean(4), r.getLong(5)));
          }
          return rows;
        },
        from,
        to,
        most);
  }

  /** Bytes that the log takes: pages in use, without those that are free for reuse. */
  long bytesInUse() throws IOException {
    long pages = query("PRAGMA page_count", r -> r.next() ? r.getLong(1) : 0);
    long free = query("PRAGMA freelist_count", r -> r.next() ? r.getLong(1) : 0);
    return (pages - free) * PAGE_BYTES;
  }

  /**
   * Moves what it can from the WAL into the database when there is much, some ms of work with two
   * flushes of the disk. Not in the commit that filled it: somebody waits for that. Nothing depends
   * on it: what is in the WAL is durable.
   */
  void foldWal() {
    if (walPages < WAL_PAGES) {
      return;
    }
    walPages = 0;
    try {
      checkpoint("PASSIVE");
    } catch (SQLException e) {
      // The next time, or SQLite by itself; if the disk is full, the next commit says so.
      LOG.warn("log={}: its WAL cannot be folded yet: {}", file, e.getMessage());
    }
  }

  /**
   * @return whether somebody's reading or writing kept it from being done whole
   */
  private boolean checkpoint(String mode) throws SQLException {
    connection.setAutoCommit(true);
    try {
      run("PRAGMA busy_timeout=0");
      return numberIn("PRAGMA wal_checkpoint(" + mode + ")") != 0;
    } finally {
      run("PRAGMA busy_timeout=" + BUSY_TIMEOUT_MS);
      connection.setAutoCommit(false);
    }
  }

  /**
   * Moves everything from the WAL into the database and cuts the WAL to nothing, so that no old
   * page is left in it. Does not wait.
   *
   * @return whether it was done; false while somebody reads
   */
  boolean emptyWal() throws IOException {
    try {
      boolean whole = !checkpoint("TRUNCATE");
      walPages = whole ? 0 : walPages;
      return whole;
    } catch (SQLException e) {
      throw refusal(e);
    }
  }

  /** SQLite's own opinion of the file: "ok", or what is wrong. Reads all of it. */
  String integrity() throws IOException {
    return query("PRAGMA integrity_check(5)", r -> r.next() ? r.getString(1) : "no answer");
  }

  Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    packing.close();
    try {
      statements.close();
      connection.close();
    } catch (SQLException e) {
      throw new IOException("cannot close the evidence log " + file + ": " + e.getMessage(), e);
    }
  }
}
