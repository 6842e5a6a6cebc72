package io.waybillguard.hq.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * An enrolled workstation, known by the id of its log.
 *
 * @param log 16 hex digits from its first log key
 * @param origin the log's name
 * @param outlet code of the outlet that its token was made for
 * @param hostname what it calls itself
 * @param os its system, in its own words
 * @param version of its agent, as last heard
 * @param enrolled when it was first enrolled
 * @param tlsSpki the TLS key that it enrolled last, DER in base64
 * @param certificate what HQ issued for that key, PEM
 * @param lastSeen when it last spoke to HQ in any way
 * @param lastReport when HQ last took a head or records from it
 * @param rolledBack when it was first found to hold less than HQ had cosigned
 * @param forked when it was first found to have signed two histories
 * @param cloned when two machines were first found to report as this one
 * @param revoked when a person took its certificate away
 * @param continues id of the log before this one on the same workstation
 * @param continuedBy id of the log after this one; HQ takes nothing more for this one then
 * @param earlierSpki the TLS key before the last renewal, or ""; its certificate holds until its
 *     end
 */
public record Workstation(
    String log,
    String origin,
    String outlet,
    String hostname,
    String os,
    String version,
    Instant enrolled,
    String tlsSpki,
    String certificate,
    Instant lastSeen,
    Optional<Instant> lastReport,
    Optional<Instant> rolledBack,
    Optional<Instant> forked,
    Optional<Instant> cloned,
    Optional<Instant> revoked,
    Optional<String> continues,
    Optional<String> continuedBy,
    String earlierSpki) {

  /**
   * Whether it may report and nothing else, until a person has looked: no commands, no renewal, no
   * new log.
   */
  public boolean isRestricted() {
    return forked.isPresent() || cloned.isPresent();
  }

  /** What people call it: its own name, or its id when it told none. */
  public String name() {
    return hostname.isEmpty() ? log : hostname;
  }

  static Workstation read(ResultSet row) throws SQLException {
    return new Workstation(
        row.getString("log"),
        row.getString("origin"),
        row.getString("outlet"),
        row.getString("hostname"),
        row.getString("os"),
        row.getString("version"),
        Instant.ofEpochMilli(row.getLong("enrolled")),
        row.getString("tls_spki"),
        row.getString("certificate"),
        Instant.ofEpochMilli(row.getLong("last_seen")),
        time(row, "last_report"),
        time(row, "rolled_back"),
        time(row, "forked"),
        time(row, "cloned"),
        time(row, "revoked"),
        Optional.ofNullable(row.getString("continues")),
        Optional.ofNullable(row.getString("continued_by")),
        Optional.ofNullable(row.getString("earlier_spki")).orElse(""));
  }

  static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }
}
