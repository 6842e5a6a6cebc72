package io.waybillguard.agent.event;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes waybill numbers out of text: all but the last four characters of each become asterisks. A
 * waybill number leads to a name, an address and a telephone number, so the log must not hold one.
 *
 * <p>Numbers that are told by their form are masked in every text. Forms that many numbers have
 * (eight to thirteen bare digits and the like) are masked in the names of image files alone, where
 * every long run of digits that is no date is taken for one: too much is masked there rather than
 * too little, and so are telephone numbers.
 *
 * <p>Limit: a number that is broken by blanks or other characters is not recognised.
 *
 * <p>Immutable, safe for all threads.
 */
public final class Waybills {
  private static final int KEPT = 4;
  private static final int SHORTEST = 8;

  private static final Pattern NEVER = Pattern.compile("(?!)");

  /** Masks nothing: for what is made outside a desk. */
  public static final Waybills NONE = new Waybills(List.of(), List.of());

  private static final Pattern DIGITS = Pattern.compile("(?<![0-9])[0-9]{8,}(?![0-9])");

  /** A day, with or without a time to the second or the millisecond. */
  private static final Pattern DATE =
      Pattern.compile(
          "(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])"
              + "(?:(?:[01]\\d|2[0-3])[0-5]\\d[0-5]\\d(?:\\d{3})?)?");

  /** A part of a path: each is looked at once, however long somebody makes a text. */
  private static final Pattern PART = Pattern.compile("[^/\\\\]++");

  /** What the names of images end with. */
  private static final Pattern IMAGE_END =
      Pattern.compile("\\.(?:JPG|JPEG|PNG|BMP|TIF|TIFF|PDF|WEBP|HEIC|OFD|GIF)(?![0-9A-Z])");

  /** Keys under which no path can be: identifiers of devices, of records, of machines. */
  private static final Set<String> NEVER_PATHS =
      Set.of(
          "boot_uid",
          "event_code",
          "hostname",
          "ip",
          "origin_passport",
          "ou_uid",
          "serial_number",
          "sha256",
          "uid",
          "usb_passport",
          "value",
          "version",
          "volume_serial");

  private final Pattern anywhere;
  private final Pattern inImageNames;

  /**
   * @param anywhere regular expressions of numbers that are told by their form, in upper case
   * @param inImageNames of those that only the name of an image gives away
   */
  public Waybills(List<String> anywhere, List<String> inImageNames) {
    this.anywhere = union(anywhere);
    this.inImageNames = union(inImageNames);
  }

  private static Pattern union(List<String> patterns) {
    return patterns.isEmpty()
        ? NEVER
        : Pattern.compile(
            "(?<![0-9A-Z])(?:(?:" + String.join(")|(?:", patterns) + "))(?![0-9A-Z])");
  }

  /** The text with every waybill number masked. */
  public String masked(String text) {
    if (!mayHold(text)) {
      return text;
    }
    String plain = plain(text);
    StringBuilder masked = new StringBuilder(text);
    mask(plain, anywhere.matcher(plain), masked);
    for (Matcher part = PART.matcher(plain); part.find(); ) {
      int end = imageNameEnd(plain, part);
      mask(plain, inImageNames.matcher(plain).region(part.start(), end), masked);
      mask(plain, DIGITS.matcher(plain).region(part.start(), end), masked);
    }
    return masked.toString();
  }

  /**
   * Where the name of an image in a part of a path ends; where the part begins when it has none.
   */
  private static int imageNameEnd(String plain, Matcher part) {
    int end = part.start();
    Matcher ends = IMAGE_END.matcher(plain).region(part.start() + 1, part.end());
    ends.useTransparentBounds(true);
    while (ends.find()) {
      end = ends.end();
    }
    return end;
  }

  private static boolean mayHold(String text) {
    int digits = 0;
    for (int i = 0; i < text.length() && digits < SHORTEST; i++) {
      digits += Character.isDigit(text.charAt(i)) ? 1 : 0;
    }
    return digits >= SHORTEST;
  }

  /** Upper case and half width, a character for a character. */
  private static String plain(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Full-width forms of Unicode lie this far behind those of ASCII.
      char half = c > 0xff00 && c < 0xff5f ? (char) (c - 0xfee0) : c;
      plain.append(half < 0x80 ? Character.toUpperCase(half) : c);
    }
    return plain.toString();
  }

  private static void mask(String plain, Matcher numbers, StringBuilder masked) {
    numbers.useTransparentBounds(true);
    while (numbers.find()) {
      if (!DATE.matcher(plain.substring(numbers.start(), numbers.end())).matches()) {
        for (int i = numbers.start(); i < numbers.end() - KEPT; i++) {
          masked.setCharAt(i, '*');
        }
      }
    }
  }

  /** An event with every text masked in which a path may be. */
  Json.Obj masked(Json.Obj event) {
    return event.withTexts((key, text) -> NEVER_PATHS.contains(key) ? text : masked(text));
  }
}
