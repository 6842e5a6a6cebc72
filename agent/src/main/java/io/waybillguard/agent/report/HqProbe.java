package io.waybillguard.agent.report;

import io.waybillguard.agent.evidence.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Asks HQ whether it takes this PC's certificate, and tells it nothing: an empty heartbeat, which
 * HQ refuses as malformed after it has looked at who sends it. So nobody takes the answer to it for
 * a sign of life.
 */
public final class HqProbe {
  private HqProbe() {}

  /** What HQ makes of our certificate. */
  public enum Welcome {
    /** It takes it. */
    TAKEN,
    /** It does not: another one was issued since, or this one is not of its CA. */
    REFUSED,
    /** It answered, but not as an HQ does. */
    STRANGE
  }

  /**
   * HQ's answer.
   *
   * @param status HTTP status
   * @param time HQ's clock, to the second; empty when it did not say
   */
  public record Answer(Welcome welcome, int status, Optional<Instant> time) {}

  /**
   * Asks, with a TLS key that is not wrapped.
   *
   * @throws IOException as {@link #ask(Path, Secrets, Enrolment, Duration, Duration)}
   */
  public static Answer ask(Path data, Enrolment hq, Duration connect, Duration read)
      throws IOException {
    return ask(data, Secrets.PLAIN, hq, connect, read);
  }

  /**
   * Asks.
   *
   * @param data the agent's data folder
   * @param secrets how the TLS key is kept
   * @throws IOException if HQ was not reached, or is not the one that was enrolled with
   */
  public static Answer ask(
      Path data, Secrets secrets, Enrolment hq, Duration connect, Duration read)
      throws IOException {
    Transport transport =
        new HttpsTransport(
            hq.hq(),
            TlsIdentity.of(data.resolve("keys"), secrets, hq.chain()).context(hq.chain()),
            connect,
            read);
    Transport.Answer answer =
        transport.post(
            "/v1/heartbeat", Transport.Body.JSON, "{}".getBytes(StandardCharsets.US_ASCII));
    Welcome welcome =
        switch (answer.status()) {
          case 400 -> Welcome.TAKEN;
          case 401, 403 -> Welcome.REFUSED;
          default -> Welcome.STRANGE;
        };
    return new Answer(welcome, answer.status(), answer.date());
  }

  /**
   * Until when our certificate is good.
   *
   * @throws IOException if it is damaged
   */
  public static Instant certificateEnds(Enrolment hq) throws IOException {
    try {
      return TlsIdentity.certificate(hq.chain().get(0)).getNotAfter().toInstant();
    } catch (CertificateException e) {
      throw new IOException("the certificate from HQ is damaged; enrol again with a new token", e);
    }
  }
}
