package io.waybillguard.agent.event;

/**
 * What is known of a volume beyond what it is called. All of it is fixed while it is mounted.
 *
 * @param bytes its size in bytes; 0 when not known
 * @param partition number of its partition on the medium; 0 when it is the whole medium, or not
 *     known
 * @param readOnly whether nothing can be written to it here
 * @param options the mount options as the system tells them, such as {@code rw,noexec}, or ""
 * @param encryption how what lies below is encrypted, such as {@code luks2} or {@code bitlocker},
 *     or ""
 * @param image the image file that it is in (loop device), or ""
 * @param folder the folder of the file system that appears here; {@code /} unless bound
 */
public record VolumeDetails(
    long bytes,
    int partition,
    boolean readOnly,
    String options,
    String encryption,
    String image,
    String folder) {
  /** Nothing is known. */
  public static final VolumeDetails UNKNOWN = new VolumeDetails(0, 0, false, "", "", "", "/");

  /** What {@link #unmappedInto} wrote. */
  static VolumeDetails recalled(Recalled unmapped) {
    String folder = unmapped.text("bound_folder");
    return new VolumeDetails(
        unmapped.number("volume_bytes"),
        (int) unmapped.number("volume_partition"),
        unmapped.flag("read_only"),
        unmapped.text("mount_options"),
        unmapped.text("encryption"),
        unmapped.text("image_file"),
        folder.isEmpty() ? "/" : folder);
  }

  Ocsf unmappedInto(Ocsf ocsf) {
    if (bytes > 0) {
      ocsf.unmapped("volume_bytes", bytes);
    }
    if (partition > 0) {
      ocsf.unmapped("volume_partition", partition);
    }
    if (readOnly) {
      ocsf.unmapped("read_only", true);
    }
    ocsf.unmapped("mount_options", options)
        .unmapped("encryption", encryption)
        .unmapped("image_file", image);
    return folder.equals("/") ? ocsf : ocsf.unmapped("bound_folder", folder);
  }
}
