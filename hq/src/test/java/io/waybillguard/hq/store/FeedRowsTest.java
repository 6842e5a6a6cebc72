package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order in which feeds take segments, and who sends. */
final class FeedRowsTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path folder;

  private Database onServer() throws DatabaseUnusable {
    Postgres server = Postgres.shared();
    Database database =
        Database.openForServer(
            new Location(
                folder, Optional.of(PostgresUrl.of(server.url(server.create()), Map.of()))));
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "INSERT INTO workstation(log, origin, outlet, hostname, os, version, enrolled,"
                        + " tls_spki, certificate, last_seen)"
                        + " VALUES ('a', 'o/a', 'HZ', '', '', '', 0, '', '', 0)"));
    return database;
  }

  private static void segment(Handle h, long first) {
    h.execute(
        "INSERT INTO segment(log, first, next, file, bytes, sha256, note, received)"
            + " VALUES ('a', ?, ?, ?, 1, '', '', 0)",
        first,
        first + 1,
        "f" + first);
  }

  private static List<Long> firsts(FeedRows rows, FeedRows.Place from) {
    return rows.from(from, "", 10).stream().map(FeedRows.Waiting::first).toList();
  }

  @Test
  void a_segment_that_is_committed_late_is_not_passed_over() throws Exception {
    try (Database database = onServer();
        Handle slow = database.jdbi().open()) {
      FeedRows rows = new FeedRows(database);
      rows.declare("f", "otlp", "x", "all", true);
      slow.begin();
      segment(slow, 0); // has the smaller id
      database.jdbi().useHandle(h -> segment(h, 1));
      assertEquals(1, rows.order(10));
      FeedRows.Place start = rows.place("f").orElseThrow();
      assertEquals(List.of(1L), firsts(rows, start));
      FeedRows.Place after = new FeedRows.Place(rows.from(start, "", 10).get(0).arrival() + 1, 0);
      slow.commit();
      assertEquals(1, rows.order(10));
      assertEquals(List.of(0L), firsts(rows, after));
      assertEquals(0, rows.order(10));
    }
  }

  @Test
  void a_feed_that_is_new_begins_with_what_comes_in_from_now_on_unless_told_otherwise()
      throws Exception {
    try (Database database = onServer()) {
      FeedRows rows = new FeedRows(database);
      database.jdbi().useHandle(h -> segment(h, 0));
      rows.order(10);
      rows.declare("now", "otlp", "x", "all", false);
      rows.declare("all", "otlp", "x", "all", true);
      database.jdbi().useHandle(h -> segment(h, 1));
      rows.order(10);
      assertEquals(List.of(1L), firsts(rows, rows.place("now").orElseThrow()));
      assertEquals(List.of(0L, 1L), firsts(rows, rows.place("all").orElseThrow()));
      assertEquals(List.of(2L, 1L), rows.all().stream().map(FeedRows.Row::waiting).toList());
      rows.declare("all", "kafka", "y", "all", false);
      assertEquals(List.of(0L, 1L), firsts(rows, rows.place("all").orElseThrow()), "it goes on");
    }
  }

  @Test
  void one_process_sends_at_a_time_and_one_that_lost_its_turn_moves_nothing() throws Exception {
    try (Database database = onServer()) {
      FeedRows rows = new FeedRows(database);
      rows.declare("f", "otlp", "x", "all", true);
      assertTrue(rows.hold("f", "left", NOON, NOON.plusSeconds(60)).isPresent());
      assertTrue(rows.hold("f", "left", NOON, NOON.plusSeconds(60)).isPresent());
      assertTrue(rows.hold("f", "right", NOON.plusSeconds(59), NOON).isEmpty());
      Instant later = NOON.plusSeconds(60);
      assertTrue(rows.hold("f", "right", later, later.plusSeconds(60)).isPresent());
      assertFalse(rows.moveOn("f", "left", new FeedRows.Place(9, 0), 5, 0, later));
      assertEquals(new FeedRows.Place(0, 0), rows.place("f").orElseThrow());
      assertTrue(rows.moveOn("f", "right", new FeedRows.Place(7, 3), 5, 1, later));
      assertEquals(new FeedRows.Place(7, 3), rows.place("f").orElseThrow());
      rows.letGo("f", "right");
      assertTrue(rows.hold("f", "left", later, later).isPresent());
    }
  }
}
