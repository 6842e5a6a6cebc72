package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.JsonException;

/** Names the message that a JSON fault was found in. */
final class JsonFault {
  private JsonFault() {}

  static WireException of(String message, JsonException cause) {
    return new WireException(
        WireException.Fault.MALFORMED, message + ": " + cause.getMessage(), cause);
  }
}
