package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * The PC was looked over as a visit began: what is found after it is held against this.
 *
 * @param at when it was looked over; after {@code from} when the agent was not there in time
 * @param id of the visit, 32 lower-case hex digits
 * @param visitor who, as in {@link VisitorExpected}
 * @param from when the visit begins
 * @param until when it ends, not included
 * @param autostarts how many things start by themselves
 * @param programs how many programs run that belong to no package
 * @param devices how many USB devices are in
 * @param digest SHA-256 over all of it in canonical form, lower-case hex; the list itself stays on
 *     the PC
 */
public record VisitBegun(
    Instant at,
    String id,
    String visitor,
    Instant from,
    Instant until,
    long autostarts,
    long programs,
    long devices,
    String digest)
    implements Note {
  @Override
  public String type() {
    return "visit.begin";
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("id", id).put("digest", digest);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.SCAN_ACTIVITY, 1, Severity.INFORMATIONAL, at)
        .with("scan", HuntStarted.scan(id, visitor))
        .with("start_time", from.toEpochMilli())
        .with("end_time", until.toEpochMilli())
        .unmapped("autostarts", autostarts)
        .unmapped("programs", programs)
        .unmapped("devices", devices)
        .unmapped("digest_sha256", digest);
  }
}
