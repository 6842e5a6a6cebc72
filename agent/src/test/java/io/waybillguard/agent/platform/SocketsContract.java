package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link Sockets} must do. */
public interface SocketsContract {
  Duration LONG = Duration.ofSeconds(60);

  /** The adapter, not yet open. */
  Sockets sockets();

  @Test
  default void theViewSaysWhatIsLookedAt() throws Exception {
    assertFalse(sockets().open().detail().isBlank());
  }

  @Test
  default void closedTwiceItIsClosedAndOpenedAgainItLooks() throws Exception {
    sockets().close();
    sockets().open();
    sockets().close();
    sockets().close();
    sockets().wake();
    assertThrows(IllegalStateException.class, () -> sockets().await(Duration.ZERO));
    sockets().open();
    List<Sockets.Reading> unused = sockets().await(Duration.ZERO);
  }

  @Test
  default void aWaitEndsWithPatienceAndWhenItIsCalled() throws Exception {
    sockets().open();
    assertTimeoutPreemptively(LONG, () -> sockets().await(Duration.ofMillis(20)));
    CompletableFuture<List<Sockets.Reading>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return sockets().await(LONG);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    while (!waiting.isDone()) {
      sockets().wake(); // it may not have begun to wait
      Thread.onSpinWait();
    }
    waiting.get(1, TimeUnit.SECONDS);
  }
}
