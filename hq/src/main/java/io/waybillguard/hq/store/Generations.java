package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.VerifierKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Logs that take the place of others on the same workstation. Safe for use by several threads. */
public final class Generations {
  /** Most new logs that one workstation begins within {@link #WITHIN}. */
  public static final int MOST = 3;

  /** See {@link #MOST}. */
  public static final Duration WITHIN = Duration.ofDays(1);

  /**
   * A TLS key and its certificate.
   *
   * @param spki DER in base64
   * @param certificate PEM
   */
  public record Tls(String spki, String certificate) {}

  /** How it went. */
  public sealed interface Outcome {}

  /** Linked now, or before with this very key. */
  public record Linked(Workstation workstation) implements Outcome {}

  /** Not linked. */
  public enum Refused implements Outcome {
    /** The log before goes on as another one already. */
    CONTINUED,
    /** The new log is enrolled already. */
    LOG_TAKEN,
    /** More new logs than HQ takes. */
    TOO_MANY
  }

  private static final String LINE =
      "WITH RECURSIVE line(log, continues, enrolled) AS (SELECT log, continues, enrolled"
          + " FROM workstation WHERE log = ? UNION ALL SELECT w.log, w.continues, w.enrolled"
          + " FROM workstation w JOIN line l ON w.log = l.continues) ";

  private final Database database;

  /** The generations in a database. */
  public Generations(Database database) {
    this.database = database;
  }

  /**
   * Links a new log to the one before it, in one transaction, and raises the alarm.
   *
   * @param before the workstation under its old log
   * @param key the new log's first key; its name is the new origin
   * @param log id of the new log
   * @param tls the TLS key in use, and the certificate issued over it for the new log
   */
  public Outcome link(Workstation before, VerifierKey key, String log, Tls tls, Instant now) {
    return database.jdbi().inTransaction(h -> link(h, before.log(), key, log, tls, now));
  }

  private Outcome link(Handle h, String old, VerifierKey key, String log, Tls tls, Instant now) {
    h.select("SELECT log FROM workstation WHERE log = ?" + database.engine().keepingRow(), old)
        .mapTo(String.class)
        .one();
    Workstation before = Logs.find(h, old).orElseThrow();
    Optional<Workstation> there = Logs.find(h, log);
    if (before.continuedBy().isPresent()) {
      boolean same =
          before.continuedBy().get().equals(log)
              && there.isPresent()
              && Logs.firstKey(h, log).equals(key.toString());
      return same ? new Linked(there.orElseThrow()) : Refused.CONTINUED;
    }
    if (there.isPresent()) {
      return Refused.LOG_TAKEN;
    }
    if (lately(h, old, now) >= MOST) {
      return Refused.TOO_MANY;
    }
    h.execute(
        "INSERT INTO workstation(log, origin, outlet, hostname, os, version, enrolled, tls_spki,"
            + " certificate, last_seen, rolled_back, continues) SELECT ?, ?, outlet, hostname, os,"
            + " version, ?, ?, ?, ?, rolled_back, log FROM workstation WHERE log = ?",
        log,
        key.name(),
        now.toEpochMilli(),
        tls.spki(),
        tls.certificate(),
        now.toEpochMilli(),
        old);
    h.execute("UPDATE workstation SET continued_by = ? WHERE log = ?", log, old);
    h.execute(
        "INSERT INTO epoch_key(log, epoch, first_size, vkey) VALUES (?, 0, 0, ?)",
        log,
        key.toString());
    // What cannot see is still blind; the new log's own records will say otherwise.
    h.execute(
        "INSERT INTO sensor(log, name, state, since, seq)"
            + " SELECT ?, name, state, since, -1 FROM sensor WHERE log = ?",
        log,
        old);
    alarm(h, before, log, now);
    return new Linked(Logs.find(h, log).orElseThrow());
  }

  private static void alarm(Handle h, Workstation before, String log, Instant now) {
    boolean rolledBack = before.rolledBack().isPresent();
    Optional<String> head =
        h.select("SELECT note FROM head WHERE log = ?", before.log()).mapTo(String.class).findOne();
    long size =
        h.select("SELECT size FROM head WHERE log = ?", before.log())
            .mapTo(Long.class)
            .findOne()
            .orElse(0L);
    Alarms.raise(
        h,
        Optional.of(log),
        rolledBack ? Alarms.Kind.ROLLED_BACK : Alarms.Kind.LOG_REPLACED,
        "log "
            + before.log()
            + ", of which HQ has cosigned "
            + size
            + " records, was set aside and goes on as log "
            + log,
        "",
        head.orElse(""),
        now);
  }

  private static long lately(Handle h, String log, Instant now) {
    return h.select(
            LINE + "SELECT count(*) FROM line WHERE continues IS NOT NULL AND enrolled > ?",
            log,
            now.minus(WITHIN).toEpochMilli())
        .mapTo(Long.class)
        .one();
  }

  /** Every log of the workstation that has this one, oldest first, this one among them. */
  public List<Workstation> line(String log) {
    return database
        .jdbi()
        .withHandle(
            h -> {
              String last = log;
              Optional<String> next = after(h, last);
              while (next.isPresent()) {
                last = next.get();
                next = after(h, last);
              }
              return h
                  .select(LINE + "SELECT log FROM line ORDER BY enrolled", last)
                  .mapTo(String.class)
                  .list()
                  .stream()
                  .flatMap(each -> Logs.find(h, each).stream())
                  .toList();
            });
  }

  private static Optional<String> after(Handle h, String log) {
    return Logs.find(h, log).flatMap(Workstation::continuedBy);
  }
}
