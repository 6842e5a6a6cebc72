package io.waybillguard.agent.notify.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class KeyChoiceTest {
  private final KeyChoice keys = new KeyChoice();

  @Test
  void oneKeyAloneAnswers() {
    assertTrue(keys.typed(2, 10_000));
    assertEquals(2, keys.settled(10_000 + KeyChoice.ALONE));
    assertEquals(0, keys.settled(10_000 + 2 * KeyChoice.ALONE), "only once");
  }

  @Test
  void aScannedWaybillAnswersNothingWhateverItsDigits() {
    long at = 10_000;
    String waybill = "2132113321231";
    for (int i = 0; i < waybill.length(); i++) {
      keys.typed(waybill.charAt(i) - '0', at);
      at += 12;
    }
    keys.typed(0, at); // Enter
    assertEquals(0, keys.settled(10_000 + KeyChoice.ALONE));
    assertEquals(0, keys.settled(at + KeyChoice.ALONE));
  }

  @Test
  void aKeyAfterOthersIsNoneAlone() {
    assertFalse(keys.typed(0, 10_000));
    assertFalse(keys.typed(1, 10_000 + KeyChoice.ALONE - 1));
    assertTrue(keys.typed(1, 20_000));
    assertFalse(keys.typed(1, 20_100));
    assertEquals(0, keys.settled(20_000 + KeyChoice.ALONE));
  }
}
