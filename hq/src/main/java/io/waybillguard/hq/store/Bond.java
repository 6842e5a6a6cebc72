package io.waybillguard.hq.store;

import io.waybillguard.hq.store.DatabaseUnusable.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * What ties a database to the folder with HQ's keys. The keys vouch for one history of each log,
 * and the database remembers which; with another database, an empty one above all, the same keys
 * would sign a second history. So each names the other: the database the witness key, the folder,
 * in {@code database.id}, the database.
 */
public final class Bond {
  private static final String KEY = "witness_vkey";

  /** Setting that names where the segments lie; HQs before it had them in the folder. */
  static final String SEGMENTS = "segments";

  /** Setting that names a database. */
  static final String ID = "database_id";

  private final Database database;
  private final Path data;
  private final Path file;

  /** The bond between a database and a folder. */
  public Bond(Database database, Path data) {
    this.database = database;
    this.data = data;
    this.file = file(data);
  }

  private static Path file(Path data) {
    return data.resolve("database.id");
  }

  /** Whether a folder belongs to a database, which then has to be there. */
  public static boolean isTied(Path data) {
    return Files.exists(file(data));
  }

  /**
   * Ties a fresh database to a fresh folder, or checks that they belong together.
   *
   * @param witness vkey of the folder's witness key
   * @throws DatabaseUnusable if either belongs to another
   */
  public void tie(String witness) throws IOException {
    check(witness);
    if (database.setting(KEY).isEmpty()) {
      database.set(ID, UUID.randomUUID().toString());
      database.set(KEY, witness);
    }
    // The database first: a start that is cut short here is known by its key at the next one.
    if (!isTied(data)) {
      byte[] id = database.setting(ID).orElseThrow().getBytes(StandardCharsets.US_ASCII);
      DurableFile.write(file, id, false);
    }
  }

  /**
   * Checks that a database and a folder belong together.
   *
   * @param witness vkey of the folder's witness key; "" if it has none
   * @throws DatabaseUnusable if not
   */
  public void check(String witness) throws IOException {
    Optional<String> key = database.setting(KEY);
    if (key.isPresent() && !key.get().equals(witness)) {
      throw new DatabaseUnusable(
          Reason.OTHER_KEYS, database.toString(), data.toString(), key.get());
    }
    if (isTied(data) && !database.setting(ID).equals(Optional.of(Files.readString(file).strip()))) {
      throw new DatabaseUnusable(Reason.OTHER_DATABASE, database.toString(), data.toString());
    }
  }

  /**
   * Ties a database to the place where its segments lie, or checks that it is the one.
   *
   * @throws SegmentsUnusable if they lie elsewhere; what is signed as held would not be found
   */
  public void tie(SegmentStore segments) throws SegmentsUnusable {
    check(segments);
    if (database.setting(SEGMENTS).isEmpty()) {
      database.set(SEGMENTS, segments.place());
    }
  }

  /**
   * Checks that the segments lie there.
   *
   * @throws SegmentsUnusable if not
   */
  public void check(SegmentStore segments) throws SegmentsUnusable {
    String known =
        database
            .setting(SEGMENTS)
            .orElseGet(() -> hasSegments() ? SegmentStore.IN_FOLDER : segments.place());
    if (!known.equals(segments.place())) {
      throw new SegmentsUnusable(SegmentsUnusable.Reason.ELSEWHERE, known, segments.place());
    }
  }

  private boolean hasSegments() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT id FROM segment LIMIT 1").mapTo(Long.class).findOne().isPresent());
  }
}
