package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * This PC has looked for what HQ asked for. The findings are HQ's own question answered, so they go
 * to HQ with the record.
 *
 * @param id as in {@link HuntStarted}
 * @param title as in {@link HuntStarted}
 * @param looked how much was looked at
 * @param lasted from its beginning; most of it is rest, so as not to be in anybody's way
 * @param findings at most {@link #MOST_LISTED}
 * @param unlisted how many more there were
 */
public record HuntFinished(
    Instant at,
    String id,
    String title,
    Looked looked,
    Duration lasted,
    List<HuntFinding> findings,
    long unlisted)
    implements Note {

  /** Findings in one record. */
  public static final int MOST_LISTED = 200;

  /**
   * How much was looked at.
   *
   * @param files on disks
   * @param records of the log
   * @param unread files and folders that could not be read
   */
  public record Looked(long files, long records, long unread) {}

  public HuntFinished {
    findings = List.copyOf(findings);
  }

  @Override
  public String type() {
    return "hunt.end";
  }

  /** How many things were found. */
  public long found() {
    return findings.size() + unlisted;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("id", id).put("found", found());
  }

  @Override
  public Ocsf ocsf() {
    Severity severity = found() > 0 ? Severity.MEDIUM : Severity.INFORMATIONAL;
    return Ocsf.of(Ocsf.Kind.SCAN_ACTIVITY, 2, severity, at)
        .with("scan", HuntStarted.scan(id, title))
        .with("num_files", looked.files())
        .with("num_detections", found())
        .lasting(lasted)
        .unmapped("findings", findings.stream().map(HuntFinding::json).toList())
        .unmapped("unlisted", unlisted)
        .unmapped("records", looked.records())
        .unmapped("unread", looked.unread());
  }
}
