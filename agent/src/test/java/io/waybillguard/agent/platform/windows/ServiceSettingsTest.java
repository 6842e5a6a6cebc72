package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ServiceSettingsTest {
  @Test
  void privileges_are_a_list_that_ends_with_two_zeros() {
    String expected = String.join("\0", ServiceSettings.PRIVILEGES) + "\0\0";
    try (Memory info = ServiceSettings.privileges()) {
      byte[] written = info.getPointer(0).getByteArray(0, 2 * expected.length());
      assertEquals(expected, new String(written, StandardCharsets.UTF_16LE));
    }
  }

  @Test
  void a_description_keeps_its_chinese() {
    try (Memory info = ServiceSettings.description("监视 desk")) {
      Pointer text = info.getPointer(0);
      assertEquals("监视 desk\0", new String(text.getByteArray(0, 16), StandardCharsets.UTF_16LE));
    }
  }

  @Test
  void a_fall_is_answered_by_three_starts_each_later_than_the_one_before() {
    try (Memory info = ServiceSettings.failureActions()) {
      assertEquals(86_400, info.getInt(0));
      assertEquals(3, info.getInt(24));
      Pointer actions = info.getPointer(32);
      int[] told = actions.getIntArray(0, 6);
      assertEquals("[1, 5000, 1, 30000, 1, 120000]", java.util.Arrays.toString(told));
    }
  }
}
