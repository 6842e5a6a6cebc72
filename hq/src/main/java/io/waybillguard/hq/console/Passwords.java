package io.waybillguard.hq.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Passwords as Argon2id hashes in the PHC string form. Safe for use by several threads; only two
 * are checked at a time, so that guessing costs the guesser and not the memory.
 */
public final class Passwords {
  /**
   * What a guess costs.
   *
   * @param memoryKib KiB that are filled, 8 for each lane at least
   * @param passes over that memory, 1 at least
   * @param lanes that could be worked on side by side, 1 at least
   */
  public record Cost(int memoryKib, int passes, int lanes) {
    /** Of the OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane. */
    public static final Cost OWASP = new Cost(19 * 1024, 2, 1);
  }

  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final Pattern PHC =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})"
              + "\\$([A-Za-z0-9+/]{22})\\$([A-Za-z0-9+/]{43})");

  /** Without letters that look like others. */
  private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

  private final SecureRandom random = new SecureRandom();
  private final Semaphore atOnce = new Semaphore(2, true);
  private final Cost cost;

  /** Passwords whose hashes cost what {@link Cost#OWASP} says. */
  public Passwords() {
    this(Cost.OWASP);
  }

  /** Passwords whose new hashes cost this; each hash says itself what checking it costs. */
  public Passwords(Cost cost) {
    this.cost = cost;
  }

  /** A fresh password that a person can type: five groups of four, 99 bits. */
  public String fresh() {
    StringBuilder password = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      if (i > 0 && i % 4 == 0) {
        password.append('-');
      }
      password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return password.toString();
  }

  /** The hash of a password, with a salt of its own. */
  public String hash(String password) {
    byte[] salt = random(SALT_BYTES);
    return phc(salt, argon2id(password, salt, cost));
  }

  /**
   * A hash that no password is known to have: 256 random bits. Checking against it takes as long as
   * against any other.
   */
  public String nobodys() {
    return phc(random(SALT_BYTES), random(HASH_BYTES));
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private String phc(byte[] salt, byte[] hash) {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m="
        + cost.memoryKib()
        + ",t="
        + cost.passes()
        + ",p="
        + cost.lanes()
        + "$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }

  /**
   * Whether a password has this hash.
   *
   * @throws IllegalArgumentException if the hash is not one of {@link #hash}
   */
  public boolean matches(String password, String hash) {
    Matcher m = PHC.matcher(hash);
    if (!m.matches()) {
      throw new IllegalArgumentException("not an Argon2id hash in PHC form");
    }
    byte[] found =
        argon2id(
            password,
            Base64.getDecoder().decode(m.group(4)),
            new Cost(
                Integer.parseInt(m.group(1)),
                Integer.parseInt(m.group(2)),
                Integer.parseInt(m.group(3))));
    return MessageDigest.isEqual(found, Base64.getDecoder().decode(m.group(5)));
  }

  private byte[] argon2id(String password, byte[] salt, Cost its) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(its.memoryKib())
            .withIterations(its.passes())
            .withParallelism(its.lanes())
            .withSalt(salt)
            .build());
    byte[] hash = new byte[HASH_BYTES];
    atOnce.acquireUninterruptibly();
    try {
      generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
    } finally {
      atOnce.release();
    }
    return hash;
  }
}
