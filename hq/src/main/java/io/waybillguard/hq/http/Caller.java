package io.waybillguard.hq.http;

import io.javalin.http.Context;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.ingest.Rejected;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Workstation;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Who a request comes from, by its client certificate. */
final class Caller {
  // Where the servlet specification (3.2.5 and later, section "SSL attributes") puts the chain.
  private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

  private final Logs logs;

  Caller(Logs logs) {
    this.logs = logs;
  }

  /**
   * The workstation that the certificate was issued for. That HQ's CA issued it was checked when
   * the connection was made.
   *
   * @throws Rejected without a certificate, or with one that a later enrolment has replaced
   */
  Workstation of(Context request) throws Rejected {
    if (!(request.req().getAttribute(CHAIN) instanceof X509Certificate[] chain)
        || chain.length == 0) {
      throw Rejected.because(
          401, Refusal.NO_CERTIFICATE, "show the certificate that enrolment gave you");
    }
    String spki = Base64.getEncoder().encodeToString(chain[0].getPublicKey().getEncoded());
    Optional<Workstation> found =
        commonName(chain[0]).flatMap(logs::workstation).filter(w -> w.tlsSpki().equals(spki));
    return found.orElseThrow(
        () ->
            Rejected.because(
                403,
                Refusal.CERTIFICATE_REPLACED,
                "this certificate is not the one that HQ issued last; enrol again"));
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
