package io.waybillguard.agent.event;

/**
 * A mounted file system.
 *
 * @param mountPoint where its files appear, such as {@code /media/desk/STICK} or {@code E:\}
 * @param source what is mounted, such as {@code /dev/sda1} or a volume GUID
 * @param fileSystem its kind, such as {@code vfat}
 * @param label the volume label, or ""
 * @param serial the volume's own serial or UUID, or ""
 * @param removable whether its medium can be carried away: on a USB or memory-card bus, whatever
 *     the "removable" flag says
 * @param passport the passport of the USB device that carries it, or ""
 * @param details what else is known of it
 */
public record Volume(
    String mountPoint,
    String source,
    String fileSystem,
    String label,
    String serial,
    boolean removable,
    String passport,
    VolumeDetails details) {

  /** A volume of which nothing more is known. */
  public Volume(
      String mountPoint,
      String source,
      String fileSystem,
      String label,
      String serial,
      boolean removable,
      String passport) {
    this(mountPoint, source, fileSystem, label, serial, removable, passport, VolumeDetails.UNKNOWN);
  }

  /** OCSF {@code file.drive_type_id}: 1 removable, 2 fixed. */
  int driveTypeId() {
    return removable ? 1 : 2;
  }

  /** OCSF {@code file} object of the mount point. */
  Json.Obj folder() {
    return Json.object()
        .put("name", mountPoint)
        .put("path", mountPoint)
        .put("type_id", Ocsf.FILE_FOLDER)
        .put("drive_type_id", driveTypeId())
        .putUnlessEmpty("volume", source);
  }

  /** The parts that OCSF has no place for. */
  Ocsf unmappedInto(Ocsf ocsf) {
    ocsf.unmapped("file_system", fileSystem)
        .unmapped("volume_label", label)
        .unmapped("volume_serial", serial)
        .unmapped("usb_passport", passport);
    return details.unmappedInto(ocsf);
  }

  /** What {@link #folder} and {@link #unmappedInto} wrote. */
  static Volume recalled(Recalled event) {
    Recalled more = event.unmapped();
    return new Volume(
        event.text("file.path"),
        event.text("file.volume"),
        more.text("file_system"),
        more.text("volume_label"),
        more.text("volume_serial"),
        event.number("file.drive_type_id") == 1,
        more.text("usb_passport"),
        VolumeDetails.recalled(more));
  }
}
