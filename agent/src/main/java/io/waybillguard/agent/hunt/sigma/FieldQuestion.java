package io.waybillguard.agent.hunt.sigma;

import io.waybillguard.agent.hunt.sigma.SigmaException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What one line of a selection asks: {@code CommandLine|base64offset|contains: 'IEX'}. Modifiers
 * are applied in the order in which they stand.
 */
final class FieldQuestion {
  private static final Base64.Encoder BASE64 = Base64.getEncoder();

  private final int line;
  private final String field;
  private boolean all;
  private boolean cased;
  private boolean different;
  private boolean exists;
  private boolean reference;
  private @Nullable Integer regexFlags;
  private boolean network;
  private @Nullable Bound bound;
  private boolean starts;
  private boolean ends;
  private boolean dashes;

  /** How the value is turned into other text before it is looked for, in order. */
  private final List<Coding> codings = new ArrayList<>();

  /** Ways to write a text in other bytes. */
  private enum Coding {
    WIDE,
    UTF16BE,
    UTF16,
    BASE64,
    BASE64_OFFSET
  }

  /** A value as the rule holds it: its text, and whether it is {@code null}. */
  record Value(int line, String text, boolean isNull, boolean isFlag) {}

  private FieldQuestion(int line, String field) {
    this.line = line;
    this.field = field;
  }

  /**
   * Reads a key with its values.
   *
   * @param key the field and its modifiers; the field is empty for a search over all of them
   * @param over the fields that an empty one stands for
   */
  static Question read(int line, String key, List<Value> values, List<String> over)
      throws SigmaException {
    String[] parts = key.split("\\|", -1);
    FieldQuestion question = new FieldQuestion(line, parts[0]);
    for (int i = 1; i < parts.length; i++) {
      question.modify(parts[i]);
    }
    if (!parts[0].isEmpty()) {
      return question.about(parts[0], values);
    }
    question.starts = true;
    question.ends = true;
    List<Question> each = new ArrayList<>();
    for (Value value : values) {
      List<Question> anywhere = new ArrayList<>();
      for (String field : over) {
        anywhere.add(question.about(field, List.of(value)));
      }
      each.add(new Question.Any(anywhere));
    }
    return question.all ? new Question.All(each) : new Question.Any(each);
  }

  private void modify(String modifier) throws SigmaException {
    switch (modifier) {
      case "all" -> all = true;
      case "cased" -> cased = true;
      case "neq" -> different = true;
      case "exists" -> exists = true;
      case "fieldref" -> reference = true;
      case "contains" -> {
        starts = true;
        ends = true;
      }
      case "startswith" -> ends = true; // anything may stand behind it
      case "endswith" -> starts = true;
      case "windash" -> dashes = true;
      case "cidr" -> network = true;
      case "re" -> regexFlags = 0;
      case "i", "m", "s" -> flag(modifier);
      case "lt", "lte", "gt", "gte" ->
          bound =
              new Bound(
                  java.math.BigDecimal.ZERO, modifier.charAt(0) == 'l', modifier.length() == 3);
      case "wide", "utf16le" -> codings.add(Coding.WIDE);
      case "utf16be" -> codings.add(Coding.UTF16BE);
      case "utf16" -> codings.add(Coding.UTF16);
      case "base64" -> codings.add(Coding.BASE64);
      case "base64offset" -> codings.add(Coding.BASE64_OFFSET);
      default -> throw new SigmaException(line, Reason.MODIFIER, modifier);
    }
  }

  private void flag(String modifier) throws SigmaException {
    if (regexFlags == null) {
      throw new SigmaException(line, Reason.MODIFIER_USE, modifier, field);
    }
    regexFlags |=
        switch (modifier) {
          case "i" -> Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
          case "m" -> Pattern.MULTILINE;
          default -> Pattern.DOTALL;
        };
  }

  /** How many of the modifiers say what kind of value it is; more than one contradict. */
  private void checkKinds() throws SigmaException {
    List<String> kinds = new ArrayList<>();
    boolean text = starts || ends || dashes || !codings.isEmpty();
    addIf(kinds, exists, "exists");
    addIf(kinds, regexFlags != null, "re");
    addIf(kinds, network, "cidr");
    addIf(kinds, bound != null, "lt/lte/gt/gte");
    addIf(kinds, reference, "fieldref");
    boolean codes = dashes || !codings.isEmpty();
    boolean plain = exists || regexFlags != null || network || bound != null;
    if (kinds.size() > 1 || (text && plain) || (reference && codes) || (cased && plain)) {
      throw new SigmaException(
          line, Reason.MODIFIER_USE, kinds.isEmpty() ? "cased" : kinds.get(0), field);
    }
    if (dashes && !codings.isEmpty()) {
      throw new SigmaException(line, Reason.MODIFIER_USE, "windash", field);
    }
  }

  private static void addIf(List<String> kinds, boolean there, String kind) {
    if (there) {
      kinds.add(kind);
    }
  }

