package io.waybillguard.agent.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class JsonTest {

  @Test
  void whereNoTextChangesAnObjectIsTheSameAndElseTheOtherPartsAre() {
    Json.Obj kept = Json.object().put("a", "one").put("n", 7);
    Json.Obj event =
        Json.object().put("kept", kept).put("list", List.of("two", "x")).put("t", "three");
    assertSame(event, event.withTexts((key, text) -> text));
    Json.Obj changed = event.withTexts((key, text) -> text.equals("x") ? "y" : text);
    assertEquals(
        "{\"kept\":{\"a\":\"one\",\"n\":7},\"list\":[\"two\",\"y\"],\"t\":\"three\"}",
        changed.toString());
    assertSame(kept, changed.find("kept").orElseThrow());
    assertEquals(
        "{\"kept\":{\"a\":\"one\",\"n\":7},\"list\":[\"two\",\"x\"],\"t\":\"three\"}",
        event.toString());
  }

  /** The example of RFC 8785 section 3.2.2 to 3.2.4, without its floats and its null. */
  @Test
  void theExampleOfTheStandardHasTheBytesOfTheStandard() throws Exception {
    String input =
        """
        {
          "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
          "literals": [true, false]
        }
        """;
    String expected =
        "7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 74 72 75 65 2c 66 61 6c 73 65 5d 2c"
            + " 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42"
            + " 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d";
    assertEquals(
        expected, HexFormat.ofDelimiter(" ").formatHex(Json.parse(bytes(input)).canonical()));
  }

  /** RFC 8785 section 3.2.3: by UTF-16 code units, so an emoji sorts before U+FB33. */
  @Test
  void keysAreSortedByTheirUtf16Units() {
    Json.Obj obj =
        Json.object()
            .put("\u20ac", "Euro Sign")
            .put("\r", "Carriage Return")
            .put("\ufb33", "Hebrew Letter Dalet With Dagesh")
            .put("1", "One")
            .put("\ud83d\ude00", "Emoji: Grinning Face")
            .put("\u0080", "Control")
            .put("\u00f6", "Latin Small Letter O With Diaeresis");
    assertEquals(
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
            + "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
            + "\"\ud83d\ude00\":\"Emoji: Grinning Face\","
            + "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
        obj.toString());
  }

  @Test
  void onlyWhatMustBeEscapedIsEscapedAndInOneWay() {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c <= 0x80; c++) {
      all.append(c);
    }
    all.append("/\u2028\u2029\ufeff\uffff");
    assertEquals(
        "{\"k\":\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r"
            + "\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019"
            + "\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f !\\\"#$%&'()*+,-./0123456789:;<=>?@"
            + "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\u007f\u0080"
            + "/\u2028\u2029\ufeff\uffff\"}",
        Json.object().put("k", all.toString()).toString());
  }

  @Test
  void halfASurrogatePairIsWrittenAsTheReplacementCharacterAndNeverRead() {
    byte[] written = Json.object().put("name", "a\ud800b\udc00").canonical();
    assertArrayEquals(bytes("{\"name\":\"a\ufffdb\ufffd\"}"), written);
    refused("{\"name\":\"a\\ud800\"}", "surrogate");
    refused("{\"name\":\"\\udc00\\ud800\"}", "surrogate");
    refused("{\"\\udfff\":1}", "surrogate");
  }

  @Test
  void emptyThingsAndNestedThingsHaveOneForm() {
    assertEquals("{}", Json.object().toString());
    assertEquals(
        "{\"a\":[],\"b\":{},\"c\":[{},[],[1,\"x\",true]]}",
        Json.object()
            .put("c", List.of(Json.object(), List.of(), List.of(1, "x", true)))
            .put("b", Json.object())
            .put("a", List.of())
            .toString());
  }

  @Test
  void integersReachToTwoToThe53AndNoFurther() throws Exception {
    long most = (1L << 53) - 1;
    assertEquals(most, Json.parse(bytes("{\"n\":9007199254740991}")).number("n"));
    assertEquals(-most, Json.parse(bytes("{\"n\":-9007199254740991}")).number("n"));
    refused("{\"n\":9007199254740992}", "out of range");
    refused("{\"n\":-9007199254740992}", "out of range");
    refused("{\"n\":9223372036854775808}", "out of range");
    refused("{\"n\":1" + "0".repeat(400) + "}", "not valid JSON");
    assertThrows(IllegalArgumentException.class, () -> Json.object().put("n", most + 1));
    assertThrows(IllegalArgumentException.class, () -> Json.object().put("n", -most - 1));
    assertThrows(IllegalArgumentException.class, () -> Json.object().put("n", List.of(most + 1)));
    assertThrows(
        IllegalArgumentException.class, () -> Json.object().put("n", List.of(List.of(most + 1))));
    assertEquals("{\"n\":0}", Json.parse(bytes("{\"n\":-0}")).toString());
  }

  @Test
  void aNumberOfTheOutermostObjectIsFoundAlone() {
    assertEquals(
        4,
        Json.outerNumber(
            bytes(
                "{\"a\":{\"n\":1},\"b\":[{\"n\":2}],\"c\":\"\\\"n\\\":3\",\"n\":4,\"z\":{\"n\":5}}"),
            "n",
            0));
    for (String none :
        List.of(
            "",
            "{}",
            "[1]",
            "no",
            "{\"a\":{\"n\":1}}",
            "{\"n\":\"1\"}",
            "{\"n\":1.5}",
            "{\"m\":,")) {
      assertEquals(7, Json.outerNumber(bytes(none), "n", 7), none);
    }
    assertEquals(7, Json.outerNumber(bytes("{\"n\":9223372036854775808}"), "n", 7));
    assertEquals(7, Json.outerNumber(bytes("{\"n\":9007199254740992}"), "n", 7));
  }

  @Test
  void aTextOfTheOutermostObjectIsFoundAlone() {
    assertEquals(
        "四",
        Json.outerText(
            bytes("{\"a\":{\"t\":\"1\"},\"b\":[{\"t\":\"2\"}],\"t\":\"四\",\"z\":1}"), "t", ""));
    for (String none :
        List.of("", "{}", "[\"t\"]", "{\"a\":{\"t\":\"1\"}}", "{\"t\":1}", "{\"t\":[]}")) {
      assertEquals("-", Json.outerText(bytes(none), "t", "-"), none);
    }
  }

  /** What is written by ourselves is found without a reader; it has to come to the same. */
  @Test
  void whatIsFoundAloneIsWhatAReaderFinds() {
    for (long seed = 0; seed < 2_000; seed++) {
      Json.Obj obj = randomObject(new Random(seed), 0);
      byte[] written = obj.put("0", "\\\"{").put("ms", -seed).put("type", "a.b").canonical();
      for (String key : obj.keys()) {
        assertEquals(obj.number(key, 7), Json.outerNumber(written, key, 7), "seed " + seed);
        assertEquals(obj.text(key, "-"), Json.outerText(written, key, "-"), "seed " + seed);
      }
      assertEquals(7, Json.outerNumber(written, "none", 7), "seed " + seed);
      assertEquals("-", Json.outerText(written, "none", "-"), "seed " + seed);
      assertEquals(OptionalLong.of(-seed), OuterValue.number(written, "ms"), "seed " + seed);
      assertEquals(Optional.of("a.b"), OuterValue.text(written, "type"), "seed " + seed);
    }
  }

  @Test
  void whatIsSpelledInAnotherWayIsFoundToo() {
    assertEquals(4, Json.outerNumber(bytes(" { \"m\" : [ 1 ] , \"n\" : 4 } "), "n", 7));
    assertEquals(4, Json.outerNumber(bytes("{\"\\u006e\":4}"), "n", 7));
    assertEquals(7, Json.outerNumber(bytes("{\"n\":04}"), "n", 7));
    assertEquals(7, Json.outerNumber(bytes("{\"n\":4e1}"), "n", 7));
    assertEquals("a\"", Json.outerText(bytes("{\"t\":\"a\\\"\"}"), "t", "-"));
    assertEquals("-", Json.outerText(bytes("{\"t\":\"a"), "t", "-"));
    assertEquals("-", Json.outerText(bytes("{\"s\":\"\\"), "t", "-"));
  }

  @Test
  void manyMembersInAnyOrderAreKeptInTheOneOrder() throws Exception {
    for (int many : new int[] {0, 1, 8, 9, 63, 64, 65, 1_000}) {
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        keys.add("k" + i);
      }
      Collections.shuffle(keys, new Random(many));
      Json.Obj shuffled = Json.object();
      keys.forEach(key -> shuffled.put(key, "before").put(key, key));
      Json.Obj sorted = Json.object();
      keys.stream().sorted().forEach(key -> sorted.put(key, key));
      assertEquals(List.copyOf(new TreeSet<>(keys)), List.copyOf(shuffled.keys()));
      assertEquals(sorted, shuffled);
      assertEquals(sorted.hashCode(), shuffled.hashCode());
      assertEquals(shuffled, Json.parse(shuffled.canonical()));
      assertEquals(sorted.toString(), shuffled.copy().toString());
      for (String key : keys) {
        assertEquals(key, shuffled.text(key));
      }
      assertFalse(shuffled.has("l"));
      if (many > 0) {
        String twice = shuffled.toString().replaceFirst("[}]$", ",\"" + keys.get(0) + "\":1}");
        refused(twice, "duplicate key \"" + keys.get(0) + "\"");
      }
    }
  }

  @Test
  void whatTheDialectLacksIsRefused() {
    refused("{\"a\":1.0}", "no VALUE_NUMBER_FLOAT");
    refused("{\"a\":1e2}", "no VALUE_NUMBER_FLOAT");
    refused("{\"a\":null}", "no VALUE_NULL");
    refused("{\"a\":[null]}", "no VALUE_NULL");
    refused("{\"a\":1,\"a\":1}", "duplicate key \"a\"");
    refused("{\"a\":{\"b\":1,\"\\u0062\":2}}", "duplicate key \"b\"");
    assertThrows(IllegalArgumentException.class, () -> Json.object().put("a", List.of(1.5)));
  }

  @Test
  void whatIsNotExactlyOneObjectIsRefused() {
    for (String text :
        List.of(
            "",
            " ",
            "[]",
            "1",
            "\"a\"",
            "true",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{} {}",
            "{}x",
            "{}\u0000",
            "\0{\0}", // UTF-16, and in the other order
            "{\0}\0",
            "\0\0\0{\0\0\0}", // UTF-32
            "{\0\0\0}\0\0\0",
            "\ufeff{}",
            "{a:1}",
            "{'a':1}",
            "{\"a\":01}",
            "{\"a\":+1}",
            "{\"a\":NaN}",
            "{\"a\":1}//c",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":[1,]}")) {
      assertThrows(JsonException.class, () -> Json.parse(bytes(text)), text);
    }
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    for (String hex :
        List.of(
            "7b2261223a22ff227d", // a byte that never occurs
            "7b2261223a22c080227d", // overlong
            "7b2261223a22eda080227d", // a surrogate
            "7b2261223a22f4908080227d", // beyond U+10FFFF
            "7b2261223a22e6")) { // cut short
      JsonException refused =
          assertThrows(JsonException.class, () -> Json.parse(HexFormat.of().parseHex(hex)), hex);
      assertEquals("not valid UTF-8", refused.getMessage());
    }
  }

  @Test
  void nestingEndsBeforeTheStackDoes() throws Exception {
    assertTrue(Json.parse(bytes("{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}")).has("a"));
    refused("{\"a\":" + "[".repeat(32) + "]".repeat(32) + "}", "nesting");
    refused("{\"a\":" + "[".repeat(1_000_000), "nesting");
    refused("{\"a\":".repeat(100_000), "nesting");
  }

  @Test
  void aMissingValueIsNamed() throws Exception {
    Json.Obj obj = Json.parse(bytes("{\"n\":1,\"s\":\"x\",\"l\":[\"a\",2]}"));
    assertEquals(
        "\"m\" is missing; it should be a string",
        assertThrows(JsonException.class, () -> obj.text("m")).getMessage());
    assertEquals(
        "\"n\" should be a string",
        assertThrows(JsonException.class, () -> obj.text("n")).getMessage());
    assertEquals(
        "\"l\" should be an array of strings",
        assertThrows(JsonException.class, () -> obj.texts("l")).getMessage());
    assertEquals(List.of(), obj.texts("m"));
    assertEquals(7, obj.number("s", 7));
    assertFalse(obj.flag("n", false));
  }

  @Test
  void whatIsWrittenIsReadBackTheSame() throws Exception {
    for (long seed = 0; seed < 2_000; seed++) {
      Json.Obj obj = randomObject(new Random(seed), 0);
      byte[] written = obj.canonical();
      Json.Obj read = Json.parse(written);
      assertEquals(obj, read, "seed " + seed);
      assertArrayEquals(written, read.canonical(), "seed " + seed);
    }
  }

  @Test
  void damagedBytesAreReadRightOrRefusedAndNothingElse() {
    Random random = new Random(8785);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = randomObject(new Random(i % 50), 0).canonical();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      try {
        byte[] again = Json.parse(damaged).canonical();
        assertArrayEquals(again, Json.parse(again).canonical());
      } catch (JsonException expected) {
        assertFalse(String.valueOf(expected.getMessage()).contains("\n"), expected.getMessage());
      }
    }
  }

  private static Json.Obj randomObject(Random random, int depth) {
    Json.Obj obj = Json.object();
    for (int n = random.nextInt(5); n > 0; n--) {
      String key = randomText(random);
      switch (random.nextInt(depth < 5 ? 5 : 3)) {
        case 0 -> obj.put(key, randomText(random));
        case 1 -> obj.put(key, random.nextLong() >> (11 + random.nextInt(50)));
        case 2 -> obj.put(key, random.nextBoolean());
        case 3 -> obj.put(key, randomObject(random, depth + 1));
        default -> obj.put(key, randomList(random, depth + 1));
      }
    }
    return obj;
  }

  private static List<Object> randomList(Random random, int depth) {
    List<Object> list = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      switch (random.nextInt(depth < 5 ? 4 : 2)) {
        case 0 -> list.add(randomText(random));
        case 1 -> list.add(random.nextInt());
        case 2 -> list.add(randomObject(random, depth + 1));
        default -> list.add(randomList(random, depth + 1));
      }
    }
    return list;
  }

  /** Any Unicode text: controls, Chinese, emoji, unassigned; never half a surrogate pair. */
  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(12); n > 0; n--) {
      int codePoint =
          switch (random.nextInt(4)) {
            case 0 -> random.nextInt(0x80);
            case 1 -> 0x4E00 + random.nextInt(0x5000);
            case 2 -> 0x10000 + random.nextInt(0x100000);
            default -> random.nextInt(0xD800);
          };
      text.appendCodePoint(codePoint);
    }
    return text.toString();
  }

  private static void refused(String text, String because) {
    JsonException refused = assertThrows(JsonException.class, () -> Json.parse(bytes(text)));
    assertTrue(
        String.valueOf(refused.getMessage()).contains(because),
        because + " is not in: " + refused.getMessage());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
