package io.waybillguard.hq.store;

import com.zaxxer.hikari.HikariConfig;
import io.waybillguard.hq.store.DatabaseUnusable.Reason;
import java.io.Closeable;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.transaction.TransactionHandler;

/**
 * A PostgreSQL server, which any number of HQ processes may serve from at once.
 *
 * <p>Whatever the server's own settings are, a commit is confirmed only when it is on disk
 * (synchronous_commit), and each statement of a transaction sees what was committed before it (READ
 * COMMITTED): the row that stands for a log is locked first, and everything that is read after that
 * is of no earlier moment.
 */
final class PostgresEngine implements Engine {
  /** The oldest release that its makers still mend (PostgreSQL versioning policy, 2026). */
  private static final int OLDEST = 15;

  private static final int CONNECTIONS = 16;

  /** Names the lock that starts are ordered by; any number that nobody else uses. */
  private static final long START_LOCK = 0x5742_4851_0001L;

  private final PostgresUrl url;

  PostgresEngine(PostgresUrl url) {
    this.url = url;
  }

  @Override
  public String name() {
    return url.toString();
  }

  @Override
  public HikariConfig connections() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url.text());
    config.setDataSourceProperties(url.properties());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setConnectionInitSql("SET synchronous_commit = on");
    return config;
  }

  @Override
  public String migrations() {
    return "postgresql";
  }

  @Override
  public String hasTables() {
    return "SELECT 1 WHERE to_regclass('flyway_schema_history') IS NOT NULL";
  }

  /** Not FOR UPDATE, which rows that refer to this one would have to wait for. */
  @Override
  public String keepingRow() {
    return " FOR NO KEY UPDATE";
  }

  /** As many as there are connections: the server keeps them apart. */
  @Override
  public TransactionHandler transactions(TransactionHandler each) {
    return each;
  }

  @Override
  public void check(Handle h) throws DatabaseUnusable {
    checkVersion(show(h, "server_version_num"), show(h, "server_version"));
    if (show(h, "fsync").equals("off")) {
      throw new DatabaseUnusable(Reason.NOT_DURABLE, name(), "fsync = off");
    }
  }

  /**
   * @param number as the server counts, such as 170006 for 17.6
   */
  void checkVersion(String number, String version) throws DatabaseUnusable {
    if (Integer.parseInt(number) / 10_000 < OLDEST) {
      throw new DatabaseUnusable(
          Reason.TOO_OLD, name(), "PostgreSQL " + version, String.valueOf(OLDEST));
    }
  }

  private static String show(Handle h, String setting) {
    return h.select("SELECT current_setting(?)", setting).mapTo(String.class).one();
  }

  /** By SQLSTATE (PostgreSQL manual, appendix A). */
  @Override
  public Reason reason(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return switch (state) {
      case "28000", "28P01" -> Reason.LOGIN_REFUSED;
      case "3D000" -> Reason.NO_SUCH_DATABASE;
      case "42501" -> Reason.NOT_PERMITTED;
      case "53300", "57P03" -> Reason.UNREACHABLE; // full, or still starting
      default -> state.startsWith("08") ? Reason.UNREACHABLE : Reason.FAILED;
    };
  }

  @Override
  public Closeable startAlone(Database database) {
    Handle h = database.jdbi().open();
    try {
      h.execute("SELECT pg_advisory_lock(?)", START_LOCK);
    } catch (RuntimeException e) {
      h.close();
      throw e;
    }
    return () -> {
      try (h) {
        h.execute("SELECT pg_advisory_unlock(?)", START_LOCK);
      }
    };
  }
}
