package io.waybillguard.agent.platform;

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
public record VolumeNature(
    long bytes,
    int partition,
    boolean readOnly,
    String options,
    String encryption,
    String image,
    String folder) {
  /** Nothing is known. */
  public static final VolumeNature UNKNOWN = new VolumeNature(0, 0, false, "", "", "", "/");
}
