package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the two engines have to have in common, and what PostgreSQL has to promise. */
final class EnginesTest {
  @TempDir private Path folder;

  @Test
  void bothEnginesHaveTheSameTablesAndColumns() throws Exception {
    Map<String, Map<String, String>> embedded = tables(Location.embedded(folder));
    assertTrue(embedded.containsKey("workstation"));
    assertEquals(embedded, tables(onServer("bare")));
  }

  @Test
  void aCommitWaitsForTheDiskAndAStatementSeesWhatWasCommittedBeforeIt() throws Exception {
    try (Database database = Database.openForServer(onServer("promises"));
        Handle h = database.jdbi().open()) {
      assertEquals("on", setting(h, "synchronous_commit"), "the server itself says off");
      assertEquals("read committed", setting(h, "transaction_isolation"));
    }
  }

  @Test
  void aServerThatNobodyMendsAnyMoreIsRefused() throws Exception {
    PostgresEngine engine =
        new PostgresEngine(PostgresUrl.of("jdbc:postgresql://db.example/hq", Map.of()));
    engine.checkVersion("150000", "15.0");
    engine.checkVersion("180001", "18.1");
    DatabaseUnusable old =
        assertThrows(DatabaseUnusable.class, () -> engine.checkVersion("140019", "14.19"));
    assertEquals(
        List.of("jdbc:postgresql://db.example/hq", "PostgreSQL 14.19", "15"), old.values());
  }

  private Location onServer(String name) throws DatabaseUnusable {
    Postgres server = Postgres.shared();
    return new Location(
        folder.resolve(name), Optional.of(PostgresUrl.of(server.url(server.create()), Map.of())));
  }

  private static String setting(Handle h, String name) {
    return h.select("SELECT current_setting(?)", name).mapTo(String.class).one();
  }

  private static Map<String, Map<String, String>> tables(Location at) throws Exception {
    Map<String, Map<String, String>> tables = new TreeMap<>();
    try (Database database = Database.openForServer(at);
        Handle h = database.jdbi().open()) {
      Connection connection = h.getConnection();
      DatabaseMetaData facts = connection.getMetaData();
      try (ResultSet rows =
          facts.getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
        while (rows.next()) {
          String table = rows.getString("TABLE_NAME");
          if (!table.startsWith("flyway_") && !table.startsWith("sqlite_")) {
            tables.put(table, columns(facts, connection.getSchema(), table));
          }
        }
      }
    }
    return tables;
  }

  private static Map<String, String> columns(DatabaseMetaData facts, String schema, String table)
      throws SQLException {
    Map<String, String> columns = new TreeMap<>();
    try (ResultSet rows = facts.getColumns(null, schema, table, "%")) {
      while (rows.next()) {
        columns.put(
            rows.getString("COLUMN_NAME"),
            switch (rows.getString("TYPE_NAME")) {
              case "INTEGER", "int8", "bigserial" -> "number";
              case "TEXT", "text" -> "text";
              case "BLOB", "bytea" -> "bytes";
              default -> "of another kind: " + rows.getString("TYPE_NAME");
            });
      }
    }
    return columns;
  }
}
