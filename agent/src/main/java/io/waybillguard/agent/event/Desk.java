package io.waybillguard.agent.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The PC that the log is about: what every event says of where it happened. One a start of the
 * agent.
 *
 * @param workstation the log id, 16 hex digits; OCSF {@code device.uid}
 * @param outlet the outlet's code, or "" before enrolment; {@code device.org.ou_uid}
 * @param hostname the machine's own name
 * @param os the operating system
 * @param boot UUID made at this start of the agent; {@code device.boot_uid}
 * @param zone the desk's time zone, for {@code timezone_offset}
 * @param version the agent's version
 * @param waybills masks waybill numbers, here and nowhere else: every record passes here on its way
 *     to bytes
 */
public record Desk(
    String workstation,
    String outlet,
    String hostname,
    Os os,
    String boot,
    ZoneId zone,
    String version,
    Waybills waybills) {

  /** A desk whose records hold no waybill numbers: in tests and tools. */
  public Desk(
      String workstation,
      String outlet,
      String hostname,
      Os os,
      String boot,
      ZoneId zone,
      String version) {
    this(workstation, outlet, hostname, os, boot, zone, version, Waybills.NONE);
  }

  /**
   * An operating system in OCSF terms.
   *
   * @param typeId OCSF {@code os.type_id}: 100 Windows, 200 Linux, 99 other
   * @param name such as {@code Debian GNU/Linux}
   * @param version such as {@code 12}
   */
  public record Os(int typeId, String name, String version) {}

  /**
   * The bytes that go into the log as body part 0: the event with {@code metadata}, {@code device},
   * {@code actor} and time zone added, in canonical JSON.
   *
   * @param seq the record's place in the log, from 0
   * @param loggedAt when the log took it
   */
  public byte[] body(Event event, long seq, Instant loggedAt) {
    Json.Obj ocsf = waybills.masked(event.ocsf().json());
    ocsf.put("timezone_offset", zone.getRules().getOffset(event.at()).getTotalSeconds() / 60);
    ocsf.put("device", device());
    if (!ocsf.has("actor")) {
      // Nobody is known to have done it. OCSF wants an actor all the same: a user of type 0
      // (Unknown) named "none".
      ocsf.put(
          "actor", Json.object().put("user", Json.object().put("name", "none").put("type_id", 0)));
    }
    ocsf.put(
        "metadata",
        Json.object()
            .put("version", Ocsf.VERSION)
            .put("uid", workstation + "-" + seq)
            .put("sequence", seq)
            .put("event_code", event.type())
            .put("logged_time", loggedAt.toEpochMilli())
            .put("product", Ocsf.product(version)));
    return ocsf.canonical();
  }

  private Json.Obj device() {
    Json.Obj device =
        Json.object()
            .put("uid", workstation)
            .put("type_id", 2) // Desktop
            .putUnlessEmpty("hostname", hostname)
            .put("boot_uid", boot)
            .put(
                "os",
                Json.object()
                    .put("type_id", os.typeId())
                    .put("name", os.name())
                    .putUnlessEmpty("version", os.version()));
    if (!outlet.isEmpty()) {
      // OCSF wants an organisation's own name or uid beside its unit. The outlet's code is the only
      // one that a desk knows, and unique within the company.
      device.put("org", Json.object().put("uid", outlet).put("ou_uid", outlet));
    }
    return device;
  }

  /** The type of a body, as the leaf's {@code ct} names it. */
  public static String contentType() {
    return "application/json";
  }

  /** The text of canonical bytes, for people. */
  public static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }
}
