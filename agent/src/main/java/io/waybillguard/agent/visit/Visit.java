package io.waybillguard.agent.visit;

import io.waybillguard.agent.evidence.Hash;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * A visit that is expected or under way.
 *
 * @param id as {@link #id(String, long)} makes it
 * @param visitor who
 * @param from when it begins
 * @param until when it ends, not included
 * @param begun digest of what was there as it began, as the log has it; empty until that is there
 */
public record Visit(
    String id, String visitor, Instant from, Instant until, Optional<String> begun) {
  private static final int ID_DIGITS = 32;

  /**
   * What the visit that a record announced is called: 32 lower-case hex digits.
   *
   * @param origin the log's name
   * @param seq the record's place
   */
  public static String id(String origin, long seq) {
    return Hash.sha256((origin + "\n" + seq).getBytes(StandardCharsets.UTF_8))
        .hex()
        .substring(0, ID_DIGITS);
  }

  Visit begunWith(String digest) {
    return new Visit(id, visitor, from, until, Optional.of(digest));
  }

  boolean isOver(Instant now) {
    return !now.isBefore(until);
  }

  /** When there is something to do about it next. */
  Instant due() {
    return begun.isPresent() ? until : from;
  }
}
