package io.waybillguard.hq.store;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** People who may use the console, and their sessions. Safe for use by several threads. */
public final class Users {
  /** What a person may do. */
  public enum Role {
    VIEWER,
    INVESTIGATOR,
    ADMIN;

    /** The word in the database. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A session that is still good.
   *
   * @param csrf what every form of it carries
   */
  public record Session(String user, Role role, String csrf) {}

  private final Database database;

  /** The users in a database. */
  public Users(Database database) {
    this.database = database;
  }

  /** Whether there is anybody. */
  public boolean isEmpty() {
    return database
        .jdbi()
        .withHandle(
            h -> h.select("SELECT count(*) FROM console_user").mapTo(Long.class).one() == 0);
  }

  /**
   * Adds a person, or gives one a new password and role; then all sessions of that person end.
   *
   * @param password as hashed
   */
  public void put(String name, Role role, String password, Instant now) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              h.execute(
                  "INSERT INTO console_user(name, role, password, made) VALUES (?, ?, ?, ?)"
                      + " ON CONFLICT(name) DO UPDATE SET role = excluded.role,"
                      + " password = excluded.password",
                  name,
                  role.word(),
                  password,
                  now.toEpochMilli());
              h.execute("DELETE FROM console_session WHERE \"user\" = ?", name);
            });
  }

  /** The hash of a person's password. */
  public Optional<String> password(String name) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT password FROM console_user WHERE name = ?", name)
                    .mapTo(String.class)
                    .findOne());
  }

  /** What a person may do. */
  public Optional<Role> role(String name) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT role FROM console_user WHERE name = ?", name)
                    .mapTo(String.class)
                    .findOne()
                    .map(word -> Role.valueOf(word.toUpperCase(Locale.ROOT))));
  }

  /**
   * Begins a session; ones that have ended are removed.
   *
   * @param cookie SHA-256 of the cookie, lower-case hex
   */
  public void begin(String cookie, String user, String csrf, Instant now, Instant end) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              h.execute("DELETE FROM console_session WHERE expires <= ?", now.toEpochMilli());
              h.execute(
                  "INSERT INTO console_session(sha256, \"user\", csrf, made, expires)"
                      + " VALUES (?, ?, ?, ?, ?)",
                  cookie,
                  user,
                  csrf,
                  now.toEpochMilli(),
                  end.toEpochMilli());
            });
  }

  /** The session behind a cookie's hash, if it is still good. */
  public Optional<Session> session(String cookie, Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT s.\"user\", s.csrf, u.role FROM console_session s"
                            + " JOIN console_user u ON u.name = s.\"user\""
                            + " WHERE s.sha256 = ? AND s.expires > ?",
                        cookie,
                        now.toEpochMilli())
                    .map(
                        (row, ctx) ->
                            new Session(
                                row.getString("user"),
                                Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                                row.getString("csrf")))
                    .findOne());
  }

  /** Ends a session. */
  public void end(String cookie) {
    database
        .jdbi()
        .useHandle(h -> h.execute("DELETE FROM console_session WHERE sha256 = ?", cookie));
  }
}
