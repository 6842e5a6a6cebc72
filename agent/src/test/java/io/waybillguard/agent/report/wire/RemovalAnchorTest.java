package io.waybillguard.agent.report.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class RemovalAnchorTest {
  private static final byte[] SECRET = "the secret of one chain".getBytes(StandardCharsets.UTF_8);
  private static final String ORIGIN = "evidence.example/agent/341ec227092d29d8";
  private static final long DAY = RemovalAnchor.day(Instant.parse("2026-11-28T09:00:00Z"));
  private static final long ERA = RemovalAnchor.era(DAY);

  private final RemovalAnchor anchor = RemovalAnchor.of(SECRET, ORIGIN, ERA);

  @Test
  void everyDayOfAChainHasOneCodeThatOpensThatDayAndNoOther() {
    for (long day = ERA * RemovalAnchor.DAYS; RemovalAnchor.era(day) == ERA; day++) {
      String code = RemovalAnchor.code(SECRET, ORIGIN, day);
      assertTrue(anchor.opens(ORIGIN, day, code), day + " " + code);
      assertFalse(anchor.opens(ORIGIN, day - 1, code), day + " " + code);
      assertFalse(anchor.opens(ORIGIN, day + 1, code), day + " " + code);
    }
  }

  @Test
  void aCodeOpensNoOtherDeskAndNoOtherYear() {
    String code = RemovalAnchor.code(SECRET, ORIGIN, DAY);
    String other = "evidence.example/agent/eaea4c48823de632";
    assertFalse(RemovalAnchor.of(SECRET, other, ERA).opens(other, DAY, code));
    assertFalse(
        RemovalAnchor.of(SECRET, ORIGIN, ERA + 1).opens(ORIGIN, DAY + RemovalAnchor.DAYS, code));
  }

  @Test
  void whatTheDeskHoldsIsNoCodeItself() {
    for (long day = ERA * RemovalAnchor.DAYS; RemovalAnchor.era(day) == ERA; day++) {
      assertFalse(anchor.opens(ORIGIN, day, anchor.end()));
    }
  }

  @Test
  void itIsTakenAsItIsHeardOnThePhone() {
    String code = RemovalAnchor.code(SECRET, ORIGIN, DAY);
    assertTrue(code.matches("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}"), code);
    String plain = code.replace("-", "");
    StringBuilder wide = new StringBuilder();
    plain.chars().forEach(each -> wide.append((char) (each + 0xfee0)));
    for (String typed :
        new String[] {
          plain,
          plain.toLowerCase(java.util.Locale.ROOT),
          " " + code.replace('-', ' ') + " ",
          code.replace('0', 'o').replace('1', 'l'),
          wide.toString()
        }) {
      assertTrue(anchor.opens(ORIGIN, DAY, typed), typed);
    }
    String slip = (code.charAt(0) == 'A' ? 'B' : 'A') + code.substring(1);
    for (String typed : new String[] {"", "?", plain.substring(1), plain + "0", slip}) {
      assertFalse(anchor.opens(ORIGIN, DAY, typed), typed);
    }
    assertNotEquals(code, RemovalAnchor.code(SECRET, ORIGIN, DAY + 1));
  }

  @Test
  void theArithmeticStaysWhatDesksInTheFieldHold() {
    assertEquals("5130-9KNC-MVK0-S0T1", RemovalAnchor.code(SECRET, ORIGIN, DAY));
    assertEquals(new RemovalAnchor(56, "6HV8XFZAAKYK29N4"), anchor);
  }

  @Test
  void whatIsNoEndIsRefused() {
    for (String bad : new String[] {"", "ABC", "0000-0000-0000-00", "000000000000000U"}) {
      assertThrows(IllegalArgumentException.class, () -> new RemovalAnchor(56, bad), bad);
    }
  }
}
