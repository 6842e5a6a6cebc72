package io.waybillguard.agent.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A cosigner's word on a checkpoint that was checked: as of {@code at} this is the largest head it
 * saw of this log, and all its heads are consistent (C2SP tlog-cosignature v1).
 *
 * @param key whose word it is
 * @param at when, whole seconds
 * @param line as it stands in the note
 */
public record Cosignature(VerifierKey key, Instant at, NoteSignature line) {
  private static final int LENGTH = 8 + 64;

  /** What is signed: two header lines, then the checkpoint's text. */
  static byte[] message(String text, long seconds) {
    return ("cosignature/v1\ntime " + seconds + "\n" + text).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * When a line says it was cosigned, in seconds since 1970; empty if it is no cosignature. For
   * lines that were verified.
   */
  static OptionalLong secondsOf(NoteSignature line) {
    byte[] bytes = line.signature();
    return bytes.length == LENGTH
        ? OptionalLong.of(ByteBuffer.wrap(bytes).getLong())
        : OptionalLong.empty();
  }

  /** The cosignature in a line, if the line is this key's and holds. */
  public static Optional<Cosignature> verified(NoteSignature line, String text, VerifierKey key) {
    byte[] bytes = line.signature();
    if (key.type() != VerifierKey.COSIGNER || !line.isBy(key) || bytes.length != LENGTH) {
      return Optional.empty();
    }
    long seconds = ByteBuffer.wrap(bytes).getLong();
    if (seconds < 0 || seconds > Instant.MAX.getEpochSecond()) {
      return Optional.empty();
    }
    boolean holds = key.verifies(message(text, seconds), Arrays.copyOfRange(bytes, 8, LENGTH));
    return holds
        ? Optional.of(new Cosignature(key, Instant.ofEpochSecond(seconds), line))
        : Optional.empty();
  }
}
