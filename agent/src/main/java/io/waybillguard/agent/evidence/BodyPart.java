package io.waybillguard.agent.evidence;

import org.jspecify.annotations.Nullable;

/**
 * A part of a record's body with the salt that hides it from guessing. The arrays are handed over,
 * not copied: nobody changes them afterwards.
 */
public final class BodyPart {
  /** Bytes in a salt. */
  public static final int SALT_LENGTH = 16;

  private final long index;
  private final int part;
  private final byte[] salt;
  private final byte[] data;

  /** Computed when it is asked for; two threads that both do come to the same. */
  private @Nullable Hash commitment;

  /**
   * @param index the record's place in the log
   * @param part from 0; part 0 is the OCSF event
   * @param salt 16 random bytes
   * @param data the content
   */
  public BodyPart(long index, int part, byte[] salt, byte[] data) {
    this.index = index;
    this.part = part;
    this.salt = salt;
    this.data = data;
  }

  /** The record's place in the log. */
  public long index() {
    return index;
  }

  /** From 0; part 0 is the OCSF event. */
  public int part() {
    return part;
  }

  /** The salt: 16 random bytes. */
  public byte[] salt() {
    return salt;
  }

  /** The content. */
  public byte[] data() {
    return data;
  }

  /** The commitment that the leaf holds: SHA-256(salt ‖ data). */
  public Hash commitment() {
    Hash known = commitment;
    if (known == null) {
      known = Hash.sha256(salt, data);
      commitment = known;
    }
    return known;
  }
}
