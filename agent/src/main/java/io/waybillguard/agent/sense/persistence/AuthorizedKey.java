package io.waybillguard.agent.sense.persistence;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key that may log in from afar: one line of an {@code authorized_keys} file, as sshd(8)
 * describes it under AUTHORIZED_KEYS FILE FORMAT. The key itself is not kept, only what tells it
 * from others.
 *
 * @param type such as {@code ssh-ed25519}
 * @param fingerprint as {@code ssh-keygen -l} prints it: {@code SHA256:} and unpadded base64
 * @param comment what follows the key; often who and where; empty when there is nothing
 */
public record AuthorizedKey(String type, String fingerprint, String comment) {
  // Options come first and may hold quoted blanks. The quantifiers are possessive: a hostile line
  // must not cost more than its length.
  private static final Pattern LINE =
      Pattern.compile(
          "(?:(?!(?:ssh-|ecdsa-|sk-))(?:[^\\s\"]|\"(?:\\\\.|[^\"\\\\])*+\")++\\s++)?+"
              + "((?:ssh-|ecdsa-|sk-)\\S++)\\s++([A-Za-z0-9+/]++={0,2}+)(?:\\s++(.*+))?+");

  /** Reads one line; empty for a comment, a blank line or what sshd would not take for a key. */
  public static Optional<AuthorizedKey> parse(String line) {
    Matcher parts = LINE.matcher(line.strip());
    if (line.strip().startsWith("#") || !parts.matches()) {
      return Optional.empty();
    }
    byte[] key;
    try {
      key = Base64.getDecoder().decode(parts.group(2));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // Not base64 after all: sshd passes over such a line too.
    }
    String comment = parts.group(3);
    return Optional.of(
        new AuthorizedKey(parts.group(1), fingerprint(key), comment == null ? "" : comment));
  }

  private static String fingerprint(byte[] key) {
    try {
      return "SHA256:"
          + Base64.getEncoder()
              .withoutPadding()
              .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
