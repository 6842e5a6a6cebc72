package io.waybillguard.hq.store;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** Certificates that a person has taken away, by their keys. Safe for use by several threads. */
public final class Revocations {
  private final Database database;

  /** The revocations in a database. */
  public Revocations(Database database) {
    this.database = database;
  }

  /**
   * Whether a TLS key is good for nothing any more.
   *
   * @param spki DER in base64
   */
  public boolean isRevoked(String spki) {
    return database.jdbi().withHandle(h -> isRevoked(h, spki));
  }

  static boolean isRevoked(Handle h, String spki) {
    return h.select("SELECT count(*) FROM revoked_key WHERE tls_spki = ?", spki)
            .mapTo(Long.class)
            .one()
        > 0;
  }

  /**
   * Takes every certificate of a workstation away, for good. It is enrolled again with a new token
   * and a new key.
   *
   * @param who the account at HQ
   * @param reason why
   * @return false if there was none left to take away
   */
  public boolean revoke(Workstation workstation, String who, String reason, Instant now) {
    return database
        .jdbi()
        .inTransaction(
            h -> {
              int taken = 0;
              for (String spki : new String[] {workstation.tlsSpki(), workstation.earlierSpki()}) {
                if (!spki.isEmpty()) {
                  taken +=
                      h.execute(
                          "INSERT INTO revoked_key(tls_spki, log, at, who, reason)"
                              + " VALUES (?, ?, ?, ?, ?) ON CONFLICT(tls_spki) DO NOTHING",
                          spki,
                          workstation.log(),
                          now.toEpochMilli(),
                          who,
                          reason);
                }
              }
              h.execute(
                  "UPDATE workstation SET revoked = coalesce(revoked, ?) WHERE log = ?",
                  now.toEpochMilli(),
                  workstation.log());
              return taken > 0;
            });
  }
}
