package io.waybillguard.agent.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The one JSON dialect of this product: RFC 8785 canonical form, restricted to objects, arrays,
 * strings, booleans and integers |n| &lt; 2^53. No floats, no null, no duplicate keys. The
 * restriction is what makes "one value, one spelling" hold without a number-formatting algorithm
 * (RFC 8785 section 3.2.2.3).
 *
 * <p>The canonical form is written here; verifiers hash stored bytes and never re-canonicalise.
 */
public final class Json {
  /** Largest magnitude of an integer that every JSON reader holds exactly (RFC 8785 appendix D). */
  public static final long MAX_INTEGER = (1L << 53) - 1;

  private static final int MAX_DEPTH = 32;

  /** Room that text begins with: the body of a record has some 13 members and 1,200 bytes. */
  private static final int BYTES_A_MEMBER = 96;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_DEPTH)
          .maxNumberLength(20)
          .maxStringLength(4 << 20)
          .build();
  private static final JsonFactory READER =
      new JsonFactoryBuilder().streamReadConstraints(CONSTRAINTS).build();

  private Json() {}

  /** An empty object to fill. */
  public static Obj object() {
    return new Obj(new Members());
  }

  /**
   * Reads one object in the restricted dialect; key order and white space are free.
   *
   * @throws JsonException if the bytes are not UTF-8, not one JSON object, or hold a float, a null,
   *     a duplicate key, half a surrogate pair or a number out of range; the message says what and
   *     where
   */
  public static Obj parse(byte[] utf8) throws JsonException {
    try (JsonParser in = reader(utf8)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonException("expected a JSON object, found " + in.currentToken());
      }
      Obj read = readObject(in);
      if (in.nextToken() != null) {
        throw new JsonException("bytes after the end of the JSON object at " + where(in));
      }
      return read;
    } catch (IOException e) {
      throw new JsonException("not valid JSON: " + firstLine(e), e);
    }
  }

  /**
   * The integer behind a key of the outermost object, without reading what lies deeper or behind
   * it: for rows that are made from one number of each of many events. Whether all of it is of this
   * dialect is for {@link #parse} to say.
   *
   * @return {@code otherwise} when there is none, or no reader could come to it
   */
  public static long outerNumber(byte[] utf8, String key, long otherwise) {
    OptionalLong plain = OuterValue.number(utf8, key);
    return plain.isPresent() ? plain.getAsLong() : readOuterNumber(utf8, key, otherwise);
  }

  private static long readOuterNumber(byte[] utf8, String key, long otherwise) {
    try (JsonParser in = READER.createParser(utf8)) {
      return at(in, key) && in.currentToken() == JsonToken.VALUE_NUMBER_INT
          ? checkRange(in.getLongValue())
          : otherwise;
    } catch (IOException | JsonException e) {
      return otherwise; // no JSON, or out of range: it has no such number
    }
  }

  /**
   * The string behind a key of the outermost object, found in the same way.
   *
   * @return {@code otherwise} when there is none, or no reader could come to it
   */
  public static String outerText(byte[] utf8, String key, String otherwise) {
    return OuterValue.text(utf8, key).orElseGet(() -> readOuterText(utf8, key, otherwise));
  }

  private static String readOuterText(byte[] utf8, String key, String otherwise) {
    try (JsonParser in = READER.createParser(utf8)) {
      return at(in, key) && in.currentToken() == JsonToken.VALUE_STRING ? in.getText() : otherwise;
    } catch (IOException e) {
      return otherwise; // no JSON: it has no such string
    }
  }

  /** Goes to the value behind a key of the outermost object. */
  private static boolean at(JsonParser in, String key) throws IOException {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = in.currentName().equals(key);
      in.nextToken();
      if (found) {
        return true;
      }
      in.skipChildren();
    }
    return false;
  }

  /**
   * The library's reader of bytes takes some that are no UTF-8, and where it finds zeros, UTF-16
   * and UTF-32; so it gets what can be neither.
   */
  private static JsonParser reader(byte[] utf8) throws IOException, JsonException {
    return isAsciiWithoutZero(utf8) ? READER.createParser(utf8) : READER.createParser(decode(utf8));
  }

  private static boolean isAsciiWithoutZero(byte[] bytes) {
    for (byte each : bytes) {
      if (each <= 0) {
        return false;
      }
    }
    return true;
  }

  private static String decode(byte[] utf8) throws JsonException {
    String quick = new String(utf8, StandardCharsets.UTF_8);
    if (quick.indexOf('\uFFFD') < 0) {
      return quick; // what is no UTF-8 becomes U+FFFD, so here all was
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(utf8))
          .toString();
    } catch (CharacterCodingException e) {
      throw new JsonException("not valid UTF-8", e);
    }
  }

  private static Obj readObject(JsonParser in) throws IOException, JsonException {
    Obj obj = object();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String key = whole(in.currentName(), in);
      in.nextToken();
      if (obj.set(key, readValue(in)) != null) {
        throw new JsonException("duplicate key \"" + key + "\" before " + where(in));
      }
    }
    return obj;
  }

  private static Object readValue(JsonParser in) throws IOException, JsonException {
    JsonToken token = in.currentToken();
    if (token == null) {
      throw new JsonException("JSON ends early at " + where(in));
    }
    return switch (token) {
      case START_OBJECT -> readObject(in);
      case START_ARRAY -> readArray(in);
      case VALUE_STRING -> whole(in.getText(), in);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NUMBER_INT -> readInteger(in);
      default ->
          throw new JsonException(
              "this dialect has no "
                  + token
                  + " (line and column "
                  + where(in)
                  + "); use an integer, a string or leave it out");
    };
  }

  /**
   * The text, if it has a UTF-8 form. {@code "\\ud800"} can be written in JSON but has none, so
   * that two different texts would get the same canonical bytes (RFC 8785 section 3.2.2.2).
   */
  private static String whole(String text, JsonParser in) throws JsonException {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isHighSurrogate(text.charAt(i))
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(text.charAt(i))) {
        throw new JsonException("half a surrogate pair in the string before " + where(in));
      }
    }
    return text;
  }

  private static Long readInteger(JsonParser in) throws IOException, JsonException {
    if (in.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw new JsonException("integer out of range at " + where(in));
    }
    return checkRange(in.getLongValue());
  }

  private static List<Object> readArray(JsonParser in) throws IOException, JsonException {
    List<Object> list = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      list.add(readValue(in));
    }
    return List.copyOf(list);
  }

  private static long checkRange(long n) throws JsonException {
    if (n > MAX_INTEGER || n < -MAX_INTEGER) {
      throw new JsonException("integer " + n + " is out of range; at most 2^53-1 in magnitude");
    }
    return n;
  }

  private static String where(JsonParser in) {
    return in.currentLocation().getLineNr() + ":" + in.currentLocation().getColumnNr();
  }

  private static String firstLine(IOException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /**
   * An object of the dialect. Filled by its maker, then only read; not safe for use by two threads
   * while filled.
   */
  public static final class Obj {
    // Both kinds of map sort by UTF-16 code units, which is the order that RFC 8785 section 3.2.3
    // asks for.
    private Map<String, Object> values;

    private Obj(Map<String, Object> values) {
      this.values = values;
    }

    /** Many that come in no order, which only a stranger writes, are kept as a tree. */
    private @Nullable Object set(String key, Object value) {
      if (values instanceof Members members && !members.takes(key)) {
        values = new TreeMap<>(values);
      }
      return values.put(key, value);
    }

    /** Another object with the same values. */
    public Obj copy() {
      return Json.object().putAll(this);
    }

    /** Sets a string; replaces an earlier value. */
    public Obj put(String key, String value) {
      set(key, value);
      return this;
    }

    /** Sets a string unless it is empty: a missing value that is normal is left out. */
    public Obj putUnlessEmpty(String key, String value) {
      return value.isEmpty() ? this : put(key, value);
    }

    /**
     * Sets an integer.
     *
     * @throws IllegalArgumentException if |value| ≥ 2^53
     */
    public Obj put(String key, long value) {
      set(key, exact(key, value));
      return this;
    }

    private static Long exact(String key, long value) {
      if (value > MAX_INTEGER || value < -MAX_INTEGER) {
        throw new IllegalArgumentException(
            key + "=" + value + " is out of JSON's exact range (2^53-1)");
      }
      return value;
    }

    /** Sets a boolean. */
    public Obj put(String key, boolean value) {
      set(key, value);
      return this;
    }

    /** Sets an object. */
    public Obj put(String key, Obj value) {
      set(key, value);
      return this;
    }

    /**
     * Sets an array of strings, integers ({@code Long} or {@code Integer}), booleans, objects or
     * arrays of them.
     *
     * @throws IllegalArgumentException if an element is of another kind or an integer ≥ 2^53 in
     *     magnitude
     */
    public Obj put(String key, Collection<?> value) {
      List<Object> list = new ArrayList<>(value.size());
      for (Object each : value) {
        list.add(element(key, each));
      }
      set(key, List.copyOf(list));
      return this;
    }

    private static Object element(String key, Object each) {
      if (each instanceof Integer i) {
        return (long) i;
      }
      if (each instanceof Long n) {
        return exact(key, n);
      }
      if (each instanceof String || each instanceof Boolean || each instanceof Obj) {
        return each;
      }
      if (each instanceof List<?> inner) {
        return inner.stream().map(e -> element(key, e)).toList();
      }
      throw new IllegalArgumentException(
          key + " holds a " + each.getClass().getName() + ", which this JSON dialect lacks");
    }

    /**
     * The same with every string, at whatever depth, as {@code change} makes it of its key and
     * itself. A string of an array goes by the array's key. Mostly nothing changes: then it is this
     * object, else a copy that shares what did not change.
     */
    public Obj withTexts(BinaryOperator<String> change) {
      @Nullable Obj copy = null;
      for (Map.Entry<String, Object> each : values.entrySet()) {
        Object changed = changed(each.getKey(), each.getValue(), change);
        if (changed != each.getValue()) {
          copy = copy == null ? copy() : copy;
          copy.set(each.getKey(), changed);
        }
      }
      return copy == null ? this : copy;
    }

    private static Object changed(String key, Object value, BinaryOperator<String> change) {
      if (value instanceof String text) {
        return change.apply(key, text);
      }
      if (value instanceof Obj inner) {
        return inner.withTexts(change);
      }
      if (value instanceof List<?> list) {
        List<Object> texts = new ArrayList<>(list.size());
        boolean same = true;
        for (Object each : list) {
          Object changed = changed(key, each, change);
          same &= changed == each;
          texts.add(changed);
        }
        return same ? list : Collections.unmodifiableList(texts);
      }
      return value;
    }

    /** Copies every value of {@code other} into this one. */
    public Obj putAll(Obj other) {
      other.values.forEach(this::set);
      return this;
    }

    /** Whether the key is there. */
    public boolean has(String key) {
      return values.containsKey(key);
    }

    /** The keys, in canonical order. */
    public Set<String> keys() {
      return values.keySet();
    }

    /** Each key with its value as it is, in canonical order. */
    public void forEach(BiConsumer<String, Object> each) {
      values.forEach(each);
    }

    /** The value behind a key as it is: String, Long, Boolean, Obj or List; empty when absent. */
    public Optional<Object> find(String key) {
      return Optional.ofNullable(values.get(key));
    }

    /**
     * A string that must be there.
     *
     * @throws JsonException if it is missing or no string
     */
    public String text(String key) throws JsonException {
      return need(key, String.class, "a string");
    }

    /** A string, or {@code otherwise} when it is missing or no string. */
    public String text(String key, String otherwise) {
      return values.get(key) instanceof String s ? s : otherwise;
    }

    /**
     * An integer that must be there.
     *
     * @throws JsonException if it is missing or no integer
     */
    public long number(String key) throws JsonException {
      return need(key, Long.class, "an integer");
    }

    /** An integer, or {@code otherwise} when it is missing or no integer. */
    public long number(String key, long otherwise) {
      return values.get(key) instanceof Long n ? n : otherwise;
    }

    /** A boolean, or {@code otherwise} when it is missing or no boolean. */
    public boolean flag(String key, boolean otherwise) {
      return values.get(key) instanceof Boolean b ? b : otherwise;
    }

    /**
     * An object that must be there.
     *
     * @throws JsonException if it is missing or no object
     */
    public Obj object(String key) throws JsonException {
      return need(key, Obj.class, "an object");
    }

    /**
     * The objects of an array; empty when the key is missing. Elements of other kinds are refused.
     */
    public List<Obj> objects(String key) throws JsonException {
      return elements(key, Obj.class, "objects");
    }

    /**
     * The strings of an array; empty when the key is missing. Elements of other kinds are refused.
     */
    public List<String> texts(String key) throws JsonException {
      return elements(key, String.class, "strings");
    }

    private <T> List<T> elements(String key, Class<T> kind, String what) throws JsonException {
      Object value = values.get(key);
      if (value == null) {
        return List.of();
      }
      if (!(value instanceof List<?> list) || !list.stream().allMatch(kind::isInstance)) {
        throw new JsonException("\"" + key + "\" should be an array of " + what);
      }
      return list.stream().map(kind::cast).toList();
    }

    private <T> T need(String key, Class<T> kind, String what) throws JsonException {
      Object value = values.get(key);
      if (value == null) {
        throw new JsonException("\"" + key + "\" is missing; it should be " + what);
      }
      if (!kind.isInstance(value)) {
        throw new JsonException("\"" + key + "\" should be " + what);
      }
      return kind.cast(value);
    }

    /**
     * The canonical bytes (RFC 8785, UTF-8).
     *
     * <p>A lone surrogate, which a hostile file name can hold, has no UTF-8 form; it is written as
     * U+FFFD rather than losing the record.
     */
    public byte[] canonical() {
      return written().toBytes();
    }

    private CanonicalText written() {
      CanonicalText out = new CanonicalText(BYTES_A_MEMBER * (1 + values.size()));
      write(out, this);
      return out;
    }

    @Override
    public String toString() {
      return written().toString();
    }

    /** The same for people: keys in canonical order, a value a line. Never what is hashed. */
    public String indented() {
      CanonicalText out = new CanonicalText(1024);
      writeIndented(out, this, "\n");
      return out.toString();
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Obj other && values.equals(other.values);
    }

    @Override
    public int hashCode() {
      return values.hashCode();
    }
  }

  private static void write(CanonicalText out, Object value) {
    if (value instanceof String s) {
      out.addString(s);
    } else if (value instanceof Obj obj) {
      char before = '{';
      for (Map.Entry<String, Object> e : obj.values.entrySet()) {
        out.add(before);
        out.addString(e.getKey());
        out.add(':');
        write(out, e.getValue());
        before = ',';
      }
      out.add(before == '{' ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      char before = '[';
      for (Object e : list) {
        out.add(before);
        write(out, e);
        before = ',';
      }
      out.add(before == '[' ? "[]" : "]");
    } else if (value instanceof Long number) {
      out.add(number);
    } else {
      out.add(String.valueOf(value)); // true or false
    }
  }

  private static void writeIndented(CanonicalText out, Object value, String lineBreak) {
    String inner = lineBreak + "  ";
    if (value instanceof Obj obj && !obj.values.isEmpty()) {
      char before = '{';
      for (Map.Entry<String, Object> e : obj.values.entrySet()) {
        out.add(before);
        out.add(inner);
        out.addString(e.getKey());
        out.add(": ");
        writeIndented(out, e.getValue(), inner);
        before = ',';
      }
      out.add(lineBreak);
      out.add('}');
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      char before = '[';
      for (Object e : list) {
        out.add(before);
        out.add(inner);
        writeIndented(out, e, inner);
        before = ',';
      }
      out.add(lineBreak);
      out.add(']');
    } else {
      write(out, value);
    }
  }
}
