package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.nio.charset.StandardCharsets;

/**
 * Body of {@code POST /v1/enroll}. Both keys sign the same text, so that neither can be enrolled by
 * somebody who only saw its public half.
 *
 * @param token the token's text
 * @param tlsSpki public TLS key, P-256, as DER SubjectPublicKeyInfo in base64
 * @param logVkey the log's epoch-0 verifier key (C2SP signed-note vkey); its name is the origin
 * @param host what the machine says about itself; shown, never trusted
 * @param sigTls ECDSA SHA-256 (DER form) by the TLS key over {@link #signed}, base64
 * @param sigLog Ed25519 by the log key over {@link #signed}, base64
 */
public record EnrollRequest(
    String token, String tlsSpki, String logVkey, Host host, String sigTls, String sigLog) {

  /**
   * The machine's own word about itself.
   *
   * @param hostname its name
   * @param os its system, as a person would say it
   * @param version the agent's version
   */
  public record Host(String hostname, String os, String version) {}

  /** The bytes that both keys sign. */
  public static byte[] signed(EnrollToken token, String tlsSpki, String logVkey) {
    return ("enroll/v1\n" + token.sha256() + "\n" + tlsSpki + "\n" + logVkey + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The message as sent. */
  public byte[] encode() {
    return Json.object()
        .put("token", token)
        .put("tls_spki", tlsSpki)
        .put("log_vkey", logVkey)
        .put(
            "host",
            Json.object()
                .put("hostname", host.hostname())
                .put("os", host.os())
                .put("version", host.version()))
        .put("sig_tls", sigTls)
        .put("sig_log", sigLog)
        .canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect or lacks a field
   */
  public static EnrollRequest decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      Json.Obj host = json.object("host");
      return new EnrollRequest(
          json.text("token"),
          json.text("tls_spki"),
          json.text("log_vkey"),
          new Host(host.text("hostname", ""), host.text("os", ""), host.text("version", "")),
          json.text("sig_tls"),
          json.text("sig_log"));
    } catch (JsonException e) {
      throw JsonFault.of("enrolment", e);
    }
  }

  /** DER of the TLS key. */
  public byte[] tlsSpkiDer() throws WireException {
    return Base64Text.decode(tlsSpki, "tls_spki");
  }

  /** The TLS key's signature. */
  public byte[] sigTlsBytes() throws WireException {
    return Base64Text.decode(sigTls, "sig_tls");
  }

  /** The log key's signature. */
  public byte[] sigLogBytes() throws WireException {
    return Base64Text.decode(sigLog, 64, "sig_log");
  }

  /** Keeps the token out of logs. */
  @Override
  public String toString() {
    return "EnrollRequest[logVkey=" + logVkey + ", host=" + host + "]";
  }
}
