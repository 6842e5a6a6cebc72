package io.waybillguard.agent.sense;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.waybillguard.agent.event.Observation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link Sensor} must do, whatever it looks at. */
public interface SensorContract {
  Duration LONG = Duration.ofSeconds(60);

  /** The sensor, not yet open, with nothing going on where it looks. */
  Sensor sensor();

  /** Opens it, and lets the long work end that this may begin: from then on only news is told. */
  default void open() throws IOException {
    sensor().open();
  }

  @Test
  default void itHasAShortName() {
    assertFalse(sensor().name().isBlank());
    assertEquals(sensor().name(), sensor().name());
  }

  @Test
  default void itSaysWhatItLooksAt() throws IOException {
    assertFalse(sensor().open().detail().isBlank());
    sensor().close();
  }

  @Test
  default void nothingNewIsAnEmptyListWithinItsPatience() throws IOException {
    open();
    List<Observation> seen =
        assertTimeoutPreemptively(LONG, () -> sensor().sense(Duration.ofMillis(20)));
    assertEquals(List.of(), seen);
    sensor().close();
  }

  @Test
  default void aLookEndsWhenItIsCalled() throws Exception {
    open();
    CompletableFuture<List<Observation>> looking =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return sensor().sense(LONG);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    while (!looking.isDone()) {
      sensor().wake(); // it may not have begun to look
      Thread.onSpinWait();
    }
    assertEquals(List.of(), looking.get(1, TimeUnit.SECONDS));
    sensor().close();
  }

  @Test
  default void itMayBeClosedTwiceAndBeforeItIsOpened() throws IOException {
    sensor().close();
    sensor().wake();
    sensor().open();
    sensor().close();
    sensor().close();
    sensor().open();
    sensor().close();
  }
}
