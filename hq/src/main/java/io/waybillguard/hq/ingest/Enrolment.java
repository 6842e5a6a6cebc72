package io.waybillguard.hq.ingest;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.store.Enrolments;
import io.waybillguard.hq.store.Workstation;
import io.waybillguard.hq.trust.CertificateAuthority;
import io.waybillguard.hq.trust.HqKeys;
import io.waybillguard.hq.trust.Pem;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** {@code POST /v1/enroll}: a token and two keys become a workstation. Safe for several threads. */
public final class Enrolment {
  private static final int LONGEST_FACT = 255;

  private final HqKeys keys;
  private final Enrolments enrolments;
  private final Duration life;
  private final InstantSource clock;

  /**
   * Enrolment with these keys into this store.
   *
   * @param life how long a certificate holds
   */
  public Enrolment(HqKeys keys, Enrolments enrolments, Duration life, InstantSource clock) {
    this.keys = keys;
    this.enrolments = enrolments;
    this.life = life;
    this.clock = clock;
  }

  /**
   * Enrols, or answers once more what was answered before.
   *
   * @throws Rejected if it may not be; the reason is a word for the agent to print a sentence by
   */
  public EnrollReply enrol(EnrollRequest request) throws Rejected {
    EnrollToken token = token(request);
    VerifierKey logKey = logKey(request.logVkey());
    byte[] spki = tlsKey(request);
    checkSignatures(request, token, logKey, spki);
    String log = Checkpoint.logId(logKey);
    EnrollRequest.Host host = request.host();
    Enrolments.Candidate who =
        new Enrolments.Candidate(
            token.sha256(),
            log,
            logKey,
            request.tlsSpki(),
            brief(host.hostname()),
            brief(host.os()),
            brief(host.version()));
    Instant now = clock.instant();
    Enrolments.Outcome outcome =
        enrolments.enrol(who, outlet -> certificate(spki, log, outlet, now), now);
    if (outcome instanceof Enrolments.Enrolled enrolled) {
      return reply(keys, enrolled.workstation(), now);
    }
    throw refusal((Enrolments.Refused) outcome);
  }

  private static EnrollToken token(EnrollRequest request) throws Rejected {
    try {
      return EnrollToken.parse(request.token());
    } catch (WireException e) {
      // Mistyped or made up: to the one who asks it is the same as a token that HQ never made.
      throw Rejected.because(403, Refusal.TOKEN_UNKNOWN, String.valueOf(e.getMessage()));
    }
  }

  static VerifierKey logKey(String vkey) throws Rejected {
    try {
      VerifierKey key = VerifierKey.parse(vkey);
      String id = Checkpoint.logId(key);
      if (key.type() != VerifierKey.SIGNER || !Checkpoint.logIdOf(key.name()).equals(id)) {
        throw Rejected.because(
            400,
            Refusal.BAD_KEY,
            "the origin " + key.name() + " should end in /agent/" + id + ", the id of its key");
      }
      return key;
    } catch (EvidenceException e) {
      throw Rejected.because(400, Refusal.BAD_KEY, "log_vkey: " + e.getMessage());
    }
  }

  private static byte[] tlsKey(EnrollRequest request) throws Rejected {
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

  private static void checkSignatures(
      EnrollRequest request, EnrollToken token, VerifierKey logKey, byte[] spki) throws Rejected {
    byte[] signed = EnrollRequest.signed(token, request.tlsSpki(), request.logVkey());
    boolean tls;
    boolean log;
    try {
      tls = ecdsa(spki, signed, request.sigTlsBytes());
      log = logKey.verifies(signed, request.sigLogBytes());
    } catch (WireException e) {
      throw Rejected.of(e);
    }
    if (!tls || !log) {
      throw Rejected.because(
          403,
          Refusal.BAD_SIGNATURE,
          (tls ? "sig_log" : "sig_tls") + " does not fit its key and the enrolment text");
    }
  }

  static boolean ecdsa(byte[] spki, byte[] message, byte[] signature) {
    try {
      PublicKey key = CertificateAuthority.p256(spki);
      Signature verifier = Signature.getInstance("SHA256withECDSA");
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      // Thrown for bytes that are no DER signature: they do not fit the key.
      return false;
    }
  }

  private String certificate(byte[] spki, String log, String outlet, Instant now) {
    try {
      return Pem.of(keys.ca().issueClient(spki, log, outlet, life, now));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot issue a certificate for log " + log, e);
    }
  }

  static EnrollReply reply(HqKeys keys, Workstation workstation, Instant now) {
    try {
      return new EnrollReply(
          List.of(workstation.certificate(), Pem.of(keys.ca().certificate())),
          workstation.origin(),
          workstation.outlet(),
          keys.witness().verifier().toString(),
          keys.mirror().verifier().toString(),
          keys.commands().verifier().toString(),
          now,
          keys.waybills().map(key -> key.forLog(workstation.log())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot write the CA certificate as text", e);
    }
  }

  private static Rejected refusal(Enrolments.Refused why) {
    return switch (why) {
      case TOKEN_UNKNOWN ->
          Rejected.because(403, Refusal.TOKEN_UNKNOWN, "HQ has made no such token");
      case TOKEN_EXPIRED ->
          Rejected.because(410, Refusal.TOKEN_EXPIRED, "the token's time is over; ask for another");
      case TOKEN_USED ->
          Rejected.because(
              409, Refusal.TOKEN_USED, "the token was used by other keys; HQ has been alarmed");
      case REVOKED ->
          Rejected.because(
              403, Refusal.REVOKED, "this TLS key was revoked; make another and enrol with it");
      case LOG_TAKEN ->
          Rejected.because(409, Refusal.LOG_TAKEN, "this log id is enrolled with another key");
    };
  }

  private static String brief(String fact) {
    if (fact.length() <= LONGEST_FACT) {
      return fact;
    }
    boolean splits = Character.isHighSurrogate(fact.charAt(LONGEST_FACT - 1));
    return fact.substring(0, splits ? LONGEST_FACT - 1 : LONGEST_FACT);
  }
}
