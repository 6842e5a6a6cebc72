package io.waybillguard.hq.orders;

import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The codes by which HQ allows that the agent is taken off one workstation. They follow from HQ's
 * command key, whose signatures (Ed25519, RFC 8032) are the same each time: nothing more has to be
 * kept, backed up or moved. Safe from any thread.
 */
public final class RemovalCodes {
  private final SigningKey key;

  /**
   * @param key HQ's command key
   */
  public RemovalCodes(SigningKey key) {
    this.key = key;
  }

  /**
   * A code.
   *
   * @param text as it is read out
   * @param until when the workstation stops taking it
   */
  public record Code(String text, Instant until) {}

  /**
   * The code of a workstation for the day that a moment lies in; the same however often it is asked
   * for.
   *
   * @param origin the workstation's log
   */
  public Code of(String origin, Instant now) {
    long day = RemovalAnchor.day(now);
    byte[] secret = secret(origin, RemovalAnchor.era(day));
    return new Code(
        RemovalAnchor.code(secret, origin, day),
        LocalDate.ofEpochDay(day + 2).atStartOfDay().toInstant(ZoneOffset.UTC));
  }

  /**
   * What a workstation checks its codes by: of the chain of today and of the one after it, so that
   * one that is away as they change knows both.
   */
  public List<RemovalAnchor> anchors(String origin, Instant now) {
    long era = RemovalAnchor.era(RemovalAnchor.day(now));
    return List.of(
        RemovalAnchor.of(secret(origin, era), origin, era),
        RemovalAnchor.of(secret(origin, era + 1), origin, era + 1));
  }

  /** No command begins with this line, so no signature of one tells of it. */
  private byte[] secret(String origin, long era) {
    return key.sign("waybill-guard/removal/v1\n" + origin + "\n" + era + "\n").signature();
  }
}
