package io.waybillguard.agent.report;

import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Secrets;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.WireException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Makes this PC known to HQ: shows a one-time token, the log's first key and a TLS key, and keeps
 * what HQ answers. Safe to repeat with the same token: the same keys get the same answer.
 */
public final class Enroller {
  private final Path data;
  private final Secrets secrets;
  private final Duration connect;
  private final Duration read;

  /** With a TLS key that is not wrapped. */
  public Enroller(Path data, Duration connect, Duration read) {
    this(data, Secrets.PLAIN, connect, read);
  }

  /**
   * @param data the agent's data folder; the TLS key is kept under it
   * @param secrets how it is kept
   */
  public Enroller(Path data, Secrets secrets, Duration connect, Duration read) {
    this.data = data;
    this.secrets = secrets;
    this.connect = connect;
    this.read = read;
  }

  /**
   * Enrols.
   *
   * @param hq HQ's address, {@code https://host:port}
   * @param token as it was handed over
   * @param caSha256 hex of HQ's CA certificate, when it was handed over apart; the token itself
   *     carries its first half
   * @param log the log's first key
   * @param host what the machine says about itself
   * @throws EnrolmentRefusedException if HQ did not take it, or is not the HQ that made the token
   * @throws IOException if the data folder cannot be read or written
   */
  public Enrolment enrol(
      URI hq, String token, Optional<String> caSha256, SigningKey log, EnrollRequest.Host host)
      throws IOException, EnrolmentRefusedException {
    EnrollToken parsed = token(token);
    try {
      return enrol(hq, parsed, caSha256, log, host, TlsIdentity.in(data.resolve("keys"), secrets));
    } catch (EnrolmentRefusedException e) {
      if (e.reason() != EnrolmentRefusedException.Reason.REVOKED) {
        throw e;
      }
      // What was taken away is the key; the token is still good.
      return enrol(
          hq, parsed, caSha256, log, host, TlsIdentity.afresh(data.resolve("keys"), secrets));
    }
  }

  private Enrolment enrol(
      URI hq,
      EnrollToken parsed,
      Optional<String> caSha256,
      SigningKey log,
      EnrollRequest.Host host,
      TlsIdentity identity)
      throws IOException, EnrolmentRefusedException {
    String spki = Base64.getEncoder().encodeToString(identity.spki());
    String vkey = log.verifier().toString();
    byte[] signed = EnrollRequest.signed(parsed, spki, vkey);
    EnrollRequest request =
        new EnrollRequest(
            parsed.text(),
            spki,
            vkey,
            host,
            Base64.getEncoder().encodeToString(identity.sign(signed)),
            Base64.getEncoder().encodeToString(log.raw(signed)));
    Pin pin = new Pin(parsed, caSha256);
    Transport transport =
        new HttpsTransport(
            hq, TlsIdentity.pinned(sha256 -> pin.refusal(sha256).isEmpty()), connect, read);
    Enrolment enrolment = enrolment(hq, post(transport, hq, request, pin), vkey);
    identity.context(enrolment.chain());
    enrolment.save(data);
    return enrolment;
  }

  private static EnrollToken token(String text) throws EnrolmentRefusedException {
    try {
      return EnrollToken.parse(text);
    } catch (WireException e) {
      throw new EnrolmentRefusedException(
          EnrolmentRefusedException.Reason.NO_TOKEN, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Which CA a server must have: the one whose hash was handed over, if it was, and the one whose
   * hash the token begins.
   */
  private record Pin(EnrollToken token, Optional<String> caSha256) {
    /** Why a CA with this SHA-256 is not taken, with both values; empty when it is. */
    Optional<String> refusal(byte[] sha256) {
      String got = HexFormat.of().formatHex(sha256);
      if (!caSha256.map(got::equalsIgnoreCase).orElse(true)) {
        return Optional.of("SHA-256 " + got + " ≠ " + caSha256.get());
      }
      return token.pins(sha256)
          ? Optional.empty()
          : Optional.of("SHA-256 " + got + " ≠ " + token.pinHex() + "… (token)");
    }
  }

  private static byte[] post(Transport transport, URI hq, EnrollRequest request, Pin pin)
      throws EnrolmentRefusedException {
    Transport.Answer answer;
    try {
      answer = transport.post("/v1/enroll", Transport.Body.JSON, request.encode());
    } catch (IOException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof TlsIdentity.WrongCaException wrong) {
          throw new EnrolmentRefusedException(
              EnrolmentRefusedException.Reason.WRONG_CA,
              pin.refusal(wrong.sha256()).orElseThrow(),
              e);
        }
      }
      throw new EnrolmentRefusedException(
          EnrolmentRefusedException.Reason.UNREACHABLE, hq + ": " + e.getMessage(), e);
    }
    if (answer.status() == 200) {
      return answer.body();
    }
    throw refusal(answer);
  }

  private static EnrolmentRefusedException refusal(Transport.Answer answer) {
    try {
      Refusal refusal = Refusal.decode(answer.body());
      EnrolmentRefusedException.Reason reason =
          switch (refusal.error()) {
            case Refusal.TOKEN_UNKNOWN -> EnrolmentRefusedException.Reason.TOKEN_UNKNOWN;
            case Refusal.TOKEN_EXPIRED -> EnrolmentRefusedException.Reason.TOKEN_EXPIRED;
            case Refusal.TOKEN_USED -> EnrolmentRefusedException.Reason.TOKEN_USED;
            case Refusal.REVOKED -> EnrolmentRefusedException.Reason.REVOKED;
            case Refusal.LOG_TAKEN -> EnrolmentRefusedException.Reason.LOG_TAKEN;
            default -> EnrolmentRefusedException.Reason.OTHER;
          };
      return new EnrolmentRefusedException(
          reason, answer.status() + " " + refusal.error() + ": " + refusal.detail());
    } catch (WireException e) {
      return new EnrolmentRefusedException(
          EnrolmentRefusedException.Reason.OTHER,
          "status " + answer.status() + "; is this the address of an HQ?",
          e);
    }
  }

  /**
   * What an answer of HQ makes of us.
   *
   * @param vkey the log's first key
   * @throws EvidenceException if the answer speaks of another log, or of keys that are none
   */
  static Enrolment enrolment(URI hq, EnrollReply reply, VerifierKey vkey) throws EvidenceException {
    if (!reply.origin().equals(vkey.name())) {
      throw new EvidenceException("it speaks of " + reply.origin());
    }
    return new Enrolment(
        hq,
        reply.origin(),
        vkey,
        reply.outlet(),
        reply.chain(),
        VerifierKey.parse(reply.witnessVkey()),
        VerifierKey.parse(reply.mirrorVkey()),
        VerifierKey.parse(reply.commandVkey()),
        reply.waybillKey());
  }

  private static Enrolment enrolment(URI hq, byte[] body, String vkey)
      throws EnrolmentRefusedException {
    try {
      return enrolment(hq, EnrollReply.decode(body), VerifierKey.parse(vkey));
    } catch (WireException | EvidenceException e) {
      throw new EnrolmentRefusedException(
          EnrolmentRefusedException.Reason.OTHER,
          "HQ's answer makes no sense: " + e.getMessage(),
          e);
    }
  }
}
