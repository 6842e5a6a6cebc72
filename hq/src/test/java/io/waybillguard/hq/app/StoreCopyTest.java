package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.http.Address;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Postgres;
import io.waybillguard.hq.store.PostgresUrl;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.SearchIndex;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the embedded database to a real PostgreSQL, with what real workstations reported. */
final class StoreCopyTest {
  private static final Address ANY = new Address("127.0.0.1", 0);

  @TempDir private Path folder;
  private Postgres server;
  private String name;
  private String url;
  private TestHq hq;
  private Desk desk;

  @BeforeEach
  void anEmbeddedHqThatHoldsRecords() throws Exception {
    Assumptions.assumeFalse(TestDatabase.ON_POSTGRES, "SKIPPED: copies from the embedded database");
    server = Postgres.shared();
    name = server.create();
    url = server.url(name);
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk().append("usb.attach", 5).append("sensor.live", 1);
    TestHq.Client client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, 4)).statusCode());
    Desk other = new Desk().append("program.new", 300);
    assertEquals(200, hq.enrol(other).segment(other, other.segment(0, 300)).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
  }

  @AfterEach
  void end() throws Exception {
    if (hq != null) {
      hq.close();
    }
  }

  private Called copy(String... more) {
    String[] args = {
      "store", "copy", "--data", folder.resolve("hq").toString(), "--to", url, "--json"
    };
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Called.with(hq.clock(), "en", all);
  }

  private static Map<String, Long> rows(Called copied) throws Exception {
    Map<String, Long> rows = new TreeMap<>();
    Json.Obj told = Json.parse(copied.out().strip().getBytes(StandardCharsets.UTF_8));
    for (Json.Obj table : told.objects("tables")) {
      assertTrue(table.text("sha256").matches("[0-9a-f]{64}"), table.toString());
      rows.put(table.text("name"), table.number("rows"));
    }
    return rows;
  }

  private Set<String> tablesOnServer() throws Exception {
    Set<String> tables = new TreeSet<>();
    try (Connection connection = DriverManager.getConnection(url);
        ResultSet rows =
            connection.getMetaData().getTables(null, "public", "%", new String[] {"TABLE"})) {
      while (rows.next()) {
        tables.add(rows.getString("TABLE_NAME"));
      }
    }
    tables.remove("flyway_schema_history");
    return tables;
  }

  private Location onServer() throws Exception {
    return new Location(folder.resolve("hq"), Optional.of(PostgresUrl.of(url, Map.of())));
  }

  private Hq served() throws Exception {
    return Hq.start(
        new Hq.Settings(
            onServer(),
            Optional.empty(),
            ANY,
            ANY,
            List.of(),
            Duration.ofMinutes(5),
            Duration.ofDays(90)),
        hq.clock());
  }

  private static void assertOneLine(int exit, Called called, String... parts) {
    assertEquals(exit, called.exit(), called.err());
    assertEquals(1, called.err().lines().count(), called.err());
    for (String part : parts) {
      assertTrue(called.err().contains(part), part + " in " + called.err());
    }
  }

  @Test
  void what_an_embedded_hq_holds_is_on_the_server_and_goes_on_there() throws Exception {
    hq.close();
    Called copied = copy();
    assertEquals(0, copied.exit(), copied.err());
    Map<String, Long> rows = rows(copied);
    assertEquals(2, rows.get("workstation"));
    assertEquals(304, rows.get("record"));
    assertEquals(2, rows.get("segment"));
    assertEquals(1, rows.get("console_user"));
    assertTrue(rows.getOrDefault("act", 0L) > 0, "that it was copied is an act");
    assertEquals(tablesOnServer(), rows.keySet());
    assertFalse(Files.exists(folder.resolve("hq/hq.db")), "two databases would contradict");
    assertTrue(Files.exists(folder.resolve("hq/hq.db.copied")));
    try (Hq moved = served();
        Database beside = Database.open(onServer())) {
      Records records = new Records(beside, hq.segments());
      assertEquals(4, records.newest(desk.logId(), Long.MAX_VALUE, "", 10).size());
      TestHq.Client client = hq.client(desk, moved);
      assertEquals(200, client.segment(desk, desk.segment(4, 6)).statusCode());
      assertEquals(6, new Logs(beside).state(desk.logId()).orElseThrow().mirror().size());
      assertEquals(6, records.count(desk.logId()));
    }
    assertOneLine(2, copy(), "no embedded database any more", "hq.db.copied");
  }

  @Test
  void a_copy_whose_end_was_cut_off_is_compared_and_finished_by_the_next() throws Exception {
    hq.close();
    Map<String, Long> first = rows(copy());
    Files.move(folder.resolve("hq/hq.db.copied"), folder.resolve("hq/hq.db"));
    server.execute(name, "UPDATE record SET wall = wall + 1 WHERE seq = 299");
    assertOneLine(1, copy(), "Table ", "not the same on both sides");
    assertTrue(Files.exists(folder.resolve("hq/hq.db")));
    server.execute(name, "UPDATE record SET wall = wall - 1 WHERE seq = 299");
    assertEquals(first, rows(copy()));
    assertFalse(Files.exists(folder.resolve("hq/hq.db")));
  }

  @Test
  void a_copy_that_fails_leaves_the_server_empty_and_may_be_begun_again() throws Exception {
    hq.close();
    Database.openForServer(
            new Location(folder.resolve("none"), Optional.of(PostgresUrl.of(url, Map.of()))))
        .close();
    server.execute(name, "ALTER TABLE sentence ADD CONSTRAINT no_more CHECK (seq < 100)");
    assertOneLine(1, copy(), "Table sentence cannot be copied", "no_more", "run it again");
    assertTrue(Files.exists(folder.resolve("hq/hq.db")));
    server.execute(name, "ALTER TABLE sentence DROP CONSTRAINT no_more");
    assertEquals(304, rows(copy()).get("sentence"));
  }

  @Test
  void a_server_that_holds_something_is_refused_and_left_as_it_is() throws Exception {
    hq.close();
    Database.openForServer(
            new Location(folder.resolve("none"), Optional.of(PostgresUrl.of(url, Map.of()))))
        .close();
    server.execute(
        name, "INSERT INTO token(sha256, outlet, made, expires) VALUES ('x', 'HZ-9', 1, 2)");
    assertOneLine(2, copy(), "is not empty", "token", "1 rows", "createdb");
    server.execute(name, "DELETE FROM token");
    assertEquals(0, copy().exit(), "nothing else was put there");
  }

  @Test
  void while_hq_runs_nothing_is_copied() throws Exception {
    assertOneLine(3, copy(), "is in use");
    hq.close();
    assertOneLine(2, copy("--database", url), "leave out --database");
    Called nowhere =
        Called.with(
            hq.clock(),
            "en",
            "store",
            "copy",
            "--data",
            folder.resolve("x").toString(),
            "--to",
            url);
    assertOneLine(2, nowhere, "holds no HQ yet");
    url = "jdbc:postgresql://127.0.0.1:1/hq";
    assertOneLine(3, copy(), "cannot be reached");
    url = "jdbc:sqlite:x";
    assertOneLine(2, copy(), "jdbc:postgresql://HOST:PORT/DATABASE");
    assertTrue(Files.exists(folder.resolve("hq/hq.db")));
  }
}
