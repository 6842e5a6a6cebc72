package io.waybillguard.hq.store;

import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Content of records: what pulls brought, a file each under {@code content/<log id>/}, and what
 * lies in segments; and how it is erased. A file that held what was erased is overwritten with
 * zeros and deleted, after the rows no longer name it; a crash between is made good at the next
 * start, as is what a retention lock held until then. Safe for use by several threads and
 * processes.
 *
 * <p>Limit: what a file system, a disk or a backup keeps of old files is out of reach.
 */
public final class Contents {
  private static final String FOLDER = "content";

  /** What stands before the name of a segment among the files that are to be destroyed. */
  private static final String SEGMENT = "segments/";

  private final Database database;
  private final Path data;
  private final SegmentStore segments;

  /**
   * What an erasure did.
   *
   * @param erased records whose content HQ had and destroyed
   * @param held records whose content stays for a case
   */
  public record Erased(SortedSet<Long> erased, SortedSet<Long> held) {}

  /**
   * @param data HQ's data folder
   * @param segments where those lie that content is erased in
   */
  public Contents(Database database, Path data, SegmentStore segments) {
    this.database = database;
    this.data = data;
    this.segments = segments;
  }

  // -- what pulls bring --------------------------------------------------------------------------

  /** Makes a body part durable. One that is there, or was erased here, is left as it is. */
  public void put(String log, BodyPart body, Instant now) throws IOException {
    String name = FOLDER + "/" + log + "/" + body.index() + "." + body.part();
    boolean known =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.select(
                            "SELECT 1 FROM content WHERE log = ? AND seq = ? AND part = ?",
                            log,
                            body.index(),
                            body.part())
                        .mapTo(Integer.class)
                        .findOne()
                        .isPresent());
    if (known) {
      return;
    }
    DurableFile.makePrivateFolder(data.resolve(FOLDER));
    DurableFile.makePrivateFolder(data.resolve(FOLDER).resolve(log));
    DurableFile.write(data.resolve(name), BodyFrames.encode(List.of(body)), true);
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO content(log, seq, part, file, received) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT(log, seq, part) DO NOTHING",
                    log,
                    body.index(),
                    body.part(),
                    name,
                    now.toEpochMilli()));
  }

  /** What pulls brought of a record, by part; without what was erased. */
  public List<BodyPart> of(String log, long seq) throws IOException {
    List<String> files =
        database
            .jdbi()
            .withHandle(
                h ->
                    h.select(
                            "SELECT file FROM content WHERE log = ? AND seq = ? AND erased IS NULL"
                                + " ORDER BY part",
                            log,
                            seq)
                        .mapTo(String.class)
                        .list());
    List<BodyPart> bodies = new ArrayList<>();
    for (String file : files) {
      try {
        bodies.addAll(
            BodyFrames.read(
                ByteBuffer.wrap(Files.readAllBytes(data.resolve(file))), new Span(seq, seq + 1)));
      } catch (WireException e) {
        throw new IOException(file + " cannot be read: " + e.getMessage(), e);
      }
    }
    return bodies;
  }

  // -- holds -------------------------------------------------------------------------------------

  /** From now on nothing of these records is erased at HQ. */
  public void hold(String log, String caseNo, Span records) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO hold(log, case_no, first, next) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT(log, case_no, first, next) DO NOTHING",
                    log,
                    caseNo,
                    records.from(),
                    records.to()));
  }

  /** A hold ends. */
  public void release(String log, String caseNo, Span records) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "DELETE FROM hold WHERE log = ? AND case_no = ? AND first = ? AND next = ?",
                    log,
                    caseNo,
                    records.from(),
                    records.to()));
  }

  private List<Span> holds(String log) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT first, next FROM hold WHERE log = ?", log)
                    .map((row, ctx) -> new Span(row.getLong("first"), row.getLong("next")))
                    .list());
  }

  // -- erasing -----------------------------------------------------------------------------------

  /** Destroys HQ's copies of the content of records, unless they are held for a case. */
  public Erased erase(String log, SortedSet<Long> records, Instant now) throws IOException {
    List<Span> holds = holds(log);
    SortedSet<Long> held = new TreeSet<>();
    SortedSet<Long> free = new TreeSet<>();
    for (long seq : records) {
      (holds.stream().anyMatch(s -> s.holds(seq)) ? held : free).add(seq);
    }
    SortedSet<Long> erased = new TreeSet<>();
    for (long seq : free) {
      if (erasePulled(log, seq, now)) {
        erased.add(seq);
      }
    }
    Segments rows = new Segments(database);
    for (SortedSet<Long> left = free; !left.isEmpty(); ) {
      Optional<Segments.Row> row = rows.holding(log, left.first());
      if (row.isEmpty()) {
        break; // beyond what HQ holds
      }
      erased.addAll(eraseIn(row.get(), log, left.headSet(row.get().next())));
      left = left.tailSet(row.get().next());
    }
    destroyDoomed();
    return new Erased(erased, held);
  }

  private boolean erasePulled(String log, long seq, Instant now) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              h.execute(
                  "INSERT INTO doomed_file(file) SELECT file FROM content"
                      + " WHERE log = ? AND seq = ? AND erased IS NULL"
                      + " ON CONFLICT(file) DO NOTHING",
                  log,
                  seq);
              return h.execute(
                      "UPDATE content SET erased = ? WHERE log = ? AND seq = ? AND erased IS NULL",
                      now.toEpochMilli(),
                      log,
                      seq)
                  > 0;
            });
  }

  /** The segment with zeros in place of salt and content takes the place of the one that is. */
  private SortedSet<Long> eraseIn(Segments.Row row, String log, SortedSet<Long> records)
      throws IOException {
    byte[] content = segments.read(row.file());
    SortedSet<Long> found = new TreeSet<>();
    try {
      Segment segment = Segment.decode(content);
      int at = segment.leavesAt();
      for (byte[] leaf : segment.leaves()) {
        at += 2 + leaf.length;
      }
      for (BodyPart body : segment.bodies()) {
        int end = at + BodyFrames.length(body);
        if (records.contains(body.index()) && !BodyFrames.isErased(body)) {
          found.add(body.index());
          Arrays.fill(content, at + BodyFrames.SALT_AT, at + BodyFrames.LENGTH_AT, (byte) 0);
          Arrays.fill(content, at + BodyFrames.HEADER_BYTES, end, (byte) 0);
        }
        at = end;
      }
    } catch (WireException e) {
      throw new IOException("segment " + row.file() + " cannot be read: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      return found;
    }
    String file = segments.write(log, row.first(), row.next(), content);
    String hash = Hash.sha256(content).hex();
    database
        .jdbi()
        .useTransaction(
            h -> {
              int moved =
                  h.execute(
                      "UPDATE segment SET file = ?, sha256 = ? WHERE log = ? AND first = ?"
                          + " AND sha256 = ?",
                      file,
                      hash,
                      log,
                      row.first(),
                      row.sha256());
              if (moved != 1) {
                throw new IllegalStateException(
                    "segment " + row.file() + " changed while it was rewritten; ask again");
              }
              for (long seq : found) {
                h.execute(
                    "UPDATE record SET body_at = NULL, body_length = NULL, severity = 0"
                        + " WHERE log = ? AND seq = ?",
                    log,
                    seq);
                SearchIndex.forget(h, log, seq);
              }
              h.execute(
                  "INSERT INTO doomed_file(file) VALUES (?) ON CONFLICT(file) DO NOTHING",
                  SEGMENT + row.file());
            });
    return found;
  }

  /** Destroys what is to be destroyed; also what a crash has left. */
  public void destroyDoomed() throws IOException {
    List<String> doomed =
        database
            .jdbi()
            .withHandle(h -> h.select("SELECT file FROM doomed_file").mapTo(String.class).list());
    for (String name : doomed) {
      if (!destroy(name)) {
        continue; // a retention lock holds it; a later call finds it again
      }
      database.jdbi().useHandle(h -> h.execute("DELETE FROM doomed_file WHERE file = ?", name));
    }
  }

  private boolean destroy(String name) throws IOException {
    if (name.startsWith(SEGMENT)) {
      return segments.destroy(name.substring(SEGMENT.length()));
    }
    DurableFile.destroy(data.resolve(name));
    return true;
  }

  /** How many files are to be destroyed and still there: those that a retention lock holds. */
  public long doomed() {
    return database
        .jdbi()
        .withHandle(h -> h.select("SELECT count(*) FROM doomed_file").mapTo(Long.class).one());
  }
}
