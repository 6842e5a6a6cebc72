package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class WaybillKeyTest {
  private static final byte[] SECRET =
      HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  private static final WaybillKey KEY = new WaybillKey(SECRET);

  /** Made with Python's hmac, so that nobody changes the form without noticing. */
  @Test
  void aTagIsTheFirstHalfOfAnHmacAndStaysWhatItIs() {
    assertEquals("42962778ea8ae555967bdcf640b04cd8", KEY.tag("SF1234567890123"));
    assertEquals(
        "72ffb79fcd95613fdaf4bed724aad9c2", KEY.forLog("0123456789abcdef").tag("SF1234567890123"));
  }

  @Test
  void anotherNumberAnotherLogAndAnotherCompanyHaveOtherTags() {
    WaybillKey one = KEY.forLog("0123456789abcdef");
    assertNotEquals(one.tag("300527476792"), one.tag("300527476793"));
    assertNotEquals(one.tag("300527476792"), KEY.forLog("0123456789abcdee").tag("300527476792"));
    assertNotEquals(KEY.tag("300527476792"), new WaybillKey(new byte[32]).tag("300527476792"));
  }

  @Test
  void theSecretIsNeitherShownNorChangedFromOutside() {
    byte[] given = SECRET.clone();
    WaybillKey key = new WaybillKey(given);
    given[0] = 1;
    key.bytes()[1] = 1;
    assertEquals(KEY, key);
    assertFalse(key.toString().contains("0102"), key::toString);
    assertThrows(IllegalArgumentException.class, () -> new WaybillKey(new byte[31]));
  }
}
