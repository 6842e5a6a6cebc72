package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.http.Address;
import io.waybillguard.hq.store.DatabaseUnusable;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.Postgres;
import io.waybillguard.hq.store.PostgresUrl;
import io.waybillguard.hq.trust.HqKeys;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be wrong with a database, each said in one line, on a real PostgreSQL. */
final class DatabaseTest {
  private static final String PASSWORD = "not-to-be-seen-4711";
  private static final Address ANY = new Address("127.0.0.1", 0);

  @TempDir private Path folder;
  private final Postgres server = Postgres.shared();

  @Test
  void anHqIsServedAndUsedFromPostgresWithThePasswordOfTheEnvironment() throws Exception {
    String database = server.create();
    server.letIn(PASSWORD);
    server.execute(database, "GRANT CREATE ON SCHEMA public TO " + Postgres.CAREFUL);
    String url = server.url(database, Postgres.CAREFUL);
    Map<String, String> environment = Map.of("PGPASSWORD", PASSWORD);
    Hq.start(settings(new Location(folder, Optional.of(PostgresUrl.of(url, environment)))), clock())
        .close();
    Called made =
        called(environment, "token", "create", "--outlet", "HZ-1", "--database", url, "--data");
    assertEquals(0, made.exit(), made.err());
    assertEquals(1, made.out().lines().count());
    Called refused =
        called(Map.of("PGPASSWORD", "wrong"), "workstations", "--database", url, "--data");
    assertEquals(3, refused.exit());
    assertOneLine(refused, url.replaceFirst("[?].*", ""), "PGPASSWORD", "PGPASSFILE");
    assertFalse(refused.err().contains("wrong"), refused.err());
  }

  @Test
  void aPasswordInTheAddressIsRefusedAndNotRepeated() throws Exception {
    for (String bad :
        List.of(
            "jdbc:postgresql://db.example/hq?password=" + PASSWORD,
            "jdbc:postgresql://db.example/hq?user=hq&PASSWORD=" + PASSWORD,
            "jdbc:postgresql://db.example/hq?sslpassword=" + PASSWORD,
            "jdbc:postgresql://hq:" + PASSWORD + "@db.example/hq")) {
      Called refused = called(Map.of(), "workstations", "--database", bad, "--data");
      assertEquals(2, refused.exit());
      assertOneLine(refused, "jdbc:postgresql://db.example/hq", "PGPASSWORD", "PGPASSFILE");
      assertFalse(refused.err().contains(PASSWORD), refused.err());
    }
  }

  @Test
  void whatIsNoAddressOfPostgresIsRefused() {
    for (String bad : List.of("postgres://x/y", "jdbc:sqlite:x", "hq", "jdbc:postgresql://h:p/x")) {
      Called refused = called(Map.of(), "workstations", "--database", bad, "--data");
      assertEquals(2, refused.exit(), bad);
      assertOneLine(refused, bad, "jdbc:postgresql://HOST:PORT/DATABASE");
    }
  }

  @Test
  void aServerThatIsNotThereAndADatabaseThatIsNotThereAreSaid() throws Exception {
    HqKeys.create(folder, "hq.example", clock().instant());
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    String nobody = "jdbc:postgresql://127.0.0.1:" + closed + "/hq";
    Called unreachable = called(Map.of(), "workstations", "--database", nobody, "--data");
    assertEquals(3, unreachable.exit());
    assertOneLine(unreachable, nobody, "cannot be reached", "PostgreSQL runs");
    String nowhere = server.url("no_such");
    Called missing = called(Map.of(), "workstations", "--database", nowhere, "--data");
    assertEquals(3, missing.exit());
    assertOneLine(missing, "/no_such is not there", "createdb");
  }

  @Test
  void aUserWhoMayNotMakeTablesIsTold() throws Exception {
    String database = server.create();
    server.letIn(PASSWORD);
    String url = server.url(database, Postgres.CAREFUL);
    Map<String, String> environment = Map.of("PGPASSWORD", PASSWORD);
    Called refused =
        called(environment, "serve", "--listen", "127.0.0.1:0", "--database", url, "--data");
    assertEquals(3, refused.exit());
    assertOneLine(refused, "permission denied for schema public", "Grant");
    Called empty = called(environment, "workstations", "--database", url, "--data");
    assertEquals(2, empty.exit());
  }

