package io.waybillguard.bench;

import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.report.wire.Segment;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What HQ's ingest is held against: the same leaves and bodies put into one plain table of the same
 * database by batched inserts, each segment one transaction that is on disk when it is committed.
 */
final class PlainInserts {
  private final String url;

  PlainInserts(String url) {
    this.url = url;
  }

  private Connection open() throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    try (Statement statement = connection.createStatement()) {
      if (isSqlite()) {
        // As HQ's own connections have it.
        statement.execute("PRAGMA journal_mode = WAL");
        statement.execute("PRAGMA synchronous = FULL");
        statement.execute("PRAGMA busy_timeout = 15000");
      } else {
        statement.execute("SET synchronous_commit = on");
      }
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private boolean isSqlite() {
    return url.startsWith("jdbc:sqlite:");
  }

  void create() throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      String bytes = isSqlite() ? "BLOB" : "BYTEA";
      statement.execute("DROP TABLE IF EXISTS plain_load");
      statement.execute(
          "CREATE TABLE plain_load(log TEXT NOT NULL, seq BIGINT NOT NULL, leaf "
              + bytes
              + " NOT NULL, body "
              + bytes
              + " NOT NULL, PRIMARY KEY(log, seq))");
      connection.commit();
    }
  }

  /**
   * Puts all in, on as many threads as there are logs; SQLite on one, which writes one at a time.
   *
   * @return how long it took, in ns
   */
  long put(List<Backlog> backlogs) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(isSqlite() ? 1 : backlogs.size());
    try {
      long began = System.nanoTime();
      List<Future<?>> work = new ArrayList<>();
      for (Backlog each : backlogs) {
        work.add(
            threads.submit(
                () -> {
                  put(each);
                  return null;
                }));
      }
      for (Future<?> each : work) {
        each.get();
      }
      return System.nanoTime() - began;
    } finally {
      threads.shutdown();
    }
  }

  private void put(Backlog backlog) throws Exception {
    String log = backlog.station().id();
    try (Connection connection = open();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO plain_load(log, seq, leaf, body) VALUES (?, ?, ?, ?)")) {
      for (Segment segment : backlog.segments()) {
        for (int i = 0; i < segment.leaves().size(); i++) {
          BodyPart body = segment.bodies().get(i);
          insert.setString(1, log);
          insert.setLong(2, body.index());
          insert.setBytes(3, segment.leaves().get(i));
          insert.setBytes(4, body.data());
          insert.addBatch();
        }
        insert.executeBatch();
        connection.commit();
      }
    }
  }
}
