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
   * @param issuer of the provider that vouches for them; "" for a local account
   * @param shown what people call them
   */
  public record User(
      String name,
      Role role,
      Instant made,
      Optional<Instant> disabled,
      String issuer,
      String shown) {}

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
   * @param issuer of the provider that vouched for who it is; "" for a local account
   * @param shown what people call them
   */
  public record Session(String user, Role role, String csrf, String issuer, String shown) {}

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

  /**
   * Lets a person sign on whom a provider vouches for, as what the provider says they are now; who
   * holds another session has the new role there as well.
   *
   * @param name that stands for issuer and subject and for nobody else
   * @return false if this person was disabled here; nothing has changed then
   */
  public boolean vouched(
      String name, String issuer, String subject, String shown, Role role, Instant now) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                        "INSERT INTO console_user(name, role, password, made, issuer, subject,"
                            + " shown) VALUES (?, ?, '', ?, ?, ?, ?) ON CONFLICT(name) DO UPDATE"
                            + " SET role = excluded.role, shown = excluded.shown"
                            + " WHERE console_user.disabled IS NULL"
                            + " AND console_user.issuer = excluded.issuer"
                            + " AND console_user.subject = excluded.subject",
                        name,
                        role.word(),
                        now.toEpochMilli(),
                        issuer,
                        subject,
                        shown)
                    == 1);
  }

  /** Lets a person sign on again whom a provider vouches for. */
  public Change enable(String name) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                            "UPDATE console_user SET disabled = NULL"
                                + " WHERE name = ? AND issuer <> ''",
                            name)
                        == 1
                    ? Change.DONE
                    : Change.NOBODY);
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
                h.select(
                        "SELECT name, role, made, disabled, issuer, shown FROM console_user"
                            + " ORDER BY name")
                    .map(
                        (row, ctx) -> {
                          long disabled = row.getLong("disabled");
                          return new User(
                              row.getString("name"),
                              roleOf(row.getString("role")),
                              Instant.ofEpochMilli(row.getLong("made")),
                              disabled == 0
                                  ? Optional.empty()
                                  : Optional.of(Instant.ofEpochMilli(disabled)),
                              row.getString("issuer"),
                              row.getString("shown"));
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

  /** Gives a local account another role; all its sessions end. A provider's word is its own. */
  public Change setRole(String name, Role role) {
    return changed(
        name,
        role,
        h ->
            h.execute(
                "UPDATE console_user SET role = ? WHERE name = ? AND issuer = ''",
                role.word(),
                name));
  }

  /**
   * Gives a local account another password; all its sessions end.
   *
   * @param password as hashed
   */
  public Change setPassword(String name, String password) {
    return changed(
        name,
        Role.ADMIN,
        h ->
            h.execute(
                "UPDATE console_user SET password = ? WHERE name = ? AND issuer = ''",
                password,
                name));
  }

  @FunctionalInterface
  private interface Statement {
    int in(Handle h);
  }

  /**
   * Whoever is left an administrator was one when the rows were locked, and stays one. Only local
   * accounts count: a provider may be away when somebody is needed.
   */
  private Change changed(String name, Role afterwards, Statement statement) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              List<String> admins =
                  h.select(
                          "SELECT name FROM console_user WHERE role = 'admin' AND disabled IS NULL"
                              + " AND issuer = '' ORDER BY name"
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
              boolean changed = statement.in(h) > 0;
              if (changed) {
                endAll(h, name);
              }
              return changed || (known && afterwards == Role.VIEWER) ? Change.DONE : Change.NOBODY;
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
                        "SELECT password FROM console_user WHERE name = ? AND disabled IS NULL"
                            + " AND issuer = ''",
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
                        "SELECT s.\"user\", s.csrf, u.role, u.issuer, u.shown FROM console_session s"
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
                                row.getString("csrf"),
                                row.getString("issuer"),
                                row.getString("issuer").isEmpty()
                                    ? row.getString("user")
                                    : row.getString("shown")))
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
