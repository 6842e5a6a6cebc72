package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.UsbChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The real kernel of this machine; nothing is plugged in, so only the waiting can be tried. */
@EnabledOnOs(OS.LINUX)
final class LinuxUsbTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final LinuxUsb usb = new LinuxUsb(InstantSource.system());

  @AfterEach
  void close() {
    usb.close();
  }

  @Test
  void aWaitEndsWithPatience() throws IOException {
    usb.open();
    assertTimeoutPreemptively(LONG, () -> usb.await(Duration.ofMillis(20)));
  }

  @Test
  void aWaitEndsWhenItIsCalledAndSoDoesOneThatBeginsAfterTheCall() throws Exception {
    usb.open();
    CompletableFuture<List<UsbChange>> waiting = waitInBackground();
    usb.wake();
    waiting.get(30, TimeUnit.SECONDS);
    usb.wake();
    waitInBackground().get(30, TimeUnit.SECONDS);
  }

  @Test
  void aMountEndsTheWait() throws Exception {
    Path at = Files.createTempDirectory("mount");
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "waybill-guard-test", at.toString()),
        "SKIPPED: this needs the right to mount (root); the mount table's wake-up is not tried");
    usb.open();
    run("umount", at.toString());
    List<UsbChange> seen = new ArrayList<>();
    assertTimeoutPreemptively(
        LONG,
        () -> {
          while (!seen.contains(new UsbChange.VolumesChanged())) {
            seen.addAll(usb.await(LONG));
          }
        });
    Files.delete(at);
  }

  @Test
  void itOpensAgainAfterItWasClosedAndClosesTwice() throws IOException {
    usb.open();
    usb.close();
    usb.close();
    usb.wake();
    assertThrows(IllegalStateException.class, () -> usb.await(Duration.ZERO));
    usb.open();
    assertEquals(List.of(), usb.await(Duration.ZERO));
  }

  @Test
  void manyOpeningsLeaveNoDescriptorBehind() throws IOException {
    usb.open();
    long before = descriptors();
    for (int i = 0; i < 50; i++) {
      usb.open();
    }
    assertTrue(descriptors() <= before + 5, () -> before + " descriptors before");
  }

  private static long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  private CompletableFuture<List<UsbChange>> waitInBackground() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return usb.await(LONG);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }
}
