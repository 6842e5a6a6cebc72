package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long nanos;

  @Test
  void workUnderTwoSecondsShowsNothing() {
    try (ProgressBar bar = bar(true, 100)) {
      bar.done(50);
      at(1999);
      bar.done(99);
    }
    assertEquals("", text());
  }

  @Test
  void longWorkShowsCountsAndIsWipedAtTheEnd() {
    ProgressBar bar = bar(true, 4096);
    at(2000);
    bar.done(1024);
    assertTrue(
        text().startsWith("\rreading [" + "█".repeat(7) + "░".repeat(23) + "] 1,024 / 4,096 (25%)"),
        text());
    written.reset();
    bar.close();
    assertTrue(text().matches("\r +\r"), text());
  }

  @Test
  void itIsDrawnTenTimesASecondAtMost() {
    ProgressBar bar = bar(true, 4096);
    for (int ms = 2000; ms < 3000; ms++) {
      at(ms);
      bar.done(ms);
    }
    assertEquals(10, text().chars().filter(c -> c == '\r').count());
  }

  @Test
  void nothingIsWrittenWhereNobodyWatches() {
    try (ProgressBar bar = bar(false, 100)) {
      at(60_000);
      bar.done(50);
    }
    assertEquals("", text());
  }

  @Test
  void noWorkAtAllIsDone() {
    ProgressBar bar = bar(true, 0);
    at(2000);
    bar.done(0);
    assertTrue(text().contains("(100%)"), text());
  }

  private ProgressBar bar(boolean watched, long total) {
    return new ProgressBar(
        new PrintStream(written, true, StandardCharsets.UTF_8),
        watched,
        () -> nanos,
        new Words(Language.EN),
        "reading",
        total);
  }

  private void at(long millis) {
    nanos = TimeUnit.MILLISECONDS.toNanos(millis);
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
