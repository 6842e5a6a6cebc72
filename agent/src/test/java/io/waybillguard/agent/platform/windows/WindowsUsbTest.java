package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.SystemEvent;
import io.waybillguard.agent.platform.SystemEvents;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbBusContract;
import io.waybillguard.agent.platform.UsbChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** USB and volumes of the Windows, or Wine, that runs this. */
@EnabledOnOs(OS.WINDOWS)
final class WindowsUsbTest implements UsbBusContract {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final char LETTER = 'U';

  private final SystemEvents events = new SystemEvents();
  private final WindowsUsb usb = new WindowsUsb(events);
  private final WindowsVolumes volumes = new WindowsVolumes();

  @Override
  public UsbBus usb() {
    return usb;
  }

  @AfterEach
  void close() {
    usb.close();
  }

  private Optional<MountedVolume> drive() throws IOException {
    return volumes.list().stream()
        .filter(volume -> volume.mountPoint().equals(Path.of(LETTER + ":\\")))
        .findFirst();
  }

  private boolean isToldOfVolumes() throws IOException {
    long end = System.nanoTime() + SOON.toNanos();
    while (System.nanoTime() < end) {
      List<UsbChange> changes = usb.await(SOON);
      if (changes.contains(new UsbChange.VolumesChanged())) {
        return true;
      }
    }
    return false;
  }

  @Test
  void a_drive_that_comes_is_told_with_its_name_and_number_and_so_is_its_going(@TempDir Path top)
      throws IOException {
    assumeTrue(WindowsVersion.isWine(), "only Wine's mount manager makes drives without hardware");
    Path stick = Files.createDirectory(top.resolve("stick"));
    Files.writeString(stick.resolve(".windows-label"), "COURIER_USB\n");
    Files.writeString(stick.resolve(".windows-serial"), "CAFE1234\n");
    usb.open();
    MountManager.add(LETTER, MountManager.unix(stick));
    try {
      assertTrue(isToldOfVolumes());
      MountedVolume volume = drive().orElseThrow();
      assertEquals("COURIER_USB", volume.label());
      assertEquals("cafe-1234", volume.serial());
      assertTrue(volume.removable());
      assertTrue(volume.source().startsWith("\\\\?\\Volume{"), volume.source());
    } finally {
      MountManager.remove(LETTER);
    }
    assertTrue(isToldOfVolumes());
    assertFalse(drive().isPresent());
  }

  @Test
  void the_disk_inside_is_listed_and_cannot_be_carried_away() throws IOException {
    MountedVolume inside =
        volumes.list().stream()
            .filter(volume -> volume.mountPoint().equals(Path.of("C:\\")))
            .findFirst()
            .orElseThrow();
    assertFalse(inside.removable());
    assertTrue(inside.nature().bytes() > 0);
  }

  @Test
  void word_of_a_device_ends_the_wait_at_once() throws IOException {
    usb.open();
    events.tell(new SystemEvent.DevicesChanged());
    assertEquals(List.of(), usb.await(Duration.ofDays(1)));
  }
}
