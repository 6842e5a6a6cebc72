package io.waybillguard.hq.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;

/**
 * The embedded database: one SQLite file, shared by a server and by commands that run beside it.
 *
 * <p>Write-ahead log, synchronous=FULL: what a transaction has committed survives a power cut where
 * the disk honours a flush. Every transaction takes the write lock at its start, so that what it
 * has read is still true when it writes. Safe for use by several threads.
 */
public final class Database implements AutoCloseable {
  /** Older ones can corrupt the write-ahead log under two connections (SQLite 3.51.3 notes). */
  private static final int OLDEST_SQLITE = 3_051_003;

  /** Version of the newest migration in {@code sqlite/}. */
  private static final String TABLES = "1";

  private static final int CONNECTIONS = 8;
  private static final int BUSY_MILLIS = 15_000;

  private final HikariDataSource connections;
  private final Jdbi jdbi;

  private Database(HikariDataSource connections) {
    this.connections = connections;
    this.jdbi = Jdbi.create(connections);
  }

  /** Where the database of a data folder lies. */
  public static Path file(Path data) {
    return data.resolve("hq.db");
  }

  /**
   * Opens the database of a data folder for the server, and brings its tables up to this version.
   *
   * @throws IOException if it cannot be opened or is of a newer version than this program
   */
  public static Database openForServer(Path data) throws IOException {
    return open(data, Database::migrate);
  }

  /**
   * Opens the database of a data folder beside the server, which alone changes tables.
   *
   * @throws IOException if it cannot be opened or its tables are of another version
   */
  public static Database open(Path data) throws IOException {
    return open(data, Database::checkTables);
  }

  @FunctionalInterface
  private interface Preparation {
    void prepare(Database database) throws IOException;
  }

  private static Database open(Path data, Preparation preparation) throws IOException {
    HikariConfig config = new HikariConfig();
    config.setPoolName("hq-db");
    config.setJdbcUrl("jdbc:sqlite:" + file(data).toAbsolutePath());
    config.setDataSourceProperties(pragmas());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    HikariDataSource connections;
    try {
      connections = new HikariDataSource(config);
    } catch (RuntimeException e) {
      throw new IOException("cannot open " + file(data) + ": " + rootMessage(e), e);
    }
    try {
      Database database = new Database(connections);
      database.checkVersion();
      preparation.prepare(database);
      return database;
    } catch (FlywayException | JdbiException e) {
      connections.close();
      throw new IOException("cannot use " + file(data) + ": " + rootMessage(e), e);
    } catch (IOException | RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  private void migrate() {
    Flyway.configure()
        .dataSource(connections)
        .locations("classpath:io/waybillguard/hq/store/sqlite")
        .load()
        .migrate();
  }

  /** Flyway's own table tells; starting Flyway for it would take a command a second. */
  private void checkTables() throws IOException {
    String version =
        jdbi.withHandle(
            h ->
                h.select(
                        "SELECT version FROM flyway_schema_history WHERE success = 1"
                            + " ORDER BY installed_rank DESC LIMIT 1")
                    .mapTo(String.class)
                    .findOne()
                    .orElse("none"));
    if (!version.equals(TABLES)) {
      throw new IOException(
          "the tables are of version "
              + version
              + ", this program knows "
              + TABLES
              + "; start serve of the newer program once");
    }
  }

  private static Properties pragmas() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    config.setPragma(SQLiteConfig.Pragma.JOURNAL_SIZE_LIMIT, "67108864");
    return config.toProperties();
  }

  private void checkVersion() throws IOException {
    String version =
        jdbi.withHandle(h -> h.select("SELECT sqlite_version()").mapTo(String.class).one());
    String[] parts = version.split("\\.");
    int number =
        Integer.parseInt(parts[0]) * 1_000_000
            + Integer.parseInt(parts[1]) * 1_000
            + Integer.parseInt(parts[2]);
    if (number < OLDEST_SQLITE) {
      throw new IOException(
          "SQLite "
              + version
              + " can corrupt a database that two connections write to; 3.51.3 or newer is"
              + " needed. Use the driver that HQ ships with.");
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return String.valueOf(root.getMessage());
  }

  Jdbi jdbi() {
    return jdbi;
  }

  /** A value that the server leaves for commands beside it. */
  public Optional<String> setting(String key) {
    return jdbi.withHandle(
        h -> h.select("SELECT v FROM setting WHERE k = ?", key).mapTo(String.class).findOne());
  }

  /** Leaves a value for commands beside the server. */
  public void set(String key, String value) {
    jdbi.useHandle(
        h ->
            h.execute(
                "INSERT INTO setting(k, v) VALUES (?, ?) ON CONFLICT(k) DO UPDATE SET v = excluded.v",
                key,
                value));
  }

  /** Whether a data folder has a database. */
  public static boolean isIn(Path data) {
    return Files.exists(file(data));
  }

  @Override
  public void close() {
    connections.close();
  }
}
