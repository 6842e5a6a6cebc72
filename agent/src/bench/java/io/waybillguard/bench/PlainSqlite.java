package io.waybillguard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;

/**
 * The rows of a log that was just written, written again by plain JDBC: the same tables without
 * guards, the same PRAGMAs, the same rows in the same commits. No hashing, no JSON, no signatures:
 * what is left is what SQLite and the disk take.
 */
final class PlainSqlite {
  /** As {@code Store} sets them. */
  private static final List<String> PRAGMAS =
      List.of(
          "page_size=4096",
          "secure_delete=ON",
          "journal_mode=WAL",
          "synchronous=FULL",
          "wal_autocheckpoint=512",
          "journal_size_limit=4194304",
          "foreign_keys=ON",
          "trusted_schema=OFF",
          "cell_size_check=ON",
          "mmap_size=0",
          "temp_store=MEMORY");

  private static final List<String> TABLES =
      List.of("leaf", "node", "body", "search", "checkpoint");

  private record Row(String table, List<Object> values) {}

  private final List<String> schema = new ArrayList<>();
  private final List<List<Row>> commits = new ArrayList<>();
  private long records;

  /** Reads the log in a file whose writer committed {@code batch} records at a time. */
  PlainSqlite(Path log, int batch) throws SQLException {
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + log)) {
      try (Statement s = c.createStatement();
          ResultSet r =
              s.executeQuery(
                  "SELECT sql FROM sqlite_schema WHERE type IN ('table','index') AND sql IS NOT NULL"
                      + " AND name NOT LIKE 'sqlite_%'")) {
        while (r.next()) {
          schema.add(r.getString(1));
        }
      }
      records = number(c, "SELECT count(*) FROM leaf");
      for (long first = 0; first < records; first += batch) {
        long end = Math.min(records, first + batch);
        List<Row> commit = new ArrayList<>();
        rows(c, "leaf", "idx", first, end, commit);
        // After n leaves there are 2n - popcount(n) nodes.
        rows(c, "node", "id", nodes(first), nodes(end), commit);
        rows(c, "body", "idx", first, end, commit);
        rows(c, "search", "idx", first, end, commit);
        rows(c, "checkpoint", "size", first + 1, end + 1, commit);
        commits.add(commit);
      }
    }
  }

  private static long nodes(long leaves) {
    return 2 * leaves - Long.bitCount(leaves);
  }

  private static long number(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getLong(1);
    }
  }

  private static void rows(
      Connection c, String table, String key, long from, long to, List<Row> into)
      throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "SELECT * FROM " + table + " WHERE " + key + " >= ? AND " + key + " < ?")) {
      s.setLong(1, from);
      s.setLong(2, to);
      try (ResultSet r = s.executeQuery()) {
        int columns = r.getMetaData().getColumnCount();
        while (r.next()) {
          List<Object> values = new ArrayList<>();
          for (int i = 1; i <= columns; i++) {
            values.add(r.getObject(i));
          }
          into.add(new Row(table, values));
        }
      }
    }
  }

  /** Writes them; records a second. */
  double write(Path file) throws SQLException, IOException {
    for (String end : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(Path.of(file + end));
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setGetGeneratedKeys(false); // as Store
    try (Connection c = config.createConnection("jdbc:sqlite:" + file)) {
      try (Statement s = c.createStatement()) {
        for (String pragma : PRAGMAS) {
          s.execute("PRAGMA " + pragma);
        }
        for (String each : schema) {
          s.execute(each);
        }
      }
      c.setAutoCommit(false);
      List<PreparedStatement> inserts = new ArrayList<>();
      for (String table : TABLES) {
        int columns = (int) number(c, "SELECT count(*) FROM pragma_table_info('" + table + "')");
        inserts.add(
            c.prepareStatement(
                "INSERT INTO " + table + " VALUES(?" + ",?".repeat(columns - 1) + ")"));
      }
      long began = System.nanoTime();
      for (List<Row> commit : commits) {
        for (Row row : commit) {
          PreparedStatement insert = inserts.get(TABLES.indexOf(row.table()));
          for (int i = 0; i < row.values().size(); i++) {
            insert.setObject(i + 1, row.values().get(i));
          }
          insert.executeUpdate();
        }
        c.commit();
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      for (PreparedStatement insert : inserts) {
        insert.close();
      }
      return records / seconds;
    }
  }
}