  private Question about(String name, List<Value> values) throws SigmaException {
    checkKinds();
    List<Question> each = new ArrayList<>();
    for (Value value : values) {
      each.add(one(name, value));
    }
    Question any = all ? new Question.All(each) : new Question.Any(each);
    if (each.size() == 1) {
      any = each.get(0);
    }
    return different ? new Question.Not(any) : any;
  }

  private Question one(String name, Value value) throws SigmaException {
    if (exists) {
      if (!value.isFlag()) {
        throw new SigmaException(value.line(), Reason.MODIFIER_USE, "exists", value.text());
      }
      return new Question.Exists(name, value.text().toLowerCase(Locale.ROOT).equals("true"));
    }
    if (value.isNull()) {
      if (starts
          || ends
          || dashes
          || !codings.isEmpty()
          || regexFlags != null
          || network
          || bound != null
          || reference) {
        throw new SigmaException(value.line(), Reason.MODIFIER_USE, field, "null");
      }
      return new Question.Exists(name, false);
    }
    if (reference) {
      return new Question.Fields(name, value.text(), relation(), cased);
    }
    if (regexFlags != null) {
      return new Question.Field(name, regex(value));
    }
    if (network) {
      return new Question.Field(
          name,
          Network.of(value.text())
              .orElseThrow(() -> new SigmaException(value.line(), Reason.CIDR, value.text())));
    }
    if (bound != null) {
      boolean below = bound.below();
      boolean also = bound.also();
      return new Question.Field(
          name,
          Bound.number(value.text())
              .map(n -> new Bound(n, below, also))
              .orElseThrow(() -> new SigmaException(value.line(), Reason.NUMBER, value.text())));
    }
    List<Question> ways = new ArrayList<>();
    for (Glob glob : coded(value)) {
      ways.add(new Question.Field(name, placed(glob)));
    }
    return ways.size() == 1 ? ways.get(0) : new Question.Any(ways);
  }

  private Question.Relation relation() {
    if (starts && ends) {
      return Question.Relation.CONTAINS;
    }
    return ends
        ? Question.Relation.STARTS
        : starts ? Question.Relation.ENDS : Question.Relation.EQUAL;
  }

  private Regex regex(Value value) throws SigmaException {
    try {
      return new Regex(Pattern.compile(value.text(), regexFlags == null ? 0 : regexFlags));
    } catch (PatternSyntaxException e) {
      throw new SigmaException(
          value.line(), Reason.REGEX, value.text(), String.valueOf(e.getDescription()));
    }
  }

  private Glob placed(Glob glob) {
    Glob placed = dashes ? glob.anyDash() : glob;
    placed = starts ? placed.after() : placed;
    placed = ends ? placed.before() : placed;
    return cased ? placed.cased() : placed;
  }

  private List<Glob> coded(Value value) throws SigmaException {
    Glob written = Glob.of(value.text());
    if (codings.isEmpty()) {
      return List.of(written);
    }
    Optional<String> plain = written.plain();
    if (plain.isEmpty()) {
      throw new SigmaException(
          value.line(),
          Reason.MODIFIER_USE,
          codings.get(0).name().toLowerCase(Locale.ROOT),
          value.text());
    }
    List<byte[]> bytes = List.of(plain.get().getBytes(StandardCharsets.UTF_8));
    boolean first = true;
    for (Coding coding : codings) {
      List<byte[]> next = new ArrayList<>();
      for (byte[] each : bytes) {
        next.addAll(code(coding, first ? plain.get() : latin(each), each));
      }
      bytes = next;
      first = false;
    }
    return bytes.stream().map(Glob::literal).toList();
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static List<byte[]> code(Coding coding, String text, byte[] bytes) {
    return switch (coding) {
      case WIDE -> List.of(text.getBytes(StandardCharsets.UTF_16LE));
      case UTF16BE -> List.of(text.getBytes(StandardCharsets.UTF_16BE));
      // The mark of little-endian, and little-endian.
      case UTF16 -> List.of(("\uFEFF" + text).getBytes(StandardCharsets.UTF_16LE));
      case BASE64 -> List.of(BASE64.encode(bytes));
      case BASE64_OFFSET -> offsets(bytes);
    };
  }

  /**
   * The characters that stay the same whatever stands before and behind, for each of the three
   * places in a group where the text can begin: six bits a character, so of a text that begins
   * after n bytes the first ⌈8n/6⌉ characters depend on those bytes, and the last where its end
   * fills no character.
   */
  private static List<byte[]> offsets(byte[] bytes) {
    List<byte[]> all = new ArrayList<>();
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + bytes.length];
      System.arraycopy(bytes, 0, shifted, before, bytes.length);
      byte[] code = BASE64.withoutPadding().encode(shifted);
      int from = (before * 8 + 5) / 6;
      int to = shifted.length * 8 / 6;
      all.add(to > from ? java.util.Arrays.copyOfRange(code, from, to) : new byte[0]);
    }
    all.removeIf(code -> code.length == 0);
    return all;
  }
}
