package io.waybillguard.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class BesideTest {
  @Test
  void whoeverBeganItGoesOnAndTakesTheResultLater() throws Exception {
    CountDownLatch wentOn = new CountDownLatch(1);

    Beside<Thread> work =
        Beside.begun(
            "hash",
            () -> {
              awaited(wentOn);
              return Thread.currentThread();
            });
    wentOn.countDown();

    Thread by = work.result();
    assertNotSame(Thread.currentThread(), by);
    assertEquals("hash", by.getName());
    assertSame(by, work.result(), "the work was done twice");
  }

  @Test
  void whatTheDiskRefusedIsThrownToWhoeverAsksForTheResult() {
    IOException refused = new IOException("agent.jar: permission denied");

    Beside<String> work =
        Beside.begun(
            "hash",
            () -> {
              throw refused;
            });

    assertSame(refused, assertThrows(IOException.class, work::result));
  }

  @Test
  void aFaultInTheWorkIsNamedWithItsCause() {
    Beside<String> work =
        Beside.begun(
            "hash",
            () -> {
              throw new IllegalArgumentException("no such digest");
            });

    IllegalStateException failure = assertThrows(IllegalStateException.class, work::result);
    assertEquals("hash failed", failure.getMessage());
    assertEquals(
        "java.lang.IllegalArgumentException: no such digest", String.valueOf(failure.getCause()));
  }

  @Test
  void whoIsToldToStopWaitsNoLonger() {
    CountDownLatch never = new CountDownLatch(1);
    Beside<String> work =
        Beside.begun(
            "hash",
            () -> {
              awaited(never);
              return "";
            });
    Thread.currentThread().interrupt();

    assertThrows(InterruptedIOException.class, work::result);
    assertEquals(true, Thread.interrupted(), "whoever is above is not told");
    never.countDown();
  }

  private static void awaited(CountDownLatch latch) throws InterruptedIOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
