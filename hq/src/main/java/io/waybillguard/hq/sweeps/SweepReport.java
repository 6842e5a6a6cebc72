package io.waybillguard.hq.sweeps;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.fleet.Times;
import java.util.List;

/**
 * The report on a sweep, which proves itself: what it says, and a note over its hash that HQ's
 * command key signed. The note's lines: {@code waybill-guard/sweep-report/v1}; the sweep's id; when
 * it was made, ms since 1970; base64 SHA-256 of the report in RFC 8785 form.
 *
 * @param report what it says
 * @param note signed
 */
public record SweepReport(Json.Obj report, String note) {
  private static final String FIRST_LINE = "waybill-guard/sweep-report/v1";

  /** A report on a sweep, signed. */
  public static SweepReport of(SweepStanding sweep, List<SweepStanding> trend, SigningKey key) {
    Json.Obj report =
        sweep
            .json()
            .put("made", Times.rfc3339(sweep.now()))
            .put("published", Times.rfc3339(sweep.command().asked()))
            .put("published_by", sweep.command().askedBy())
            .put("looked_for", sweep.command().args())
            .put("outlets", sweep.outlets().stream().map(SweepReport::json).toList())
            .put("trend", trend.stream().map(SweepReport::point).toList());
    String text =
        String.join(
            "\n",
            FIRST_LINE,
            sweep.row().id(),
            Long.toString(sweep.now().toEpochMilli()),
            Hash.sha256(report.canonical()).base64(),
            "");
    return new SweepReport(report, new SignedNote(text, List.of(key.sign(text))).toString());
  }

  private static Json.Obj json(SweepStanding.Outlet outlet) {
    return Json.object()
        .put("outlet", outlet.code())
        .put("asked", outlet.asked())
        .put("answered", outlet.answered())
        .put("found", outlet.found())
        .put("silent", outlet.silent());
  }

  private static Json.Obj point(SweepStanding sweep) {
    return Json.object()
        .put("id", sweep.row().id())
        .put("published", Times.rfc3339(sweep.command().asked()))
        .put("asked", sweep.asked())
        .put("answered", sweep.answered())
        .put("found", sweep.found());
  }

  /** As it is handed on. */
  public Json.Obj json() {
    return Json.object().put("report", report).put("note", note);
  }

  /**
   * A report that was handed on, if this key signed it and nobody changed it since.
   *
   * @throws EvidenceException if not; the message says what is wrong
   */
  public static SweepReport verified(byte[] document, VerifierKey key) throws EvidenceException {
    try {
      Json.Obj json = Json.parse(document);
      SweepReport read = new SweepReport(json.object("report"), json.text("note"));
      SignedNote note = SignedNote.parse(read.note());
      if (!note.isSignedBy(key)) {
        throw new EvidenceException("it is not signed by " + key.name());
      }
      String[] lines = note.text().split("\n", -1);
      if (lines.length != 5 || !lines[0].equals(FIRST_LINE)) {
        throw new EvidenceException("its note is no " + FIRST_LINE);
      }
      String hash = Hash.sha256(read.report().canonical()).base64();
      if (!lines[3].equals(hash) || !lines[1].equals(read.report().text("id", ""))) {
        throw new EvidenceException("the report has hash " + hash + ", signed is " + lines[3]);
      }
      return read;
    } catch (JsonException e) {
      throw new EvidenceException("it is no report: " + e.getMessage(), e);
    }
  }
}
