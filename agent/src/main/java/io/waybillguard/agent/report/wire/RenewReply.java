package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.WaybillKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Answer to a renewal.
 *
 * @param chain certificates in PEM form: the workstation's new one first, HQ's CA last
 * @param hqTime HQ's clock, to the millisecond
 * @param waybillKey as in {@link EnrollReply}: so those enrolled before get it too
 */
public record RenewReply(List<String> chain, Instant hqTime, Optional<WaybillKey> waybillKey) {

  public RenewReply {
    chain = List.copyOf(chain);
  }

  /** The message as sent. */
  public byte[] encode() {
    return WaybillKeyField.put(Json.object(), waybillKey)
        .put("chain", chain)
        .put("hq_time", hqTime.toEpochMilli())
        .canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect or lacks a field
   */
  public static RenewReply decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      return new RenewReply(
          json.texts("chain"),
          Instant.ofEpochMilli(json.number("hq_time")),
          WaybillKeyField.of(json));
    } catch (JsonException e) {
      throw JsonFault.of("renewal reply", e);
    }
  }
}
