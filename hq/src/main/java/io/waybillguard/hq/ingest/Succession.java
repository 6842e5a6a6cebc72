package io.waybillguard.hq.ingest;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.GenerationRequest;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.store.Generations;
import io.waybillguard.hq.store.Workstation;
import io.waybillguard.hq.trust.HqKeys;
import io.waybillguard.hq.trust.Pem;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * {@code POST /v1/generation}: a log that could not be continued was set aside, and the log that
 * took its place is linked to it, with an alarm. Safe for several threads.
 */
public final class Succession {
  private final HqKeys keys;
  private final Generations generations;
  private final Duration life;
  private final InstantSource clock;

  /**
   * @param life how long a new certificate holds
   */
  public Succession(HqKeys keys, Generations generations, Duration life, InstantSource clock) {
    this.keys = keys;
    this.generations = generations;
    this.life = life;
    this.clock = clock;
  }

  /**
   * Links the new log, or answers once more what was answered before.
   *
   * @param who the workstation under its old log, by the certificate of the request
   * @param shown that certificate
   */
  public EnrollReply link(Workstation who, X509Certificate shown, GenerationRequest request)
      throws Rejected {
    if (who.isRestricted()) {
      throw Restriction.refused(who);
    }
    if (!request.previous().equals(who.origin())) {
      throw Rejected.because(403, Refusal.OTHER_LOG, "the certificate is for " + who.origin());
    }
    VerifierKey key = Enrolment.logKey(request.logVkey());
    checkSignature(shown, key, request);
    String log = Checkpoint.logId(key);
    Instant now = clock.instant();
    Generations.Tls tls =
        new Generations.Tls(request.tlsSpki(), certificate(shown, log, who.outlet(), now));
    Generations.Outcome outcome = generations.link(who, key, log, tls, now);
    if (outcome instanceof Generations.Linked linked) {
      return Enrolment.reply(keys, linked.workstation(), now);
    }
    throw refusal((Generations.Refused) outcome, who);
  }

  private static void checkSignature(
      X509Certificate shown, VerifierKey key, GenerationRequest request) throws Rejected {
    byte[] signed =
        GenerationRequest.signed(request.previous(), request.logVkey(), request.tlsSpki());
    try {
      if (!request.tlsSpki().equals(Pem.spki(shown))) {
        throw Rejected.because(
            403, Refusal.BAD_SIGNATURE, "tls_spki is not the key of this connection");
      }
      if (!key.verifies(signed, request.sigLogBytes())) {
        throw Rejected.because(
            403, Refusal.BAD_SIGNATURE, "sig_log does not fit its key and the generation text");
      }
    } catch (WireException e) {
      throw Rejected.of(e);
    }
  }

  private String certificate(X509Certificate shown, String log, String outlet, Instant now) {
    try {
      return Pem.of(
          keys.ca().issueClient(shown.getPublicKey().getEncoded(), log, outlet, life, now));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot issue a certificate for log " + log, e);
    }
  }

  private static Rejected refusal(Generations.Refused why, Workstation who) {
    return switch (why) {
      case CONTINUED -> continued(who);
      case LOG_TAKEN -> Rejected.because(409, Refusal.LOG_TAKEN, "the new log is enrolled already");
      case TOO_MANY ->
          Rejected.because(
              429,
              Refusal.TOO_MANY,
              "more than "
                  + Generations.MOST
                  + " new logs within "
                  + Generations.WITHIN.toHours()
                  + " hours; try again later, or enrol with a new token");
    };
  }

  /** What a workstation hears whose log goes on as another. */
  public static Rejected continued(Workstation who) {
    return Rejected.because(
        403,
        Refusal.CONTINUED,
        "log " + who.log() + " goes on as " + who.continuedBy().orElse("another") + " at HQ");
  }
}