  @Test
  void tablesOfANewerHqAreLeftAlone() throws Exception {
    String database = server.create();
    Location at = at(database);
    Hq.start(settings(at), clock()).close();
    server.execute(
        database,
        "INSERT INTO flyway_schema_history SELECT installed_rank + 99, '99', description, type,"
            + " script, checksum, installed_by, installed_on, execution_time, success FROM"
            + " flyway_schema_history ORDER BY installed_rank DESC LIMIT 1");
    for (String command : List.of("serve", "workstations")) {
      Called refused = called(Map.of(), command, "--database", server.url(database), "--data");
      assertEquals(3, refused.exit(), refused.err());
      assertOneLine(refused, "tables of version 99", "Run the newer HQ");
    }
  }

  @Test
  void aCommandBesideAnOlderServerAsksForServeFirst() throws Exception {
    String database = server.create();
    Hq.start(settings(at(database)), clock()).close();
    server.execute(database, "UPDATE flyway_schema_history SET version = '0'");
    Called refused = called(Map.of(), "workstations", "--database", server.url(database), "--data");
    assertEquals(3, refused.exit());
    assertOneLine(refused, "tables of version 0", "Run serve");
  }

  @Test
  void aFolderIsNotServedFromAnotherDatabaseNorADatabaseFromAnotherFolder() throws Exception {
    String mine = server.create();
    Hq.start(settings(at(mine)), clock()).close();
    assertRefused(DatabaseUnusable.Reason.OTHER_DATABASE, Location.embedded(folder));
    assertFalse(Files.exists(folder.resolve("hq.db")), "none is made by being refused");
    assertRefused(DatabaseUnusable.Reason.OTHER_DATABASE, at(server.create()));
    Path elsewhere = folder.resolve("elsewhere");
    Optional<PostgresUrl> url = at(mine).server();
    assertRefused(DatabaseUnusable.Reason.OTHER_KEYS, new Location(elsewhere, url));
    assertFalse(Files.exists(elsewhere.resolve("keys")), "keys are not made for it");
    Path embedded = folder.resolve("embedded");
    Hq.start(settings(Location.embedded(embedded)), clock()).close();
    assertRefused(DatabaseUnusable.Reason.EMBEDDED_THERE, new Location(embedded, url));
    Files.delete(embedded.resolve("hq.db"));
    assertRefused(DatabaseUnusable.Reason.OTHER_DATABASE, Location.embedded(embedded));
    assertEquals(
        0, called(Map.of(), "workstations", "--database", server.url(mine), "--data").exit());
    Hq.start(settings(at(mine)), clock()).close();
  }

  @Test
  void aServerThatWouldLoseWhatItConfirmsIsRefused() throws Exception {
    try (Postgres careless = Postgres.careless()) {
      String url = careless.url(careless.create());
      assertRefused(
          DatabaseUnusable.Reason.NOT_DURABLE,
          new Location(folder, Optional.of(PostgresUrl.of(url, Map.of()))));
      Called refused = called(Map.of(), "serve", "--database", url, "--data");
      assertOneLine(refused, "fsync = off", "Set it to on");
    }
  }

  private void assertRefused(DatabaseUnusable.Reason reason, Location at) {
    DatabaseUnusable refused =
        assertThrows(DatabaseUnusable.class, () -> Hq.start(settings(at), clock()).close());
    assertEquals(reason, refused.reason());
  }

  private static void assertOneLine(Called called, String... parts) {
    assertEquals(1, called.err().lines().count(), called.err());
    for (String part : parts) {
      assertTrue(called.err().contains(part), part + " in " + called.err());
    }
  }

  private Location at(String database) throws Exception {
    return new Location(folder, Optional.of(PostgresUrl.of(server.url(database), Map.of())));
  }

  private static Hq.Settings settings(Location at) {
    return new Hq.Settings(
        at, Optional.empty(), ANY, ANY, List.of(), Duration.ofMinutes(5), Duration.ofDays(90));
  }

  private static InstantSource clock() {
    return InstantSource.system();
  }

  private Called called(Map<String, String> environment, String... args) {
    String[] all = Arrays.copyOf(args, args.length + 1);
    all[args.length] = folder.toString();
    return Called.signedOn(environment, "", clock(), "en", all);
  }
}
