package io.waybillguard.agent.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
 * <p>With a key, a record also tells a tag for each number that was taken out, by which HQ finds it
 * again when somebody asks for the whole number.
 *
 * <p>Limit: a number that is broken by blanks or other characters is not recognised.
 *
 * <p>Immutable, safe for all threads.
 */
public final class Waybills {
  private static final int KEPT = 4;
  private static final int SHORTEST = 8;

  /** Tags that one record tells at most; it names fewer files than that. */
  static final int MOST_TAGS = 32;

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
  private final Optional<WaybillKey> key;

  /** A number in a text: from its first character up to the one after its last. */
  private record Span(int from, int to) {}

  /**
   * @param anywhere regular expressions of numbers that are told by their form, in upper case
   * @param inImageNames of those that only the name of an image gives away
   */
  public Waybills(List<String> anywhere, List<String> inImageNames) {
    this(union(anywhere), union(inImageNames), Optional.empty());
  }

  private Waybills(Pattern anywhere, Pattern inImageNames, Optional<WaybillKey> key) {
    this.anywhere = anywhere;
    this.inImageNames = inImageNames;
    this.key = key;
  }

  /** The same, with tags by this key; without one there are none. */
  public Waybills taggedBy(Optional<WaybillKey> other) {
    return new Waybills(anywhere, inImageNames, other);
  }

  private static Pattern union(List<String> patterns) {
    return patterns.isEmpty()
        ? NEVER
        : Pattern.compile(
            "(?<![0-9A-Z])(?:(?:" + String.join(")|(?:", patterns) + "))(?![0-9A-Z])");
  }

  /** The text with every waybill number masked. */
  public String masked(String text) {
    List<Span> found = mayHold(text) ? found(plain(text)) : List.of();
    if (found.isEmpty()) {
      return text;
    }
    StringBuilder masked = new StringBuilder(text);
    for (Span number : found) {
      for (int i = number.from(); i < number.to() - KEPT; i++) {
        masked.setCharAt(i, '*');
      }
    }
    return masked.toString();
  }

  /**
   * The waybill numbers in a text as tags are made of them: in upper case and half width, each as
   * long as it was recognised.
   */
  public Set<String> numbers(String text) {
    Set<String> numbers = new TreeSet<>();
    if (mayHold(text)) {
      String plain = plain(text);
      List<Span> whole = new ArrayList<>();
      for (Span each : found(plain)) {
        // SF1234567890123 is a number; the digits in it are the same one, seen by a poorer form.
        if (whole.stream().noneMatch(w -> w.from() <= each.from() && each.to() <= w.to())) {
          whole.add(each);
          numbers.add(plain.substring(each.from(), each.to()));
        }
      }
    }
    return numbers;
  }

  /** Numbers told by their form first. */
  private List<Span> found(String plain) {
    List<Span> found = new ArrayList<>();
    find(anywhere.matcher(plain), plain, found);
    if (!IMAGE_END.matcher(plain).find()) {
      return found; // most texts: no part of it can be the name of an image
    }
    for (Matcher part = PART.matcher(plain); part.find(); ) {
      int end = imageNameEnd(plain, part);
      if (end > part.start()) {
        find(inImageNames.matcher(plain).region(part.start(), end), plain, found);
        find(DIGITS.matcher(plain).region(part.start(), end), plain, found);
      }
    }
    return found;
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

  private static void find(Matcher numbers, String plain, List<Span> found) {
    numbers.useTransparentBounds(true);
    while (numbers.find()) {
      if (!DATE.matcher(plain.substring(numbers.start(), numbers.end())).matches()) {
        found.add(new Span(numbers.start(), numbers.end()));
      }
    }
  }

  /**
   * An event with every text masked in which a path may be, and in {@code unmapped.waybill_tags}
   * the tags of what was masked.
   */
  Json.Obj masked(Json.Obj event) {
    Set<String> numbers = new TreeSet<>();
    Json.Obj masked =
        event.withTexts(
            (name, text) -> {
              if (NEVER_PATHS.contains(name)) {
                return text;
              }
              String shown = masked(text);
              // Most texts with digits are hashes and ids: nothing was masked, so none is a number.
              if (key.isPresent() && !shown.equals(text)) {
                numbers.addAll(numbers(text));
              }
              return shown;
            });
    if (!numbers.isEmpty()) {
      WaybillKey by = key.orElseThrow();
      List<String> tags = numbers.stream().map(by::tag).sorted().limit(MOST_TAGS).toList();
      masked.put("unmapped", unmapped(masked).put("waybill_tags", tags));
    }
    return masked;
  }

  private static Json.Obj unmapped(Json.Obj event) {
    return event
        .find("unmapped")
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .orElseGet(Json::object);
  }
}
