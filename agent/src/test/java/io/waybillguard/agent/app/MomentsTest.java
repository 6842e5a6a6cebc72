package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MomentsTest {
  /** 12:31:05 on the desk's clock. */
  private final Moments moments =
      new Moments(Instant.parse("2026-06-12T04:31:05Z"), ZoneId.of("Asia/Shanghai"));

  @Test
  void aDayBeginsAtItsMidnightAndEndsAtTheNext() {
    assertSpan("2026-06-11T16:00:00Z", "2026-06-12T16:00:00Z", "2026-06-12");
    assertSpan("2026-06-11T16:00:00Z", "2026-06-12T16:00:00Z", "today");
    assertSpan("2026-06-11T16:00:00Z", "2026-06-12T16:00:00Z", "今天");
    assertSpan("2026-06-10T16:00:00Z", "2026-06-11T16:00:00Z", "Yesterday");
  }

  @Test
  void aTimeIsTheDesksUnlessItSaysWhose() {
    assertSpan("2026-06-12T02:15:00Z", "2026-06-12T02:15:00Z", "10:15");
    assertSpan("2026-06-11T02:15:09Z", "2026-06-11T02:15:09Z", "2026-06-11 10:15:09");
    assertSpan("2026-06-11T02:15:00Z", "2026-06-11T02:15:00Z", "2026-06-11T10:15");
    assertSpan("2026-06-11T10:15:00.250Z", "2026-06-11T10:15:00.250Z", "2026-06-11T10:15:00.25Z");
    assertSpan("2026-06-11T09:15:00Z", "2026-06-11T09:15:00Z", "2026-06-11T10:15:00+01:00");
  }

  @Test
  void aSpanIsCountedBackFromNow() {
    assertSpan("2026-06-12T02:31:05Z", "2026-06-12T02:31:05Z", "2h");
    assertSpan("2026-06-05T04:31:05Z", "2026-06-05T04:31:05Z", "7D");
    assertSpan("2026-06-12T04:30:35Z", "2026-06-12T04:30:35Z", "30s");
  }

  @Test
  void whatIsNoTimeIsNone() {
    for (String text : new String[] {"", "2026-02-30", "25:00", "2w", "-2h", "now", "12"}) {
      assertEquals(Optional.empty(), moments.begin(text), text);
      assertEquals(Optional.empty(), moments.end(text), text);
    }
  }

  private void assertSpan(String begin, String end, String text) {
    assertEquals(Optional.of(Instant.parse(begin)), moments.begin(text), text);
    assertEquals(Optional.of(Instant.parse(end)), moments.end(text), text);
  }
}
