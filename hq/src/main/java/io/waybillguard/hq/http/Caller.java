package io.waybillguard.hq.http;

import io.javalin.http.Context;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.ingest.Rejected;
import io.waybillguard.hq.ingest.Succession;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Revocations;
import io.waybillguard.hq.store.Workstation;
import io.waybillguard.hq.trust.Pem;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Who a request comes from, by its client certificate. */
final class Caller {
  // Where the servlet specification (3.2.5 and later, section "SSL attributes") puts the chain.
  private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

  private final Logs logs;
  private final Revocations revocations;

  Caller(Logs logs, Revocations revocations) {
    this.logs = logs;
    this.revocations = revocations;
  }

  /**
   * The workstation that the certificate was issued for. That HQ's CA issued it, and that its time
   * is not over, was checked when the connection was made.
   *
   * @throws Rejected without a certificate, with one that a later enrolment has replaced or a
   *     person has taken away, or with that of a log which goes on as another
   */
  Workstation of(Context request) throws Rejected {
    Workstation who = ofAnyLog(request);
    if (who.continuedBy().isPresent()) {
      throw Succession.continued(who);
    }
    return who;
  }

  /** The same, also for a log that goes on as another. */
  Workstation ofAnyLog(Context request) throws Rejected {
    X509Certificate shown = certificate(request);
    String spki = Pem.spki(shown);
    if (revocations.isRevoked(spki)) {
      throw Rejected.because(
          403, Refusal.REVOKED, "this certificate was revoked at HQ; enrol again with a new token");
    }
    return commonName(shown)
        .flatMap(logs::workstation)
        .filter(w -> w.tlsSpki().equals(spki) || w.earlierSpki().equals(spki))
        .orElseThrow(
            () ->
                Rejected.because(
                    403,
                    Refusal.CERTIFICATE_REPLACED,
                    "this certificate is not the one that HQ issued last; enrol again"));
  }

  /** The certificate that the request came with. */
  X509Certificate certificate(Context request) throws Rejected {
    if (!(request.req().getAttribute(CHAIN) instanceof X509Certificate[] chain)
        || chain.length == 0) {
      throw Rejected.because(
          401, Refusal.NO_CERTIFICATE, "show the certificate that enrolment gave you");
    }
    return chain[0];
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      LdapName name = new LdapName(certificate.getSubjectX500Principal().getName());
      return name.getRdns().stream()
          .filter(r -> r.getType().equals("CN"))
          .map(Rdn::getValue)
          .map(String::valueOf)
          .findFirst();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }
}
