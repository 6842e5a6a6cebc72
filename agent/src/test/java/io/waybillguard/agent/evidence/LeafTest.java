package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Severity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The header that is hashed: its bytes, its limits, and what it promises of the body. */
final class LeafTest {
  private static final byte[] SALT = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA = "{\"class_uid\":1010}".getBytes(StandardCharsets.US_ASCII);

  private final BodyPart body = new BodyPart(7, 0, SALT, DATA);
  private final Leaf.Promise promise =
      new Leaf.Promise(body.commitment(), DATA.length, "application/json", "critical");

  private byte[] bytes() {
    return Leaf.bytes(
        7,
        "usb.attach",
        1_781_238_660_000L,
        42,
        "b",
        List.of(promise),
        Json.object().put("rule", "r"));
  }

  /** The bytes that the format page shows; a change here breaks every log there is. */
  @Test
  void aLeafIsSpeltInOneWay() {
    assertEquals(
        "{\"body\":[{\"cls\":\"critical\",\"ct\":\"application/json\",\"h\":\""
            + body.commitment().base64()
            + "\",\"n\":18}],\"boot\":\"b\",\"mono\":42,\"rule\":\"r\",\"seq\":7,\"type\":\"usb.attach\",\"v\":1,\"wall\":1781238660000}",
        new String(bytes(), StandardCharsets.UTF_8));
  }

  /** printf '0123456789abcdef{"class_uid":1010}' | sha256sum */
  @Test
  void aCommitmentIsTheHashOfSaltAndData() {
    assertEquals(
        Hash.sha256("0123456789abcdef{\"class_uid\":1010}".getBytes(StandardCharsets.US_ASCII)),
        body.commitment());
  }

  @Test
  void aLeafReadsBack() throws EvidenceException {
    Leaf leaf = Leaf.parse(bytes());
    assertEquals(7, leaf.seq());
    assertEquals("usb.attach", leaf.type());
    assertEquals(1_781_238_660_000L, leaf.wall());
    assertEquals(42, leaf.mono());
    assertEquals("b", leaf.boot());
    assertEquals(List.of(promise), leaf.bodies());
    assertEquals("r", leaf.fields().text("rule", ""));
    leaf.check(body);
  }

  @Test
  void aRecordCannotOverwriteWhatTheLogSays() throws EvidenceException {
    byte[] lying =
        Leaf.bytes(
            7, "x", 1, 2, "b", List.of(), Json.object().put("seq", 8).put("v", 9).put("type", "y"));
    assertEquals(7, Leaf.parse(lying).seq());
    assertEquals("x", Leaf.parse(lying).type());
  }

  @Test
  void aBodyThatWasNotPromisedIsRefused() throws EvidenceException {
    Leaf leaf = Leaf.parse(bytes());
    byte[] other = DATA.clone();
    other[3] ^= 1;
    byte[] salt = SALT.clone();
    salt[15] ^= 1;
    // The same bytes behind the hash, cut elsewhere.
    byte[] longSalt = "0123456789abcdef{".getBytes(StandardCharsets.US_ASCII);
    byte[] rest = "\"class_uid\":1010}".getBytes(StandardCharsets.US_ASCII);
    for (BodyPart bad :
        List.of(
            new BodyPart(7, 0, SALT, other),
            new BodyPart(7, 0, salt, DATA),
            new BodyPart(7, 0, longSalt, rest),
            new BodyPart(7, 0, new byte[0], new byte[0]),
            new BodyPart(7, 1, SALT, DATA),
            new BodyPart(7, -1, SALT, DATA),
            new BodyPart(8, 0, SALT, DATA))) {
      assertThrows(EvidenceException.class, () -> leaf.check(bad));
    }
  }

  @Test
  void anEmptyBodyIsABody() throws EvidenceException {
    BodyPart empty = new BodyPart(7, 0, SALT, new byte[0]);
    Leaf.Promise nothing = new Leaf.Promise(empty.commitment(), 0, "text/plain", "technical");
    Leaf leaf = Leaf.parse(Leaf.bytes(7, "x", 0, 0, "b", List.of(nothing), Json.object()));
    leaf.check(empty);
    assertThrows(EvidenceException.class, () -> leaf.check(body));
  }

  @Test
  void whatIsNoLeafIsRefused() {
    String good = new String(bytes(), StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            "",
            "null",
            "[]",
            "{}",
            good + "{}",
            good.replace("\"v\":1", "\"v\":2"),
            good.replace("\"v\":1", "\"v\":\"1\""),
            good.replace("\"v\":1", "\"v\":1.0"),
            good.replace("\"v\":1", "\"v\":1,\"v\":1"),
            good.replace("\"seq\":7", "\"seq\":9007199254740992"),
            good.replace("\"seq\":7,", ""),
            good.replace("\"type\":\"usb.attach\",", ""),
            good.replace("\"type\":\"usb.attach\"", "\"type\":null"),
            good.replace("\"boot\":\"b\",", ""),
            good.replace("\"n\":18", "\"n\":\"18\""),
            good.replace(promise.commitment().base64(), "AAAA"),
            good.replace("[{", "[[{").replace("}]", "}]]"),
            good.substring(0, good.length() - 1),
            "{\"a\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}")) {
      assertThrows(
          EvidenceException.class,
          () -> Leaf.parse(bad.getBytes(StandardCharsets.UTF_8)),
          bad.substring(0, Math.min(bad.length(), 300)));
    }
    byte[] notUtf8 = bytes();
    notUtf8[20] = (byte) 0xff;
    assertThrows(EvidenceException.class, () -> Leaf.parse(notUtf8));
  }

  @Test
  void aLeafOf4096BytesIsReadAndOneMoreIsNot() throws EvidenceException {
    byte[] just = sized(Leaf.MOST_BYTES);
    assertEquals(Leaf.MOST_BYTES, just.length);
    assertEquals(7, Leaf.parse(just).seq());
    assertThrows(EvidenceException.class, () -> Leaf.parse(sized(Leaf.MOST_BYTES + 1)));
  }

  private static byte[] sized(int length) {
    int without = Leaf.bytes(7, "x", 0, 0, "b", List.of(), Json.object().put("f", "")).length;
    return Leaf.bytes(
        7, "x", 0, 0, "b", List.of(), Json.object().put("f", "x".repeat(length - without)));
  }

  /** What is too large for a header is refused before it takes a place in the log. */
  @Test
  void anEventWithTooLargeAHeaderTakesNoPlace(@TempDir Path folder) throws Exception {
    try (TestLog desk = TestLog.in(folder)) {
      List<Long> about = LongStream.range(1_000_000, 1_001_000).boxed().toList();
      Finding large = new Finding(TestLog.NOON, "rule", Severity.HIGH, about, Json.object());
      assertThrows(RuntimeException.class, () -> desk.log().append(large));
      assertEquals(0, desk.log().pendingSize());
      desk.add(2).seal().assertSound();
      assertEquals(2, desk.log().durableSize());
    }
  }
}
