package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.Hash;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a desk holds to check the codes by which HQ allows that the agent is removed: the end of a
 * chain of hashes (Lamport, "Password authentication with insecure communication", 1981), one link
 * a day. A code is the link of its day; hashed on, it must come out at the end. Whoever reads the
 * end, the desk's administrator for one, cannot work a link out of it, and a link tells of days
 * before it only. Origin and place are hashed along, so that work on one desk serves for no other.
 *
 * @param era which chain: days since 1970 divided by {@link #DAYS}
 * @param end 16 characters of Crockford's Base32: 80 bits
 */
public record RemovalAnchor(long era, String end) {
  /** Days of one chain. */
  public static final int DAYS = 366;

  private static final int BYTES = 10;
  private static final int LENGTH = BYTES * 8 / 5;
  private static final int GROUP = 4;
  private static final long SECONDS_OF_A_DAY = 86_400;
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final String CONTEXT = "waybill-guard/removal/v1\n";

  /**
   * @throws IllegalArgumentException if the end is none
   */
  public RemovalAnchor {
    if (end.isEmpty() || !end.equals(read(end))) {
      throw new IllegalArgumentException("\"" + end + "\" is no end of a chain of codes");
    }
  }

  /** The day that a moment lies in, in days since 1970 by UTC. */
  public static long day(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), SECONDS_OF_A_DAY);
  }

  /** The chain that a day belongs to. */
  public static long era(long day) {
    return Math.floorDiv(day, DAYS);
  }

  /**
   * The end of a chain.
   *
   * @param secret of this chain alone, at least 10 bytes that nobody can guess
   * @param origin the desk's log
   */
  public static RemovalAnchor of(byte[] secret, String origin, long era) {
    return new RemovalAnchor(era, walk(first(secret), origin, era, 0, DAYS));
  }

  /**
   * The code of a day, as it is read out: four groups of four characters.
   *
   * @param secret of the chain that the day belongs to
   * @param day days since 1970 by UTC
   */
  public static String code(byte[] secret, String origin, long day) {
    String link = walk(first(secret), origin, era(day), 0, place(day));
    StringBuilder groups = new StringBuilder(link);
    for (int at = LENGTH - GROUP; at > 0; at -= GROUP) {
      groups.insert(at, '-');
    }
    return groups.toString();
  }

  /**
   * Whether something is the code of a day.
   *
   * @param origin this desk's log
   * @param day days since 1970 by UTC
   * @param code as somebody typed it
   */
  public boolean opens(String origin, long day, String code) {
    String link = read(code);
    return era(day) == era
        && !link.isEmpty()
        && walk(decode(link), origin, era, place(day), DAYS).equals(end);
  }

  private static int place(long day) {
    return DAYS - 1 - Math.floorMod(day, DAYS);
  }

  private static byte[] first(byte[] secret) {
    return Arrays.copyOf(Hash.sha256(secret).bytes(), BYTES);
  }

  private static String walk(byte[] from, String origin, long era, int first, int until) {
    byte[] link = from;
    for (int i = first; i < until; i++) {
      ByteArrayOutputStream hashed = new ByteArrayOutputStream();
      hashed.writeBytes(
          (CONTEXT + origin + "\n" + era + " " + i + "\n").getBytes(StandardCharsets.UTF_8));
      hashed.writeBytes(link);
      link = Arrays.copyOf(Hash.sha256(hashed.toByteArray()).bytes(), BYTES);
    }
    return encode(link);
  }

  private static String encode(byte[] link) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < BYTES * 8; bit += 5) {
      int two = (link[bit / 8] & 0xff) << 8 | (bit / 8 + 1 < BYTES ? link[bit / 8 + 1] & 0xff : 0);
      text.append(DIGITS.charAt(two >> (11 - bit % 8) & 31));
    }
    return text.toString();
  }

  private static byte[] decode(String text) {
    byte[] link = new byte[BYTES];
    for (int i = 0; i < LENGTH; i++) {
      int five = DIGITS.indexOf(text.charAt(i));
      for (int b = 0; b < 5; b++) {
        int bit = i * 5 + b;
        link[bit / 8] |= (byte) ((five >> (4 - b) & 1) << (7 - bit % 8));
      }
    }
    return link;
  }

  /**
   * What somebody typed in its one spelling: letters of any case or width, O for 0, I and L for 1,
   * hyphens and blanks anywhere. "" if it is no code.
   */
  private static String read(String typed) {
    String text =
        Normalizer.normalize(typed, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .replaceAll("[\\s\\p{Pd}]", "")
            .replace('O', '0')
            .replace('I', '1')
            .replace('L', '1');
    boolean isCode =
        text.length() == LENGTH && text.chars().allMatch(each -> DIGITS.indexOf(each) >= 0);
    return isCode ? text : "";
  }

  /** As messages and files hold it. */
  public Json.Obj json() {
    return Json.object().put("era", era).put("end", end);
  }

  /**
   * What {@link #json} wrote.
   *
   * @throws JsonException if a field is missing
   * @throws IllegalArgumentException if the end is none
   */
  public static RemovalAnchor of(Json.Obj json) throws JsonException {
    return new RemovalAnchor(json.number("era"), json.text("end"));
  }
}
