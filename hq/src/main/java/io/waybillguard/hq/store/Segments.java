package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.SignedNote;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which segments HQ holds of a log. Safe for use by several threads. */
public final class Segments {
  /**
   * One segment.
   *
   * @param first seq of its first record
   * @param next one more than the seq of its last
   * @param file its name below the folder
   * @param sha256 of the file, lower-case hex
   * @param note the checkpoint of size {@code next}, with HQ's cosignatures
   */
  public record Row(long first, long next, String file, String sha256, SignedNote note) {}

  private final Database database;

  /** The segments in a database. */
  public Segments(Database database) {
    this.database = database;
  }

  /** The segments of a log, oldest first, without a gap. */
  public List<Row> of(String log) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT * FROM segment WHERE log = ? ORDER BY first", log)
                    .map((row, ctx) -> read(row))
                    .list());
  }

  /**
   * The segment that holds a record: of those that begin before it the last, which an index leads
   * to. By both ends it would be looked for among half of the log's segments.
   */
  public Optional<Row> holding(String log, long seq) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT * FROM segment WHERE log = ? AND first <= ?"
                            + " ORDER BY first DESC LIMIT 1",
                        log,
                        seq)
                    .map((row, ctx) -> read(row))
                    .findOne()
                    .filter(row -> row.next() > seq));
  }

  private static Row read(ResultSet row) throws SQLException {
    return new Row(
        row.getLong("first"),
        row.getLong("next"),
        row.getString("file"),
        row.getString("sha256"),
        note(row.getString("note")));
  }

  /** The checkpoints that closed an epoch, as HQ was given them as proofs of their own. */
  public List<SignedNote> closings(String log) {
    List<SignedNote> notes = new ArrayList<>();
    database
        .jdbi()
        .useHandle(
            h ->
                h.select(
                        "SELECT closing FROM epoch_key WHERE log = ? AND closing IS NOT NULL"
                            + " ORDER BY epoch",
                        log)
                    .mapTo(String.class)
                    .forEach(text -> notes.add(note(text))));
    return notes;
  }

  private static SignedNote note(String text) {
    try {
      return SignedNote.parse(text);
    } catch (EvidenceException e) {
      throw new IllegalStateException("HQ's database is damaged: " + e.getMessage(), e);
    }
  }
}
