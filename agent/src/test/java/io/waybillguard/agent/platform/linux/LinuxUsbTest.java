package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbBusContract;
import io.waybillguard.agent.platform.UsbChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The real kernel of this machine; nothing is plugged in, so only the waiting can be tried. */
@EnabledOnOs(OS.LINUX)
final class LinuxUsbTest implements UsbBusContract {
  private final LinuxUsb usb = new LinuxUsb(InstantSource.system());

  @Override
  public UsbBus usb() {
    return usb;
  }

  @AfterEach
  void close() {
    usb.close();
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

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }
}
