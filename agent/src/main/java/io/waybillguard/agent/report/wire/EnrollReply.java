package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.time.Instant;
import java.util.List;

/**
 * Answer to an enrolment.
 *
 * @param chain certificates in PEM form: the workstation's own first, HQ's CA last
 * @param origin the log's name, as it was in the request
 * @param outlet code of the outlet that the token was made for
 * @param witnessVkey key of head cosignatures ("seen")
 * @param mirrorVkey key of mirror cosignatures ("hold")
 * @param commandVkey key that signs commands
 * @param hqTime HQ's clock, to the millisecond
 */
public record EnrollReply(
    List<String> chain,
    String origin,
    String outlet,
    String witnessVkey,
    String mirrorVkey,
    String commandVkey,
    Instant hqTime) {

  public EnrollReply {
    chain = List.copyOf(chain);
  }

  /** The message as sent. */
  public byte[] encode() {
    return Json.object()
        .put("chain", chain)
        .put("origin", origin)
        .put("outlet", outlet)
        .put("witness_vkey", witnessVkey)
        .put("mirror_vkey", mirrorVkey)
        .put("command_vkey", commandVkey)
        .put("hq_time", hqTime.toEpochMilli())
        .canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect or lacks a field
   */
  public static EnrollReply decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      return new EnrollReply(
          json.texts("chain"),
          json.text("origin"),
          json.text("outlet"),
          json.text("witness_vkey"),
          json.text("mirror_vkey"),
          json.text("command_vkey"),
          Instant.ofEpochMilli(json.number("hq_time")));
    } catch (JsonException e) {
      throw JsonFault.of("enrolment reply", e);
    }
  }
}
