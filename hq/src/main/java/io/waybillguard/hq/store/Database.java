package io.waybillguard.hq.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.waybillguard.hq.store.DatabaseUnusable.Reason;
import java.io.Closeable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** HQ's rows, embedded or on a server. Safe for use by several threads. */
public final class Database implements AutoCloseable {
  /** Version of the newest migration, which every engine has. */
  private static final String TABLES = "15";

  private final Engine engine;
  private final HikariDataSource connections;
  private final Jdbi jdbi;

  private Database(Engine engine, HikariDataSource connections) {
    this.engine = engine;
    this.connections = connections;
    this.jdbi = Jdbi.create(connections).registerArgument(new PlainText());
    jdbi.setTransactionHandler(engine.transactions(jdbi.getTransactionHandler()));
  }

  /**
   * Opens a database for the server, and brings its tables up to this version.
   *
   * @throws DatabaseUnusable if it cannot be opened or is of a newer version than this program
   */
  public static Database openForServer(Location at) throws DatabaseUnusable {
    return open(at, Database::migrate);
  }

  /**
   * Opens a database beside the server, which alone changes tables.
   *
   * @throws DatabaseUnusable if it cannot be opened or its tables are of another version
   */
  public static Database open(Location at) throws DatabaseUnusable {
    return open(at, Database::checkTables);
  }

  @FunctionalInterface
  private interface Preparation {
    void prepare(Database database, Handle h) throws DatabaseUnusable;
  }

  private static Database open(Location at, Preparation preparation) throws DatabaseUnusable {
    Engine engine = at.engine();
    if (at.isShared() && isIn(at.data())) {
      throw new DatabaseUnusable(Reason.EMBEDDED_THERE, engine.name(), at.data().toString());
    }
    if (!at.isShared() && !isIn(at.data()) && Bond.isTied(at.data())) {
      throw new DatabaseUnusable(Reason.OTHER_DATABASE, engine.name(), at.data().toString());
    }
    return open(engine, preparation);
  }

  /**
   * Opens a database that an embedded one is to be copied to, and brings its tables up.
   *
   * @throws DatabaseUnusable as for a server
   */
  static Database openForCopy(PostgresUrl url) throws DatabaseUnusable {
    return open(new PostgresEngine(url), Database::migrate);
  }

  private static Database open(Engine engine, Preparation preparation) throws DatabaseUnusable {
    HikariConfig config = engine.connections();
    tryOnce(engine, config);
    config.setPoolName("hq-db");
    config.setMinimumIdle(1);
    // The first connection was tried already, and what was wrong with it was said in one line.
    config.setInitializationFailTimeout(-1);
    Database database = new Database(engine, new HikariDataSource(config));
    try (Handle h = database.jdbi.open()) {
      engine.check(h);
      preparation.prepare(database, h);
      return database;
    } catch (FlywayException | JdbiException e) {
      database.close();
      throw database.unusable(e);
    } catch (DatabaseUnusable | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static void tryOnce(Engine engine, HikariConfig config) throws DatabaseUnusable {
    try (Connection first =
        DriverManager.getConnection(config.getJdbcUrl(), config.getDataSourceProperties())) {
      first.getMetaData();
    } catch (SQLException e) {
      throw unusable(engine, e, e);
    }
  }

  private DatabaseUnusable unusable(RuntimeException e) {
    Throwable root = e;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      root = cause;
      if (cause instanceof SQLException sql) {
        return unusable(engine, e, sql);
      }
    }
    return new DatabaseUnusable(e, Reason.FAILED, engine.name(), firstLine(root));
  }

  private static DatabaseUnusable unusable(Engine engine, Exception e, SQLException sql) {
    return new DatabaseUnusable(e, engine.reason(sql), engine.name(), firstLine(sql));
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  private void migrate(Handle h) throws DatabaseUnusable {
    Optional<String> version = tables(h);
    if (version.isPresent() && isNewer(version.get())) {
      throw new DatabaseUnusable(Reason.NEWER, engine.name(), version.get(), TABLES);
    }
    Flyway.configure()
        .dataSource(connections)
        .locations("classpath:io/waybillguard/hq/store/" + engine.migrations())
        .load()
        .migrate();
  }

  private void checkTables(Handle h) throws DatabaseUnusable {
    String version = tables(h).orElseThrow(() -> new DatabaseUnusable(Reason.EMPTY, engine.name()));
    if (!version.equals(TABLES)) {
      Reason reason = isNewer(version) ? Reason.NEWER : Reason.OLDER;
      throw new DatabaseUnusable(reason, engine.name(), version, TABLES);
    }
  }

  private static boolean isNewer(String version) {
    return Integer.parseInt(version) > Integer.parseInt(TABLES);
  }

  /** Flyway's own table tells; starting Flyway for it would take a command a second. */
  private Optional<String> tables(Handle h) {
    if (h.select(engine.hasTables()).mapTo(Integer.class).findOne().isEmpty()) {
      return Optional.empty();
    }
    return h.select(
            "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL"
                + " ORDER BY installed_rank DESC LIMIT 1")
        .mapTo(String.class)
        .findOne();
  }

  Jdbi jdbi() {
    return jdbi;
  }

  Engine engine() {
    return engine;
  }

  /**
   * Lets no other server start on this database until closed. What two fresh servers must not both
   * make, such as keys and the first administrator, is made under it.
   */
  public Closeable startAlone() {
    return engine.startAlone(this);
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

  /** Whether a data folder has an embedded database. */
  public static boolean isIn(Path data) {
    return Files.exists(SqliteEngine.file(data));
  }

  /** What people call this database. */
  @Override
  public String toString() {
    return engine.name();
  }

  @Override
  public void close() {
    connections.close();
  }
}
