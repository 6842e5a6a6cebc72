package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.Hash;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * All segments of an HQ that does not run, put elsewhere under the same names. Each is held against
 * the hash in its row before it goes, so that no damaged one is passed on. A move that is cut short
 * changes nothing and may be begun again; the rows name the new place last.
 */
public final class SegmentMove {
  private static final int AT_ONCE = 500;

  private final Database database;
  private final SegmentStore from;
  private final SegmentStore to;

  private record Row(long id, String file, String sha256) {}

  /** A move from one place to another. */
  public SegmentMove(Database database, SegmentStore from, SegmentStore to) {
    this.database = database;
    this.from = from;
    this.to = to;
  }

  /**
   * Moves them. The old ones are left where they are, for the operator to delete.
   *
   * @param moved told how many are there, now and then
   * @return how many
   * @throws IOException if one is not what its row says, naming it with both hashes
   */
  public long run(LongConsumer moved) throws IOException {
    long count = 0;
    for (List<Row> rows = after(0); !rows.isEmpty(); rows = after(rows.get(rows.size() - 1).id)) {
      for (Row each : rows) {
        byte[] content = from.read(each.file);
        String hash = Hash.sha256(content).hex();
        if (!hash.equals(each.sha256)) {
          throw new IOException(
              "segment "
                  + each.file
                  + " has SHA-256 "
                  + hash
                  + ", its row says "
                  + each.sha256
                  + "; put it back from a backup first");
        }
        to.put(each.file, content);
        count++;
      }
      moved.accept(count);
    }
    database.set(Bond.SEGMENTS, to.place());
    return count;
  }

  private List<Row> after(long id) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT id, file, sha256 FROM segment WHERE id > ? ORDER BY id LIMIT ?",
                        id,
                        AT_ONCE)
                    .map(
                        (row, ctx) ->
                            new Row(
                                row.getLong("id"), row.getString("file"), row.getString("sha256")))
                    .list());
  }
}
