package io.waybillguard.agent.sense.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a file looked like at one moment; two equal stamps mean that nobody touched it in between,
 * unless somebody took care to set the time back.
 *
 * @param key the file system's own identity of the file (device and inode), or null where it has
 *     none
 * @param size in bytes
 * @param modified when it was last written, as the file system says
 */
record Stamp(@Nullable Object key, long size, FileTime modified) {
  /** Of a file that is not there. */
  static final Stamp GONE = new Stamp(null, 0, FileTime.fromMillis(0));

  /**
   * The stamp of a regular file; links are not followed.
   *
   * @return empty for anything else
   * @throws IOException if it cannot be asked: mostly because it is gone
   */
  static Optional<Stamp> of(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return attributes.isRegularFile()
        ? Optional.of(
            new Stamp(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime()))
        : Optional.empty();
  }
}
