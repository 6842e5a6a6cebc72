package io.waybillguard.agent.report;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Trusts HQ's own CA and nothing else, on a desk whose clock may be wrong: a wrong clock must not
 * cut a desk off from the HQ that would notice. Names, signatures and purposes are checked as ever;
 * only the date is not taken from the desk's clock alone. Where the clock lies outside the
 * certificates' time they are judged at the nearest moment inside it, unless their time was over
 * already when HQ issued our own certificate. So somebody with an old key of HQ's server can use it
 * at most until the desk's next renewal; he can sign no cosignature with it.
 */
final class HqTrust implements X509TrustManager {
  private final X509Certificate ca;
  private final Instant known;
  private final InstantSource clock;

  /**
   * @param ca HQ's CA
   * @param known a moment that is past by HQ's clock: when our certificate was issued; the epoch
   *     when there is none
   * @param clock the desk's
   */
  HqTrust(X509Certificate ca, Instant known, InstantSource clock) {
    this.ca = ca;
    this.known = known;
    this.clock = clock;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    try {
      PKIXBuilderParameters rules =
          new PKIXBuilderParameters(Set.of(new TrustAnchor(ca, null)), new X509CertSelector());
      rules.setRevocationEnabled(false);
      rules.setDate(Date.from(judged(chain)));
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(new CertPathTrustManagerParameters(rules));
      for (TrustManager each : factory.getTrustManagers()) {
        if (each instanceof X509TrustManager manager) {
          manager.checkServerTrusted(chain, authType);
          return;
        }
      }
      throw new CertificateException("this Java has no X.509 trust manager");
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }

  /** The moment at which the certificates are judged. */
  Instant judged(X509Certificate[] chain) {
    Instant from = Instant.MIN;
    Instant to = Instant.MAX;
    for (X509Certificate each : chain) {
      Instant begin = each.getNotBefore().toInstant();
      Instant end = each.getNotAfter().toInstant();
      from = begin.isAfter(from) ? begin : from;
      to = end.isBefore(to) ? end : to;
    }
    Instant now = clock.instant();
    if (to.isBefore(known) || to.isBefore(from)) {
      return known.isAfter(now) ? known : now;
    }
    if (now.isBefore(from)) {
      return from;
    }
    return now.isAfter(to) ? to : now;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("a client trusts no clients");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[] {ca};
  }
}
