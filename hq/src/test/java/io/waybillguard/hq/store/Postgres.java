package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL on loopback, with databases made as they are asked for. */
public final class Postgres implements AutoCloseable {
  /** A user who has to show a password and owns nothing. */
  public static final String CAREFUL = "careful";

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final EmbeddedPostgres server;
  private final AtomicInteger databases = new AtomicInteger();

  private Postgres(EmbeddedPostgres server) {
    this.server = server;
  }

  private static final class Shared {
    private static final Postgres SERVER = start("on");
  }

  /**
   * The one of this JVM, with which it ends; started when it is first asked for. Its own settings
   * confirm commits before they are on disk: HQ must not.
   */
  public static Postgres shared() {
    assumeItRunsHere();
    return Shared.SERVER;
  }

  /** One that never waits for the disk. */
  public static Postgres careless() {
    assumeItRunsHere();
    return start("off");
  }

  private static void assumeItRunsHere() {
    boolean built =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    assumeTrue(built, "SKIPPED: the PostgreSQL of these tests is built for Linux on x86-64 only");
  }

  private static Postgres start(String fsync) {
    try {
      return new Postgres(
          EmbeddedPostgres.builder()
              .setPGStartupWait(PATIENCE)
              .setServerConfig("fsync", fsync)
              .setServerConfig("synchronous_commit", "off")
              .setDataDirectoryCustomizer(Postgres::askForPassword)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void askForPassword(File data) {
    Path rules = data.toPath().resolve("pg_hba.conf");
    try {
      Files.writeString(
          rules, "host all " + CAREFUL + " 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes an empty database and returns its name. */
  public String create() {
    String name = "hq" + databases.incrementAndGet();
    execute("postgres", "CREATE DATABASE " + name);
    return name;
  }

  /** Its URL, with a user who may do anything and shows no password. */
  public String url(String database) {
    return url(database, "postgres");
  }

  /** Its URL with this user. */
  public String url(String database, String user) {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database + "?user=" + user;
  }

  /** Gives {@link #CAREFUL} a password. */
  public void letIn(String password) {
    execute(
        "postgres",
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '"
            + CAREFUL
            + "') THEN CREATE ROLE "
            + CAREFUL
            + " LOGIN; END IF; END $$");
    execute("postgres", "ALTER ROLE " + CAREFUL + " PASSWORD '" + password + "'");
  }

  /** Runs one statement as a user who may do anything. */
  public void execute(String database, String sql) {
    try (Connection connection = DriverManager.getConnection(url(database));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
