package io.waybillguard.hq.ingest;

import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.RenewReply;
import io.waybillguard.agent.report.wire.RenewRequest;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Renewals;
import io.waybillguard.hq.store.Workstation;
import io.waybillguard.hq.trust.CertificateAuthority;
import io.waybillguard.hq.trust.HqKeys;
import io.waybillguard.hq.trust.Pem;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * {@code POST /v1/renew}: a new TLS key and certificate for a workstation in good standing, once
 * two thirds of the old certificate's time are over. Safe for several threads.
 */
public final class Renewal {
  private final HqKeys keys;
  private final Logs logs;
  private final Renewals renewals;
  private final Duration life;
  private final InstantSource clock;

  /**
   * @param life how long a new certificate holds
   */
  public Renewal(HqKeys keys, Logs logs, Renewals renewals, Duration life, InstantSource clock) {
    this.keys = keys;
    this.logs = logs;
    this.renewals = renewals;
    this.life = life;
    this.clock = clock;
  }

  /**
   * Renews, or answers once more what was answered before.
   *
   * @param who the workstation, by the certificate of the request
   * @param shown that certificate
   */
  public RenewReply renew(Workstation who, X509Certificate shown, RenewRequest request)
      throws Rejected {
    if (who.isRestricted()) {
      throw Restriction.refused(who);
    }
    byte[] spki = key(request);
    checkSignatures(who, spki, request);
    Instant now = clock.instant();
    if (who.tlsSpki().equals(request.tlsSpki())) {
      return reply(who, who.certificate(), now); // asked before; the answer was lost
    }
    if (!Pem.spki(shown).equals(who.tlsSpki())) {
      String detail =
          "two keys were to follow one certificate of workstation "
              + who.log()
              + ": two machines have one identity";
      renewals.conflict(who, detail, now);
      throw Rejected.because(403, Refusal.RESTRICTED, detail);
    }
    Instant due = due(shown);
    if (now.isBefore(due)) {
      throw Rejected.because(
          409, Refusal.TOO_EARLY, "the certificate is to be renewed from " + due + " on");
    }
    String certificate = certificate(spki, who, now);
    if (renewals.renew(who, request.tlsSpki(), certificate)) {
      return reply(who, certificate, now);
    }
    throw Rejected.because(503, Refusal.BUSY, "this certificate is being renewed; try again");
  }

  /** When a third of a certificate's time is left. */
  static Instant due(X509Certificate certificate) {
    Instant from = certificate.getNotBefore().toInstant();
    Instant to = certificate.getNotAfter().toInstant();
    return to.minus(Duration.between(from, to).dividedBy(3));
  }

  private static byte[] key(RenewRequest request) throws Rejected {
    try {
      byte[] spki = request.tlsSpkiDer();
      CertificateAuthority.p256(spki);
      return spki;
    } catch (WireException e) {
      throw Rejected.of(e);
    } catch (GeneralSecurityException e) {
      throw Rejected.because(400, Refusal.BAD_KEY, "tls_spki: " + e.getMessage());
    }
  }

  /** The log's key may be one that HQ has not heard of yet; then it is asked for, as for heads. */
  private void checkSignatures(Workstation who, byte[] spki, RenewRequest request) throws Rejected {
    LogState log = logs.state(who.log()).orElseThrow();
    byte[] signed = RenewRequest.signed(who.origin(), request.tlsSpki());
    KeyChain.Epoch last = log.keys().last();
    try {
      if (!Enrolment.ecdsa(spki, signed, request.sigTlsBytes())) {
        throw Rejected.because(
            403, Refusal.BAD_SIGNATURE, "sig_tls does not fit the new key and the renewal text");
      }
      if (!last.key().verifies(signed, request.sigLogBytes())) {
        throw Rejected.unknownEpoch(last.number());
      }
    } catch (WireException e) {
      throw Rejected.of(e);
    }
  }

  private String certificate(byte[] spki, Workstation who, Instant now) {
    try {
      return Pem.of(keys.ca().issueClient(spki, who.log(), who.outlet(), life, now));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot renew the certificate of log " + who.log(), e);
    }
  }

  private RenewReply reply(Workstation who, String certificate, Instant now) {
    try {
      return new RenewReply(
          List.of(certificate, Pem.of(keys.ca().certificate())),
          now,
          keys.waybills().map(key -> key.forLog(who.log())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot write the CA certificate as text", e);
    }
  }
}
