package io.waybillguard.agent.hunt.sigma;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A text with wildcards, as rules write it: {@code *} for any characters, {@code ?} for one, and a
 * backslash before either for itself (specification, "Escaping").
 */
final class Glob implements Match {
  private static final int MANY = -1;
  private static final int ONE = -2;

  /** Any of the signs that Windows programs take before an option. */
  private static final int DASH = -3;

  private static final String DASHES = "-/\u2013\u2014\u2015";

  private final int[] parts;
  private final boolean cased;

  private Glob(int[] parts, boolean cased) {
    this.parts = parts;
    this.cased = cased;
  }

  /** Reads a value as a rule writes it. */
  static Glob of(String written) {
    int[] parts = new int[written.length()];
    int n = 0;
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      boolean escapes =
          c == '\\' && i + 1 < written.length() && "*?\\".indexOf(written.charAt(i + 1)) >= 0;
      if (escapes) {
        parts[n++] = written.charAt(++i);
      } else {
        parts[n++] = c == '*' ? MANY : c == '?' ? ONE : c;
      }
    }
    return new Glob(Arrays.copyOf(parts, n), false);
  }

  /** Just this text, in which nothing is a wildcard. */
  static Glob literal(String text) {
    return new Glob(text.chars().toArray(), false);
  }

  /** Bytes as text, a character each. */
  static Glob literal(byte[] bytes) {
    return literal(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  /** The text, if nothing in it is a wildcard. */
  Optional<String> plain() {
    if (Arrays.stream(parts).anyMatch(p -> p < 0)) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder(parts.length);
    Arrays.stream(parts).forEach(p -> text.append((char) p));
    return Optional.of(text.toString());
  }

  /** The same where upper and lower case differ. */
  Glob cased() {
    return new Glob(parts, true);
  }

  /** With anything before it. */
  Glob after() {
    int[] longer = new int[parts.length + 1];
    longer[0] = MANY;
    System.arraycopy(parts, 0, longer, 1, parts.length);
    return new Glob(longer, cased);
  }

  /** With anything behind it. */
  Glob before() {
    int[] longer = Arrays.copyOf(parts, parts.length + 1);
    longer[parts.length] = MANY;
    return new Glob(longer, cased);
  }

  /** Where an option begins, any of the signs that can begin one. */
  Glob anyDash() {
    int[] dashed = parts.clone();
    for (int i = 0; i < dashed.length; i++) {
      boolean begins = i == 0 || !isWord(parts[i - 1]);
      boolean named = i + 1 < parts.length && isWord(parts[i + 1]);
      if (isDash(parts[i]) && begins && named) {
        dashed[i] = DASH;
      }
    }
    return new Glob(dashed, cased);
  }

  private static boolean isDash(int part) {
    return part > 0 && DASHES.indexOf(part) >= 0;
  }

  private static boolean isWord(int part) {
    return part > 0 && (Character.isLetterOrDigit(part) || part == '_');
  }

  @Override
  public boolean matches(String value) {
    int at = 0;
    int part = 0;
    int star = -1;
    int resume = 0;
    while (at < value.length()) {
      if (part < parts.length && parts[part] == MANY) {
        star = part++;
        resume = at;
      } else if (part < parts.length && fits(parts[part], value.charAt(at))) {
        part++;
        at++;
      } else if (star >= 0) {
        part = star + 1;
        at = ++resume;
      } else {
        return false;
      }
    }
    while (part < parts.length && parts[part] == MANY) {
      part++;
    }
    return part == parts.length;
  }

  private boolean fits(int part, char c) {
    return switch (part) {
      case ONE -> true;
      case DASH -> isDash(c);
      default -> part == c || (!cased && fold((char) part) == fold(c));
    };
  }

  /** Through upper case, as {@link String#equalsIgnoreCase} does. */
  private static char fold(char c) {
    return Character.toLowerCase(Character.toUpperCase(c));
  }
}
