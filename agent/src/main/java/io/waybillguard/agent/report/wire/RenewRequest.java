package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.nio.charset.StandardCharsets;

/**
 * Body of {@code POST /v1/renew}, sent under the certificate that is to be followed by another. The
 * new TLS key and the log's live key sign the same text: a stolen certificate alone renews nothing.
 *
 * @param tlsSpki the new public TLS key, P-256, as DER SubjectPublicKeyInfo in base64
 * @param sigTls ECDSA SHA-256 (DER form) by the new TLS key over {@link #signed}, base64
 * @param sigLog Ed25519 by the log's live key over {@link #signed}, base64
 */
public record RenewRequest(String tlsSpki, String sigTls, String sigLog) {

  /**
   * The bytes that both keys sign.
   *
   * @param origin the log's name
   */
  public static byte[] signed(String origin, String tlsSpki) {
    return ("renew/v1\n" + origin + "\n" + tlsSpki + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The message as sent. */
  public byte[] encode() {
    return Json.object()
        .put("tls_spki", tlsSpki)
        .put("sig_tls", sigTls)
        .put("sig_log", sigLog)
        .canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect or lacks a field
   */
  public static RenewRequest decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      return new RenewRequest(json.text("tls_spki"), json.text("sig_tls"), json.text("sig_log"));
    } catch (JsonException e) {
      throw JsonFault.of("renewal", e);
    }
  }

  /** DER of the new TLS key. */
  public byte[] tlsSpkiDer() throws WireException {
    return Base64Text.decode(tlsSpki, "tls_spki");
  }

  /** The new TLS key's signature. */
  public byte[] sigTlsBytes() throws WireException {
    return Base64Text.decode(sigTls, "sig_tls");
  }

  /** The log key's signature. */
  public byte[] sigLogBytes() throws WireException {
    return Base64Text.decode(sigLog, 64, "sig_log");
  }
}
