package io.waybillguard.agent.evidence;

import io.waybillguard.agent.event.Span;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** What one transaction writes. Made by {@link Store#commit}, used by its thread. */
final class Batch {
  /** Pages that a commit changes, however little it writes: the right edge of each table. */
  private static final long PAGES_A_COMMIT = 8;

  /** Bytes of a record's rows beside its leaf and its body: nodes, index, where it is found. */
  private static final long BYTES_BESIDE = 200;

  private final Statements statements;
  private final Packing packing;
  private long bytes;

  Batch(Statements statements, Packing packing) {
    this.statements = statements;
    this.packing = packing;
  }

  /** Fills a batch. */
  @FunctionalInterface
  interface Rows {
    /** Writes nothing. */
    Rows NONE = batch -> {};

    void into(Batch batch) throws SQLException;
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return statements.of(sql);
  }

  private void run(String sql, long... values) throws SQLException {
    PreparedStatement statement = prepare(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setLong(i + 1, values[i]);
    }
    statement.execute();
  }

  /** About how many pages it adds to the WAL: SQLite does not say without being asked. */
  long pages() {
    return PAGES_A_COMMIT + bytes / Store.PAGE_BYTES;
  }

  // -- what is added ---------------------------------------------------------------------------

  void leaves(List<Pending> records) throws SQLException {
    PreparedStatement leaf = prepare("INSERT INTO leaf(idx, data) VALUES(?, ?)");
    PreparedStatement body =
        prepare("INSERT INTO body(idx, part, salt, data, form) VALUES(?, ?, ?, ?, ?)");
    PreparedStatement search =
        prepare("INSERT OR IGNORE INTO search(type, wall, idx) VALUES(?, ?, ?)");
    for (Pending p : records) {
      leaf.setLong(1, p.seq());
      leaf.setBytes(2, p.leaf());
      leaf.execute();
      bytes += BYTES_BESIDE + p.leaf().length;
      search.setString(1, p.type());
      search.setLong(2, p.wall());
      search.setLong(3, p.seq());
      search.execute();
      for (BodyPart b : p.bodies()) {
        body.setLong(1, b.index());
        body.setInt(2, b.part());
        body.setBytes(3, b.salt());
        Packing.Packed packed = packing.pack(p.type(), b.data());
        body.setBytes(4, packed.data());
        body.setInt(5, packed.form());
        body.execute();
        bytes += packed.data().length;
      }
      p.alongside().into(this);
    }
  }

  void nodes(List<Store.FinishedNode> nodes) throws SQLException {
    PreparedStatement node = prepare("INSERT INTO node(id, h) VALUES(?, ?)");
    for (Store.FinishedNode n : nodes) {
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

  /**
   * @param atSeconds by HQ's clock, since 1970
   */
  void witnessed(long size, long atSeconds) throws SQLException {
    run("INSERT OR IGNORE INTO witnessed(size, at) VALUES(?, ?)", size, atSeconds);
  }

  void state(String key, long value) throws SQLException {
    PreparedStatement row =
        prepare("INSERT INTO state(k, v) VALUES(?, ?) ON CONFLICT(k) DO UPDATE SET v=excluded.v");
    row.setString(1, key);
    row.setBytes(2, Long.toString(value).getBytes(StandardCharsets.US_ASCII));
    row.execute();
  }

  // -- what is held, erased and cleared away -----------------------------------------------------

  void hold(Hold hold) throws SQLException {
    hold("INSERT INTO hold(case_no, from_idx, to_idx) VALUES(?, ?, ?)", hold);
  }

  void release(Hold hold) throws SQLException {
    hold("DELETE FROM hold WHERE case_no=? AND from_idx=? AND to_idx=?", hold);
  }

  private void hold(String sql, Hold hold) throws SQLException {
    PreparedStatement row = prepare(sql);
    row.setString(1, hold.caseNo());
    row.setLong(2, hold.records().from());
    row.setLong(3, hold.records().to());
    row.execute();
  }

  /**
   * Overwrites a body part of each of these records, and its salt, with zeros where they lie. The
   * rows stay: SQLite moves rows when others go, and what it moves it does not wipe.
   */
  void erase(Collection<Span> records, int part) throws SQLException {
    for (Span span : records) {
      run(
          "UPDATE body SET salt="
              + Schema.NO_SALT
              + ", data=zeroblob(length(data))"
              + " WHERE part=? AND idx>=? AND idx<?",
          part,
          span.from(),
          span.to());
    }
  }

  /** Removes rows of bodies that are erased, by their rowids. */
  void reclaim(Collection<Long> rows) throws SQLException {
    PreparedStatement row = prepare("DELETE FROM body WHERE rowid=?");
    for (long id : rows) {
      row.setLong(1, id);
      row.execute();
    }
  }

  /** Removes a leaf, and where it is found by time and type. */
  void prune(Leaf leaf) throws SQLException {
    run("DELETE FROM leaf WHERE idx=?", leaf.seq());
    PreparedStatement search = prepare("DELETE FROM search WHERE type=? AND wall=? AND idx=?");
    search.setString(1, leaf.type());
    search.setLong(2, leaf.wall());
    search.setLong(3, leaf.seq());
    search.execute();
  }

  /** Removes checkpoints, and what is known of when HQ held them. */
  void thin(Collection<Long> sizes) throws SQLException {
    PreparedStatement note = prepare("DELETE FROM checkpoint WHERE size=?");
    PreparedStatement witnessed = prepare("DELETE FROM witnessed WHERE size=?");
    for (long size : sizes) {
      note.setLong(1, size);
      note.execute();
      witnessed.setLong(1, size);
      witnessed.execute();
    }
  }
}
