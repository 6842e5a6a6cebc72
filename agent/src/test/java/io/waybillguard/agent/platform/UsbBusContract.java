package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link UsbBus} must do, whatever is plugged in. */
public interface UsbBusContract {
  Duration LONG = Duration.ofSeconds(60);

  /** The adapter, not yet open. */
  UsbBus usb();

  @Test
  default void aWaitEndsWithPatience() throws IOException {
    usb().open();
    assertTimeoutPreemptively(LONG, () -> usb().await(Duration.ofMillis(20)));
  }

  @Test
  default void aWaitEndsWhenItIsCalled() throws Exception {
    usb().open();
    CompletableFuture<List<UsbChange>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return usb().await(LONG);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    while (!waiting.isDone()) {
      usb().wake(); // it may not have begun to wait
      Thread.onSpinWait();
    }
    waiting.get(1, TimeUnit.SECONDS);
  }

  @Test
  default void itOpensAgainAfterItWasClosedAndTellsTheSameDevices() throws IOException {
    List<UsbPeripheral> in = usb().open();
    usb().close();
    usb().close();
    usb().wake();
    assertThrows(IllegalStateException.class, () -> usb().await(Duration.ZERO));
    assertEquals(in, usb().open());
    assertEquals(in, usb().open(), "opening what is open begins anew");
  }
}
