package io.waybillguard.agent.platform.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Paths as calls of Windows take and answer them. */
final class LongPathTest {
  private static final String DEEP = "\\扫描".repeat(100);

  @Test
  void a_short_path_stays_as_it_is_and_a_long_one_gets_the_prefix() {
    assertEquals("D:\\扫描\\1.jpg", LongPath.of("D:\\扫描\\1.jpg"));
    assertEquals("D:\\" + "a".repeat(244), LongPath.of("D:\\" + "a".repeat(244)));
    assertEquals("\\\\?\\D:\\" + "a".repeat(245), LongPath.of("D:\\" + "a".repeat(245)));
    assertEquals("\\\\?\\D:" + DEEP, LongPath.of("D:" + DEEP));
  }

  @Test
  void one_of_another_machine_gets_that_of_the_network() {
    assertEquals("\\\\nas\\s\\1.jpg", LongPath.of("\\\\nas\\s\\1.jpg"));
    assertEquals("\\\\?\\UNC\\nas\\s" + DEEP, LongPath.of("\\\\nas\\s" + DEEP));
  }

  @Test
  void what_has_a_prefix_or_is_a_device_is_not_touched() {
    for (String path :
        new String[] {"\\\\?\\D:" + DEEP, "\\\\?\\UNC\\nas" + DEEP, "\\\\.\\x" + DEEP}) {
      assertEquals(path, LongPath.of(path));
    }
  }

  @Test
  void an_answer_is_told_as_people_write_it() {
    assertEquals("D:\\扫描\\1.jpg", LongPath.plain("\\\\?\\D:\\扫描\\1.jpg"));
    assertEquals("\\\\nas\\扫描\\1.jpg", LongPath.plain("\\\\?\\UNC\\nas\\扫描\\1.jpg"));
    assertEquals("D:\\1.jpg", LongPath.plain("D:\\1.jpg"));
    assertEquals("", LongPath.plain(""));
  }
}
