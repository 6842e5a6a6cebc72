package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.nio.charset.StandardCharsets;

/**
 * Body of {@code POST /v1/generation}, sent under the certificate of the log before: a log that
 * could not be continued was set aside, and this one took its place. Answered like an enrolment.
 *
 * @param previous origin of the log before
 * @param logVkey the new log's epoch-0 verifier key (C2SP signed-note vkey); its name is the new
 *     origin
 * @param tlsSpki the TLS key that the request is sent with, as DER SubjectPublicKeyInfo in base64
 * @param sigLog Ed25519 by the new log's key over {@link #signed}, base64
 */
public record GenerationRequest(String previous, String logVkey, String tlsSpki, String sigLog) {

  /** The bytes that the new log's key signs. */
  public static byte[] signed(String previous, String logVkey, String tlsSpki) {
    return ("generation/v1\n" + previous + "\n" + logVkey + "\n" + tlsSpki + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The message as sent. */
  public byte[] encode() {
    return Json.object()
        .put("previous", previous)
        .put("log_vkey", logVkey)
        .put("tls_spki", tlsSpki)
        .put("sig_log", sigLog)
        .canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect or lacks a field
   */
  public static GenerationRequest decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      return new GenerationRequest(
          json.text("previous"),
          json.text("log_vkey"),
          json.text("tls_spki"),
          json.text("sig_log"));
    } catch (JsonException e) {
      throw JsonFault.of("generation", e);
    }
  }

  /** The log key's signature. */
  public byte[] sigLogBytes() throws WireException {
    return Base64Text.decode(sigLog, 64, "sig_log");
  }
}
