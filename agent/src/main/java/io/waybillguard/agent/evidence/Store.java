package io.waybillguard.agent.evidence;

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
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/** The SQLite file of one log: tables, pragmas, statements. Used by one thread. */
final class Store implements Ledger, AutoCloseable {
  /** "WbGd": so that {@code file} and a careful reader can tell whose database it is. */
  private static final int APPLICATION_ID = 0x57624764;

  private static final int SCHEMA = 1;

  // 3.7.0 to 3.51.2 can corrupt a WAL when two connections reset it at once (sqlite.org, "WAL-reset
  // bug").
  private static final int OLDEST_SQLITE = 3_051_003;

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE leaf(idx INTEGER PRIMARY KEY, data BLOB NOT NULL CHECK(length(data)<=4096)) STRICT",
          "CREATE TABLE node(id INTEGER PRIMARY KEY, h BLOB NOT NULL CHECK(length(h)=32)) STRICT",
          "CREATE TABLE body(idx INTEGER, part INTEGER, salt BLOB NOT NULL, data BLOB NOT NULL,"
              + " PRIMARY KEY(idx,part)) STRICT, WITHOUT ROWID",
          "CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT",
          "CREATE TABLE epoch_key(epoch INTEGER PRIMARY KEY, first_size INTEGER NOT NULL, vkey TEXT NOT NULL) STRICT",
          "CREATE TABLE search(type TEXT, wall INTEGER, idx INTEGER, PRIMARY KEY(type,wall,idx)) STRICT, WITHOUT ROWID",
          "CREATE TABLE state(k TEXT PRIMARY KEY, v BLOB) STRICT",
          // Guards against our own bugs; an administrator can drop them, and the tree shows it.
          guard("leaf", "UPDATE"),
          guard("leaf", "DELETE"),
          guard("node", "UPDATE"),
          guard("node", "DELETE"));

  /** SQLITE_ERROR is what a missing table or an unknown file format gives; our SQL is sound. */
  private static final Set<Integer> DAMAGE =
      Set.of(
          SQLiteErrorCode.SQLITE_ERROR.code,
          SQLiteErrorCode.SQLITE_CORRUPT.code,
          SQLiteErrorCode.SQLITE_NOTADB.code);

  private final Path file;
  private final Connection connection;
  private boolean fresh;

  private Store(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  private static String guard(String table, String verb) {
    return "CREATE TRIGGER "
        + table
        + "_no_"
        + verb.toLowerCase(java.util.Locale.ROOT)
        + " BEFORE "
        + verb
        + " ON "
        + table
        + " BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END";
  }

  /** Opens the file to write, making it and its tables where they are missing. */
  static Store open(Path file) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(10_000);
    return opened("open", file, config, Store::prepare);
  }

  /** Opens the file to read beside its writer. */
  static Store openReadOnly(Path file) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(10_000);
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
    Path nowhere = Path.of(":memory:");
    try (Store store =
        new Store(nowhere, new SQLiteConfig().createConnection("jdbc:sqlite:" + nowhere))) {
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
    run("PRAGMA page_size=4096");
    run("PRAGMA secure_delete=ON");
    expect("PRAGMA journal_mode=WAL", "wal");
    run("PRAGMA synchronous=FULL");
    expect("PRAGMA synchronous", "2");
    run("PRAGMA wal_autocheckpoint=256");
    run("PRAGMA journal_size_limit=4194304");
    run("PRAGMA foreign_keys=ON");
    run("PRAGMA trusted_schema=OFF");
    run("PRAGMA cell_size_check=ON");
    run("PRAGMA mmap_size=0");
    connection.setAutoCommit(false);
    if (numberIn("SELECT count(*) FROM sqlite_schema") == 0) {
      for (String table : TABLES) {
        run(table);
      }
      run("PRAGMA application_id=" + APPLICATION_ID);
      run("PRAGMA user_version=" + SCHEMA);
      connection.commit();
      fresh = true;
    }
    checkOurs();
  }

  /** Whether the tables were made at this opening. */
  boolean isNew() {
    return fresh;
  }

  private void checkOurs() throws SQLException, IOException {
    long id = numberIn("PRAGMA application_id");
    long version = numberIn("PRAGMA user_version");
    if (id != APPLICATION_ID || version < SCHEMA) {
      throw new DamagedLogException(
          file
              + " is no evidence log: application id "
              + id
              + " and format "
              + version
              + ", expected "
              + APPLICATION_ID
              + " and "
              + SCHEMA);
    }
    if (version > SCHEMA) {
      throw new IOException(
          file
              + " has log format "
              + version
              + ", this agent reads "
              + SCHEMA
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
    return DAMAGE.contains(primary)
        ? new DamagedLogException(message, e)
        : new IOException(message, e);
  }

  // -- writing: the owner of the connection gathers one batch and commits it whole
  // ------------------------------------

  /** A statement that fills parameters. */
  @FunctionalInterface
  interface Rows {
    void into(Batch batch) throws SQLException;
  }

  /** The inserts of one transaction. */
  final class Batch {
    private final List<PreparedStatement> open = new ArrayList<>();

    private PreparedStatement prepare(String sql) throws SQLException {
      PreparedStatement statement = connection.prepareStatement(sql);
      open.add(statement);
      return statement;
    }

    void leaves(List<Pending> records) throws SQLException {
      PreparedStatement leaf = prepare("INSERT INTO leaf(idx, data) VALUES(?, ?)");
      PreparedStatement body =
          prepare("INSERT INTO body(idx, part, salt, data) VALUES(?, ?, ?, ?)");
      PreparedStatement search =
          prepare("INSERT OR IGNORE INTO search(type, wall, idx) VALUES(?, ?, ?)");
      for (Pending p : records) {
        leaf.setLong(1, p.seq());
        leaf.setBytes(2, p.leaf());
        leaf.execute();
        search.setString(1, p.type());
        search.setLong(2, p.wall());
        search.setLong(3, p.seq());
        search.execute();
        for (BodyPart b : p.bodies()) {
          body.setLong(1, b.index());
          body.setInt(2, b.part());
          body.setBytes(3, b.salt());
          body.setBytes(4, b.data());
          body.execute();
        }
      }
    }

    void nodes(List<FinishedNode> nodes) throws SQLException {
      PreparedStatement node = prepare("INSERT INTO node(id, h) VALUES(?, ?)");
      for (FinishedNode n : nodes) {
        node.setLong(1, n.id());
        node.setBytes(2, n.hash().bytes());
        node.execute();
      }
    }

    void checkpoint(long size, SignedNote note) throws SQLException {
      PreparedStatement row =
          prepare(
              "INSERT INTO checkpoint(size, note) VALUES(?, ?) ON CONFLICT(size) DO UPDATE SET note=excluded.note");
      row.setLong(1, size);
      row.setString(2, note.toString());
      row.execute();
    }

    void epoch(KeyChain.Epoch epoch) throws SQLException {
      PreparedStatement row =
          prepare("INSERT INTO epoch_key(epoch, first_size, vkey) VALUES(?, ?, ?)");
      row.setLong(1, epoch.number());
      row.setLong(2, epoch.firstSize());
      row.setString(3, epoch.key().toString());
      row.execute();
    }

    void state(String key, long value) throws SQLException {
      PreparedStatement row =
          prepare("INSERT INTO state(k, v) VALUES(?, ?) ON CONFLICT(k) DO UPDATE SET v=excluded.v");
      row.setString(1, key);
      row.setBytes(2, Long.toString(value).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      row.execute();
    }

    private void close() throws SQLException {
      for (PreparedStatement s : open) {
        s.close();
      }
    }
  }

  /** A complete subtree that a batch finished. */
  record FinishedNode(long id, Hash hash) {}

  /**
   * Writes a batch as one transaction. After this returns, it survives kill −9 and, if the disk
   * honours flush, power loss.
   *
   * @throws IOException if none of it was written
   */
  void commit(Rows rows) throws IOException {
    Batch batch = new Batch();
    try {
      try {
        rows.into(batch);
      } finally {
        batch.close();
      }
      connection.commit();
    } catch (SQLException e) {
      undo(e);
      throw failure("write to", file, e);
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
        "SELECT part, salt, data FROM body WHERE idx=? ORDER BY part",
        r -> {
          List<BodyPart> parts = new ArrayList<>();
          while (r.next()) {
            parts.add(new BodyPart(index, r.getInt(1), bytes(r, 2), bytes(r, 3)));
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

  /** SQLite's own opinion of the file: "ok", or what is wrong. Reads all of it. */
  String integrity() throws IOException {
    return query("PRAGMA integrity_check(5)", r -> r.next() ? r.getString(1) : "no answer");
  }

  Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IOException("cannot close the evidence log " + file + ": " + e.getMessage(), e);
    }
  }
}
