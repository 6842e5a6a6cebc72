package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.WaybillKey;
import java.util.Optional;

/** The field {@code waybill_key} of an answer: 32 bytes in base64, or left out. */
final class WaybillKeyField {
  private static final String NAME = "waybill_key";

  private WaybillKeyField() {}

  static Json.Obj put(Json.Obj message, Optional<WaybillKey> key) {
    key.ifPresent(k -> message.put(NAME, Base64Text.encode(k.bytes())));
    return message;
  }

  static Optional<WaybillKey> of(Json.Obj message) throws JsonException, WireException {
    if (!message.has(NAME)) {
      return Optional.empty();
    }
    return Optional.of(
        new WaybillKey(Base64Text.decode(message.text(NAME), WaybillKey.BYTES, NAME)));
  }
}
