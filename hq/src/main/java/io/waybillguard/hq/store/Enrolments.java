package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.VerifierKey;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** Turns a token and two keys into a workstation, once. Safe for use by several threads. */
public final class Enrolments {
  /**
   * Who asks, its signatures already checked.
   *
   * @param token SHA-256 of the token's text, lower-case hex
   * @param log the log id that follows from {@code key}
   * @param key the log's first key; its name is the origin
   * @param tlsSpki the TLS key, DER in base64
   * @param hostname what the machine says of itself, as are {@code os} and {@code version}
   */
  public record Candidate(
      String token,
      String log,
      VerifierKey key,
      String tlsSpki,
      String hostname,
      String os,
      String version) {}

  /** Makes the certificate for a candidate of an outlet. */
  @FunctionalInterface
  public interface Issuer {
    /** The certificate, PEM. */
    String issue(String outlet);
  }

  /** How it went. */
  public sealed interface Outcome {}

  /** Enrolled now, or before with this very token and these very keys. */
  public record Enrolled(Workstation workstation) implements Outcome {}

  /** Not enrolled. */
  public enum Refused implements Outcome {
    TOKEN_UNKNOWN,
    TOKEN_EXPIRED,
    /** The token was used with other keys; an alarm is raised. */
    TOKEN_USED,
    /** The log id is enrolled under another key or name. */
    LOG_TAKEN,
    /** The TLS key was taken away by a person. */
    REVOKED
  }

  private final Database database;
  private final Tokens tokens;

  /** Enrolments into a database. */
  public Enrolments(Database database) {
    this.database = database;
    this.tokens = new Tokens(database);
  }

  /** Enrols a candidate, in one transaction. */
  public Outcome enrol(Candidate who, Issuer issuer, Instant now) {
    return database.jdbi().inTransaction(h -> enrol(h, who, issuer, now));
  }

  private Outcome enrol(Handle h, Candidate who, Issuer issuer, Instant now) {
    Optional<Tokens.Row> found = tokens.take(h, who.token());
    if (found.isEmpty()) {
      return Refused.TOKEN_UNKNOWN;
    }
    if (Revocations.isRevoked(h, who.tlsSpki())) {
      return Refused.REVOKED;
    }
    Tokens.Row token = found.get();
    Optional<Workstation> before = Logs.find(h, who.log());
    if (token.used().isPresent()) {
      return again(h, who, token, before, now);
    }
    if (!now.isBefore(token.expires())) {
      return Refused.TOKEN_EXPIRED;
    }
    if (before.isPresent() && !Logs.firstKey(h, who.log()).equals(who.key().toString())) {
      return Refused.LOG_TAKEN;
    }
    if (!write(h, who, token.outlet(), issuer.issue(token.outlet()), now)) {
      return Refused.LOG_TAKEN;
    }
    Tokens.use(h, who.token(), who.log(), who.tlsSpki(), now);
    return new Enrolled(Logs.find(h, who.log()).orElseThrow());
  }

  /**
   * A used token. The same keys get the same answer, however late: the first one may have been lost
   * on its way, and nobody else can sign with them.
   */
  private static Outcome again(
      Handle h, Candidate who, Tokens.Row token, Optional<Workstation> before, Instant now) {
    boolean same =
        token.log().equals(who.log())
            && token.tlsSpki().equals(who.tlsSpki())
            && before.isPresent()
            && before.get().tlsSpki().equals(who.tlsSpki())
            && Logs.firstKey(h, who.log()).equals(who.key().toString());
    if (same) {
      return new Enrolled(before.orElseThrow());
    }
    Alarms.raise(
        h,
        Optional.of(token.log()),
        Alarms.Kind.TOKEN_REUSED,
        "the token of workstation "
            + token.log()
            + " came again with the keys of log "
            + who.log()
            + " from a machine that calls itself "
            + who.hostname(),
        "",
        "",
        now);
    return Refused.TOKEN_USED;
  }

  /**
   * Writes a workstation down, new or known.
   *
   * @return false if the log was enrolled under another key meanwhile; nothing is written then
   */
  private static boolean write(
      Handle h, Candidate who, String outlet, String certificate, Instant now) {
    int added =
        who(
                h.createUpdate(
                    "INSERT INTO workstation(log, origin, outlet, hostname, os, version, enrolled,"
                        + " tls_spki, certificate, last_seen) VALUES (:log, :origin, :outlet,"
                        + " :hostname, :os, :version, :now, :tls, :certificate, :now)"
                        + " ON CONFLICT(log) DO NOTHING"),
                who,
                outlet,
                certificate,
                now)
            .bind("origin", who.key().name())
            .execute();
    if (added == 1) {
      h.execute(
          "INSERT INTO epoch_key(log, epoch, first_size, vkey) VALUES (?, 0, 0, ?)",
          who.log(),
          who.key().toString());
      return true;
    }
    if (!Logs.firstKey(h, who.log()).equals(who.key().toString())) {
      return false;
    }
    who(
            h.createUpdate(
                "UPDATE workstation SET outlet = :outlet, hostname = :hostname, os = :os,"
                    + " version = :version, tls_spki = :tls, certificate = :certificate,"
                    + " last_seen = :now, revoked = NULL, earlier_spki = NULL WHERE log = :log"),
            who,
            outlet,
            certificate,
            now)
        .execute();
    return true;
  }

  private static Update who(
      Update update, Candidate who, String outlet, String certificate, Instant now) {
    return update
        .bind("log", who.log())
        .bind("outlet", outlet)
        .bind("hostname", who.hostname())
        .bind("os", who.os())
        .bind("version", who.version())
        .bind("now", now.toEpochMilli())
        .bind("tls", who.tlsSpki())
        .bind("certificate", certificate);
  }
}
