package io.waybillguard.hq.store;

import java.time.Instant;
import java.util.Optional;

/** Puts a new TLS key in place of an old one. Safe for use by several threads. */
public final class Renewals {
  private final Database database;

  /** The renewals in a database. */
  public Renewals(Database database) {
    this.database = database;
  }

  /**
   * Keeps the new key and its certificate; the old key is still good until its certificate ends.
   *
   * @param before the workstation as the caller saw it
   * @return false if another renewal came first; nothing was changed then
   */
  public boolean renew(Workstation before, String spki, String certificate) {
    return database
        .jdbi()
        .withHandle(
            h ->
                h.execute(
                        "UPDATE workstation SET earlier_spki = tls_spki, tls_spki = ?,"
                            + " certificate = ? WHERE log = ? AND tls_spki = ?",
                        spki,
                        certificate,
                        before.log(),
                        before.tlsSpki())
                    == 1);
  }

  /**
   * Notes that two keys were to follow one certificate: whoever holds the older certificate is not
   * the one that renewed it.
   */
  public void conflict(Workstation workstation, String detail, Instant now) {
    database.jdbi().useTransaction(h -> Clones.found(h, workstation.log(), detail, "", "", now));
  }

  /** The workstation as it is now. */
  public Optional<Workstation> workstation(String log) {
    return database.jdbi().withHandle(h -> Logs.find(h, log));
  }
}
