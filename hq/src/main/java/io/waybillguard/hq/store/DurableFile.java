package io.waybillguard.hq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Files that are whole or absent after a power cut: written beside their place, synced, renamed,
 * and the folder synced.
 */
public final class DurableFile {
  private DurableFile() {}

  /**
   * Puts a file in its place; one that was there is replaced.
   *
   * <p>A power cut before the end may leave a file that ends in {@code .part}; nobody reads it.
   * Writers of one name do not disturb each other: each has its own part, and the last rename wins.
   *
   * @param secret whether only the owner may read it (mode 0600 where the file system has modes)
   */
  public static void write(Path file, byte[] content, boolean secret) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".part");
    FileAttribute<?>[] mode =
        secret && hasModes(file) ? owner("rw-------") : new FileAttribute<?>[0];
    try (FileChannel out =
        FileChannel.open(
            part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    rename(part, file);
    syncFolder(above(file));
  }

  /**
   * Copies a file of any length to a place where none is, readable by the owner only, and syncs it;
   * folders above it are made. A copy that was cut short is left.
   *
   * @throws java.nio.file.NoSuchFileException if there is none to copy; nothing was made then
   */
  static void copy(Path from, Path to) throws IOException {
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ)) {
      makePrivateFolder(above(to));
      FileAttribute<?>[] mode = hasModes(to) ? owner("rw-------") : new FileAttribute<?>[0];
      try (FileChannel out =
          FileChannel.open(
              to, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
        for (long at = 0, size = in.size(); at < size; ) {
          at += in.transferTo(at, size - at, out);
        }
        out.force(true);
      }
    }
  }

  /** Overwrites a file with zeros and deletes it; one that is not there is destroyed already. */
  static void destroy(Path file) throws IOException {
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
      for (long left = out.size(); left > 0; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), left));
        left -= out.write(zeros);
      }
      out.force(true);
    } catch (NoSuchFileException e) {
      return; // destroyed already, by a start that was cut short or by another process
    }
    Files.deleteIfExists(file);
    syncFolder(above(file));
  }

  /** Makes a folder that only its owner can enter, with the folders above it. */
  public static void makePrivateFolder(Path folder) throws IOException {
    Path above = above(folder);
    Files.createDirectories(above);
    if (!Files.isDirectory(folder)) {
      // Not createDirectory: two first segments of one log may come at once.
      Files.createDirectories(
          folder, hasModes(folder) ? owner("rwx------") : new FileAttribute<?>[0]);
      syncFolder(above);
    }
  }

  private static Path above(Path file) {
    Path above = file.toAbsolutePath().getParent();
    return above == null ? file.toAbsolutePath() : above;
  }

  private static void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(
          "the file system of " + to + " cannot rename in one step; use a local disk", e);
    }
  }

  /** Makes a rename survive a power cut. Windows has no such call, and needs none on NTFS. */
  public static void syncFolder(Path folder) throws IOException {
    if (hasModes(folder)) {
      try (FileChannel dir = FileChannel.open(folder, StandardOpenOption.READ)) {
        dir.force(true);
      }
    }
  }

  private static boolean hasModes(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] owner(String mode) {
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
    };
  }
}
