package io.waybillguard.hq.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** People who may use the console, and their sessions. Safe for use by several threads. */
public final class Users {
  /** What a person may do; each may what those before may. */
  public enum Role {
    VIEWER,
    INVESTIGATOR,
    ADMIN;

    /** The word in the database. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a word, whatever its case; empty when it is none. */
    public static Optional<Role> of(String word) {
      for (Role each : values()) {
        if (each.word().equals(word.toLowerCase(Locale.ROOT))) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * A person.
   *
   * @param disabled since when they may not sign on; absent when they may
   */
  public record User(String name, Role role, Instant made, Optional<Instant> disabled) {}

  /** What became of a change. */
  public enum Change {
    DONE,
    /** Nobody has this name. */
    NOBODY,
    /** It would leave HQ without an administrator who can sign on. */
    LAST_ADMIN
  }

  /**
   * A page was asked for with a session so rarely that noting each time would be work for nothing.
   */
  private static final Duration NOTED_EVERY = Duration.ofMinutes(1);

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
   * Adds a person, or gives one a new password and role and lets them in again; then all sessions
   * of that person end.
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
                      + " password = excluded.password, disabled = NULL",
                  name,
                  role.word(),
                  password,
                  now.toEpochMilli());
              endAll(h, name);
            });
  }

  private static void endAll(Handle h, String name) {
    h.execute("DELETE FROM console_session WHERE \"user\" = ?", name);
  }

  /** Everybody, by name. */
  public List<User> all() {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT name, role, made, disabled FROM console_user ORDER BY name")
                    .map(
                        (row, ctx) -> {
                          long disabled = row.getLong("disabled");
                          return new User(
                              row.getString("name"),
                              roleOf(row.getString("role")),
                              Instant.ofEpochMilli(row.getLong("made")),
                              disabled == 0
                                  ? Optional.empty()
                                  : Optional.of(Instant.ofEpochMilli(disabled)));
                        })
                    .list());
  }

  /** From now on a person may not sign on; all their sessions end. */
  public Change disable(String name, Instant now) {
    return changed(
        name,
        Role.VIEWER,
        h ->
            h.execute(
                "UPDATE console_user SET disabled = ? WHERE name = ? AND disabled IS NULL",
                now.toEpochMilli(),
                name));
  }

  /** Gives a person another role; all their sessions end. */
  public Change setRole(String name, Role role) {
    return changed(
        name,
        role,
        h -> h.execute("UPDATE console_user SET role = ? WHERE name = ?", role.word(), name));
  }

  /**
   * Gives a person another password; all their sessions end.
   *
   * @param password as hashed
   */
  public Change setPassword(String name, String password) {
    return changed(
        name,
        Role.ADMIN,
        h -> h.execute("UPDATE console_user SET password = ? WHERE name = ?", password, name));
  }

  @FunctionalInterface
  private interface Statement {
    int in(Handle h);
  }

  /** Whoever is left an administrator was one when the rows were locked, and stays one. */
  private Change changed(String name, Role afterwards, Statement statement) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              List<String> admins =
                  h.select(
                          "SELECT name FROM console_user WHERE role = 'admin' AND disabled IS NULL"
                              + " ORDER BY name"
                              + database.engine().keepingRow())
                      .mapTo(String.class)
                      .list();
              if (afterwards != Role.ADMIN && admins.equals(List.of(name))) {
                return Change.LAST_ADMIN;
              }
              boolean known =
                  h.select("SELECT 1 FROM console_user WHERE name = ?", name)
                      .mapTo(Integer.class)
                      .findOne()
                      .isPresent();
              statement.in(h);
              endAll(h, name);
              return known ? Change.DONE : Change.NOBODY;
            });
  }

  private static Role roleOf(String word) {
    return Role.valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** The hash of the password of a person who may sign on. */
  public Optional<String> password(String name) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT password FROM console_user WHERE name = ? AND disabled IS NULL",
                        name)
                    .mapTo(String.class)
                    .findOne());
  }

  /** What a person may do who may sign on. */
  public Optional<Role> role(String name) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select("SELECT role FROM console_user WHERE name = ? AND disabled IS NULL", name)
                    .mapTo(String.class)
                    .findOne()
                    .map(Users::roleOf));
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
                  "INSERT INTO console_session(sha256, \"user\", csrf, made, expires, used)"
                      + " VALUES (?, ?, ?, ?, ?, ?)",
                  cookie,
                  user,
                  csrf,
                  now.toEpochMilli(),
                  end.toEpochMilli(),
                  now.toEpochMilli());
            });
  }

  /**
   * The session behind a cookie's hash, if it is still good.
   *
   * @param idle how long it may be without use
   */
  public Optional<Session> session(String cookie, Instant now, Duration idle) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.select(
                        "SELECT s.\"user\", s.csrf, u.role FROM console_session s"
                            + " JOIN console_user u ON u.name = s.\"user\""
                            + " WHERE s.sha256 = ? AND s.expires > ? AND s.used > ?"
                            + " AND u.disabled IS NULL",
                        cookie,
                        now.toEpochMilli(),
                        now.minus(idle).toEpochMilli())
                    .map(
                        (row, ctx) ->
                            new Session(
                                row.getString("user"),
                                roleOf(row.getString("role")),
                                row.getString("csrf")))
                    .findOne());
  }

  /** A person has used a session. */
  public void used(String cookie, Instant now) {
    database
        .jdbi()
        .useHandle(
            h ->
                h.execute(
                    "UPDATE console_session SET used = ? WHERE sha256 = ? AND used < ?",
                    now.toEpochMilli(),
                    cookie,
                    now.minus(NOTED_EVERY).toEpochMilli()));
  }

  /** Ends a session. */
  public void end(String cookie) {
    database
        .jdbi()
        .useHandle(h -> h.execute("DELETE FROM console_session WHERE sha256 = ?", cookie));
  }
}
