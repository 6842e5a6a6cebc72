package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ingest has read and hands on to the search, in a folder without a single file. */
final class FreshSegmentsTest {
  private static final String LOG = "00112233445566ff";

  @TempDir private Path folder;
  private Database database;
  private final FreshSegments fresh = new FreshSegments();

  @BeforeEach
  void open() throws Exception {
    database = Database.openForServer(Location.embedded(folder));
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO workstation(log, origin, outlet, hostname, os, version, enrolled,"
                        + " tls_spki, certificate, last_seen) VALUES (?, 'o', 'HZ', 'h', '', '',"
                        + " 0, '', '', 0)",
                    LOG));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static ReadSegment read(long seq, String program) {
    Json.Obj event =
        Json.object().put("process", Json.object().put("file", Json.object().put("path", program)));
    byte[] salt = new byte[BodyPart.SALT_LENGTH];
    salt[0] = 1;
    return new ReadSegment(
        List.of(new ReadSegment.Header(seq, 1_781_000_000_000L, "program.start")),
        List.of(new BodyPart(seq, 0, salt, event.canonical())));
  }

  private void row(long first, String file, String sha256) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO segment(log, first, next, file, bytes, sha256, note, received)"
                        + " VALUES (?, ?, ?, ?, 1, ?, '', 0)",
                    LOG,
                    first,
                    first + 1,
                    file,
                    sha256));
  }

  private List<String> programs() {
    try (Handle h = database.jdbi().open()) {
      return h.select("SELECT value FROM trait WHERE what = 'program' ORDER BY seq")
          .mapTo(String.class)
          .list();
    }
  }

  private List<Integer> indexed() {
    try (Handle h = database.jdbi().open()) {
      return h.select("SELECT indexed FROM segment ORDER BY id").mapTo(Integer.class).list();
    }
  }

  private SearchIndex index() {
    return new SearchIndex(database, new SegmentFiles(folder), fresh);
  }

  @Test
  void what_was_handed_over_is_not_read_from_its_file() throws Exception {
    for (long seq = 0; seq < 3; seq++) {
      row(seq, "f" + seq, "s");
      fresh.put("f" + seq, read(seq, "/opt/p" + seq), 10);
    }
    assertEquals(3, index().catchUp(10));
    assertEquals(List.of("p0", "p1", "p2"), programs());
    assertEquals(List.of(1, 1, 1), indexed());
    assertEquals(Set.of(), fresh.files());
  }

  @Test
  void what_was_rewritten_since_it_was_handed_over_is_not_made_findable() throws Exception {
    row(0, "f0", "s");
    fresh.put("f0", read(0, "/opt/erased"), 10);
    SearchIndex index = index();
    try (Handle h = database.jdbi().open()) {
      h.execute("UPDATE segment SET file = 'rewritten', sha256 = 't'");
    }
    assertEquals(1, index.catchUp(10));
    assertEquals(List.of(), programs());
    assertEquals(Set.of(), fresh.files(), "nobody will ask for it");
  }

  @Test
  void the_oldest_goes_when_there_is_too_much_and_is_read_from_its_file() throws Exception {
    long half = 8L << 20;
    fresh.put("a", read(0, "/opt/a"), half);
    fresh.put("b", read(1, "/opt/b"), half);
    fresh.put("c", read(2, "/opt/c"), 1);
    assertEquals(Set.of("b", "c"), fresh.files());
    fresh.put("c", read(2, "/opt/c"), half);
    assertEquals(Set.of("b", "c"), fresh.files(), "one that comes again counts once");
    fresh.put("huge", read(3, "/opt/d"), 100L << 20);
    assertEquals(Set.of(), fresh.files());
  }

  @Test
  void texts_of_a_workstation_are_taken_by_every_database_as_they_come() throws Exception {
    row(0, "f0", "s");
    fresh.put("f0", read(0, "/opt/\0x'); DROP TABLE trait; --"), 10);
    assertEquals(1, index().catchUp(10));
    assertEquals(List.of("\uFFFDx'); drop table trait; --"), programs());
  }
}
