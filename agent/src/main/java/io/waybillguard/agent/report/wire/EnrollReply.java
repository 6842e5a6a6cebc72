package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.WaybillKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
 * @param waybillKey what this log tags waybill numbers with; an older HQ gives none
 */
public record EnrollReply(
    List<String> chain,
    String origin,
    String outlet,
    String witnessVkey,
    String mirrorVkey,
    String commandVkey,
    Instant hqTime,
    Optional<WaybillKey> waybillKey) {

  public EnrollReply {
    chain = List.copyOf(chain);
  }

  /** Of an HQ that gives no key for waybill numbers. */
  public EnrollReply(
      List<String> chain,
      String origin,
      String outlet,
      String witnessVkey,
      String mirrorVkey,
      String commandVkey,
      Instant hqTime) {
    this(chain, origin, outlet, witnessVkey, mirrorVkey, commandVkey, hqTime, Optional.empty());
  }

  /** The message as sent. */
  public byte[] encode() {
    return WaybillKeyField.put(Json.object(), waybillKey)
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
          Instant.ofEpochMilli(json.number("hq_time")),
          WaybillKeyField.of(json));
    } catch (JsonException e) {
      throw JsonFault.of("enrolment reply", e);
    }
  }
}
