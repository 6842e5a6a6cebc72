package io.waybillguard.agent;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.UsbAttached;
import io.waybillguard.agent.event.UsbDetached;
import io.waybillguard.agent.event.UsbDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Observations to test with: what the crime looks like to the sensors. */
public final class Seen {
  /** The content of the program that is copied. */
  public static final String SHA256 =
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

  private Seen() {}

  /** A stick with this serial number. */
  public static UsbDevice stick(String serial) {
    return new UsbDevice(
        "1-2", "0781", "5567", serial, "SanDisk", "Cruzer Blade", List.of("08/06/50"), "0f3a");
  }

  /** A stick goes in. */
  public static UsbAttached attached(Instant at, String serial) {
    return new UsbAttached(at, stick(serial), false);
  }

  /** A stick comes out. */
  public static UsbDetached detached(Instant at, String serial) {
    return new UsbDetached(at, stick(serial), Duration.ofSeconds(95));
  }

  /** A program is copied off a stick into a hidden place. */
  public static ProgramAppeared copied(Instant at, String path) {
    return new ProgramAppeared(
        at,
        new FileRef(path, "elf", 4096, SHA256, "", "root", false, true),
        new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/update", "0f3a"),
        ProcessRef.UNKNOWN);
  }
}
