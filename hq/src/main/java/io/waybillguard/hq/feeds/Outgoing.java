package io.waybillguard.hq.feeds;

import io.waybillguard.agent.event.Json;
import java.time.Instant;
import java.util.Optional;

/**
 * A record on its way out. Log, outlet, seq and type are HQ's own knowledge, proved by the log;
 * what the event says of itself is the workstation's word.
 *
 * @param log id of its log
 * @param outlet code of the outlet that the workstation was enrolled for
 * @param seq its place in the log
 * @param type such as {@code usb.attach}
 * @param at by the desk's clock
 * @param received when HQ took it
 * @param severity OCSF {@code severity_id}; 0 when it is not known
 * @param event an OCSF event in JSON: body part 0, byte for byte as it was hashed, or one of the
 *     base class that says only what the leaf says
 * @param told the same read, where it is body part 0
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Outgoing(
    String log,
    String outlet,
    long seq,
    String type,
    Instant at,
    Instant received,
    int severity,
    byte[] event,
    Optional<Json.Obj> told) {

  /** Names it for good: a receiver that gets it twice knows by this. */
  public String key() {
    return log + "-" + seq;
  }
}
