package io.waybillguard.agent.report;

import io.waybillguard.agent.evidence.Secrets;
import io.waybillguard.agent.report.wire.RenewRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/** When and with what our certificate is to be followed by another. */
final class Renewals {
  private Renewals() {}

  /**
   * Whether two thirds of the certificate's time are over.
   *
   * @param atHq HQ's clock; the desk's own has no say
   */
  static boolean isDue(Enrolment hq, Instant atHq) throws IOException {
    if (hq.chain().isEmpty()) {
      return false;
    }
    try {
      X509Certificate own = TlsIdentity.certificate(hq.chain().get(0));
      Instant from = own.getNotBefore().toInstant();
      Instant to = own.getNotAfter().toInstant();
      return !atHq.isBefore(to.minus(Duration.between(from, to).dividedBy(3)));
    } catch (CertificateException e) {
      throw new IOException("our certificate is damaged; enrol again with a new token", e);
    }
  }

  /** What the log's key is to sign for this request. */
  static byte[] statement(Enrolment hq, TlsIdentity next) {
    return RenewRequest.signed(hq.origin(), spki(next));
  }

  /** The request, once the log's key has signed. */
  static RenewRequest request(Enrolment hq, TlsIdentity next, byte[] sigLog) {
    return new RenewRequest(
        spki(next),
        Base64.getEncoder().encodeToString(next.sign(statement(hq, next))),
        Base64.getEncoder().encodeToString(sigLog));
  }

  /** The key that is to follow; the same until its certificate is there. */
  static TlsIdentity next(Path data, Secrets secrets) throws IOException {
    return TlsIdentity.next(data.resolve("keys"), secrets);
  }

  private static String spki(TlsIdentity next) {
    return Base64.getEncoder().encodeToString(next.spki());
  }
}
