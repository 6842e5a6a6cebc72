package io.waybillguard.hq.store;

import com.zaxxer.hikari.HikariConfig;
import io.waybillguard.hq.store.DatabaseUnusable.Reason;
import java.io.Closeable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionHandler;
import org.sqlite.SQLiteConfig;

/**
 * The embedded database: one SQLite file, shared by a server and by commands that run beside it.
 *
 * <p>Write-ahead log, synchronous=FULL: what a transaction has committed survives a power cut where
 * the disk honours a flush. Every transaction takes the write lock at its start, so that what it
 * has read is still true when it writes.
 */
final class SqliteEngine implements Engine {
  /** Older ones can corrupt the write-ahead log under two connections (SQLite 3.51.3 notes). */
  private static final int OLDEST = 3_051_003;

  private static final int CONNECTIONS = 8;
  private static final int BUSY_MILLIS = 15_000;

  private final Path file;

  /** The database of a data folder. */
  SqliteEngine(Path data) {
    this.file = file(data);
  }

  static Path file(Path data) {
    return data.resolve("hq.db");
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public HikariConfig connections() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:sqlite:" + file.toAbsolutePath());
    config.setDataSourceProperties(pragmas());
    config.setMaximumPoolSize(CONNECTIONS);
    return config;
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

  @Override
  public String migrations() {
    return "sqlite";
  }

  @Override
  public String hasTables() {
    return "SELECT 1 FROM sqlite_master WHERE name = 'flyway_schema_history'";
  }

  @Override
  public String keepingRow() {
    return "";
  }

  @Override
  public TransactionHandler transactions(TransactionHandler each) {
    return new OneWriter(each);
  }

  @Override
  public void check(Handle h) throws DatabaseUnusable {
    String version = h.select("SELECT sqlite_version()").mapTo(String.class).one();
    String[] parts = version.split("\\.");
    int number =
        Integer.parseInt(parts[0]) * 1_000_000
            + Integer.parseInt(parts[1]) * 1_000
            + Integer.parseInt(parts[2]);
    if (number < OLDEST) {
      throw new DatabaseUnusable(Reason.TOO_OLD, name(), "SQLite " + version, "3.51.3");
    }
  }

  @Override
  public Reason reason(SQLException e) {
    return Reason.FAILED;
  }

  /** Nothing to wait for: the folder's lock lets one server in. */
  @Override
  public Closeable startAlone(Database database) {
    return () -> {};
  }
}
