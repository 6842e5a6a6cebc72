package io.waybillguard.agent.platform;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A mounted file system that can be reached.
 *
 * @param mountPoint where its files appear
 * @param source what is mounted, such as {@code /dev/sda1} or a volume GUID
 * @param fileSystem its kind, such as {@code vfat}
 * @param label the volume label, or ""
 * @param serial the volume's own serial number or UUID, or ""
 * @param removable whether its medium can be carried away: on a USB or memory-card bus, whatever a
 *     "removable" flag of the medium says
 * @param carrier the USB device that carries it; null when none does, or when it was pulled between
 *     two looks
 * @param nature what else is known of it
 */
public record MountedVolume(
    Path mountPoint,
    String source,
    String fileSystem,
    String label,
    String serial,
    boolean removable,
    @Nullable UsbPeripheral carrier,
    VolumeNature nature) {

  /** A volume of which nothing more is known. */
  public MountedVolume(
      Path mountPoint,
      String source,
      String fileSystem,
      String label,
      String serial,
      boolean removable,
      @Nullable UsbPeripheral carrier) {
    this(mountPoint, source, fileSystem, label, serial, removable, carrier, VolumeNature.UNKNOWN);
  }

  /** The passport of the USB device that carries it, or "". */
  public String passport() {
    return carrier == null ? "" : carrier.passport();
  }
}
