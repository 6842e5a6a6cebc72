package io.waybillguard.agent.report.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.WaybillKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MessagesTest {
  private final byte[] secret = new byte[32];
  private final byte[] ca = new byte[32];

  @Test
  void everyMessageIsReadAsItWasWritten() throws WireException {
    EnrollRequest enroll =
        new EnrollRequest(
            "wgTOKEN", "spki", "a+b+c", new EnrollRequest.Host("台1", "Debian", "0.1"), "s1", "s2");
    assertEquals(enroll, EnrollRequest.decode(enroll.encode()));
    EnrollReply enrolled =
        new EnrollReply(
            List.of("one", "two"), "o", "HZ-01", "w", "m", "c", Instant.ofEpochMilli(1_234));
    assertEquals(enrolled, EnrollReply.decode(enrolled.encode()));
    Optional<WaybillKey> key = Optional.of(new WaybillKey(new byte[WaybillKey.BYTES]));
    EnrollReply withKey =
        new EnrollReply(
            List.of("one"), "o", "HZ-01", "w", "m", "c", Instant.ofEpochMilli(1_234), key);
    assertEquals(withKey, EnrollReply.decode(withKey.encode()));
    assertFalse(withKey.toString().contains("AAAA"), withKey::toString);
    RenewReply renewed = new RenewReply(List.of("one"), Instant.ofEpochMilli(5), key);
    assertEquals(renewed, RenewReply.decode(renewed.encode()));
    Heartbeat beat = new Heartbeat("o", 7, "root", 5, "0.1", "ab", 99, "boot", 1, 2);
    assertEquals(beat, Heartbeat.decode(beat.encode()));
    HeartbeatReply answer =
        new HeartbeatReply(
            Instant.ofEpochMilli(5),
            7,
            6,
            Duration.ofMinutes(5),
            List.of(new Command.Message("note\n", Json.object().put("from", 3))),
            "head",
            true,
            List.of(RemovalAnchor.of(secret, "o", 56)));
    assertEquals(answer, HeartbeatReply.decode(answer.encode()));
    Refusal refusal = new Refusal(Refusal.TOKEN_USED, "why");
    assertEquals(refusal, Refusal.decode(refusal.encode()));
  }

  @Test
  void aNumberLineIsReadAsItWasWritten() throws WireException {
    assertEquals(42, NumberLine.decode(NumberLine.encode(42)));
    assertEquals(3, NumberLine.decodeUnknownEpoch(NumberLine.encodeUnknownEpoch(3)));
    for (String bad : List.of("42", "042\n", "unknown epoch 3\n", "\n", "9223372036854775808\n")) {
      assertThrows(
          WireException.class,
          () -> NumberLine.decode(bad.getBytes(StandardCharsets.US_ASCII)),
          bad);
    }
    assertThrows(WireException.class, () -> NumberLine.decodeUnknownEpoch(NumberLine.encode(3)));
  }

  @Test
  void aMissingFieldIsNamed() {
    WireException refused =
        assertThrows(
            WireException.class,
            () -> EnrollRequest.decode("{\"token\":\"x\"}".getBytes(StandardCharsets.UTF_8)));
    assertTrue(refused.toString().contains("host"), refused.toString());
  }

  @Test
  void aNegativeSizeIsNoHeartbeat() {
    Heartbeat beat = new Heartbeat("o", -1, "root", 0, "", "", 0, "", 0, 0);
    assertThrows(WireException.class, () -> Heartbeat.decode(beat.encode()));
  }

  @Test
  void aTokenPinsItsOwnHqOnly() throws WireException {
    ca[0] = 1;
    EnrollToken token = EnrollToken.parse(" " + EnrollToken.of(secret, ca).text() + "\n");
    assertTrue(token.pins(ca));
    ca[15] = 1;
    assertFalse(token.pins(ca));
  }

  @Test
  void aMistypedTokenIsRefused() {
    String good = EnrollToken.of(secret, ca).text();
    for (String bad : List.of("", "wg", good.substring(1), good + "A", good.replace('A', '+'))) {
      assertThrows(WireException.class, () -> EnrollToken.parse(bad), bad);
    }
  }

  @Test
  void aTokenIsNotPrinted() {
    EnrollToken token = EnrollToken.of(secret, ca);
    assertFalse(token.toString().contains(token.text()));
  }
}
