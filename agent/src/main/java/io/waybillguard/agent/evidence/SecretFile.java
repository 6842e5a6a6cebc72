package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Files that only their owner may read, written so that a power cut leaves them whole or as they
 * were. On Windows the access list of the folder, set at installation, does what file modes do
 * elsewhere.
 */
public final class SecretFile {
  /** Ending of a file that is not finished. */
  static final String DRAFT = ".new";

  private SecretFile() {}

  /** Makes a folder that only its owner may enter. */
  public static void folder(Path folder) throws IOException {
    Files.createDirectories(folder);
    restrict(folder, "rwx------");
  }

  /** Writes a file, durably, in place of an older one. */
  public static void write(Path file, byte[] content) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + DRAFT);
    Files.deleteIfExists(draft);
    try (FileChannel out =
        FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      restrict(draft, "rw-------");
      fill(out, ByteBuffer.wrap(content));
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncParent(file);
  }

  /**
   * Overwrites, syncs and deletes a file, if it is there. Limit: overwriting reaches the file's
   * blocks, not the spare cells of an SSD.
   */
  public static void destroy(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      fill(out, ByteBuffer.allocate((int) Math.min(out.size(), 1 << 20)));
    }
    Files.delete(file);
    syncParent(file);
  }

  private static void fill(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
    out.force(true);
  }

  /**
   * Makes renames and deletions durable. Windows has no handle for it; NTFS journals them itself.
   */
  private static void syncParent(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && isPosix(folder)) {
      try (FileChannel dir = FileChannel.open(folder, StandardOpenOption.READ)) {
        dir.force(true);
      }
    }
  }

  private static void restrict(Path path, String mode) throws IOException {
    if (isPosix(path)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
