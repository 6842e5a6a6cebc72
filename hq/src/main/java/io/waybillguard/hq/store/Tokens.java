package io.waybillguard.hq.store;

import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** One-time enrolment tokens, by the hash of their text. Safe for use by several threads. */
public final class Tokens {
  /**
   * A token that was made.
   *
   * @param outlet what it enrols into
   * @param expires from when on it is refused
   * @param used when it was used, and then by which keys
   */
  record Row(String outlet, Instant expires, Optional<Instant> used, String log, String tlsSpki) {}

  private final Database database;

  /** The tokens in a database. */
  public Tokens(Database database) {
    this.database = database;
  }

  /**
   * Keeps fresh tokens, all of them or none.
   *
   * @param hashes SHA-256 of each token's text, lower-case hex
   */
  public void add(Collection<String> hashes, String outlet, Instant made, Instant expires) {
    database
        .jdbi()
        .useTransaction(
            h -> {
              for (String hash : hashes) {
                h.execute(
                    "INSERT INTO token(sha256, outlet, made, expires) VALUES (?, ?, ?, ?)",
                    hash,
                    outlet,
                    made.toEpochMilli(),
                    expires.toEpochMilli());
              }
            });
  }

  /** A token, which nobody else uses until the transaction ends. */
  Optional<Row> take(Handle h, String hash) {
    return h.select("SELECT * FROM token WHERE sha256 = ?" + database.engine().keepingRow(), hash)
        .map(
            (row, ctx) ->
                new Row(
                    row.getString("outlet"),
                    Instant.ofEpochMilli(row.getLong("expires")),
                    Workstation.time(row, "used"),
                    row.getString("log") == null ? "" : row.getString("log"),
                    row.getString("tls_spki") == null ? "" : row.getString("tls_spki")))
        .findOne();
  }

  static void use(Handle h, String hash, String log, String tlsSpki, Instant at) {
    h.execute(
        "UPDATE token SET used = ?, log = ?, tls_spki = ? WHERE sha256 = ?",
        at.toEpochMilli(),
        log,
        tlsSpki,
        hash);
  }
}
