package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The private epoch keys, a file each, never in the database. A key is durable before the record
 * that names it, and destroyed after its successor is durable, so that between any two steps a
 * crash leaves either both or the right one.
 *
 * <p>Limit: overwriting reaches the file's blocks, not the spare cells of an SSD; a key read back
 * from there can forge inside its own epoch only.
 */
final class KeyFiles {
  private static final String PREFIX = "epoch-";
  private static final String SUFFIX = ".key";

  private final Path folder;

  KeyFiles(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    restrict(folder, "rwx------");
  }

  private Path file(long epoch) {
    return folder.resolve(PREFIX + epoch + SUFFIX);
  }

  /** Writes a key so that a power cut leaves it whole or absent. */
  void write(long epoch, SigningKey key) throws IOException {
    Path draft = folder.resolve(PREFIX + epoch + ".new");
    Files.deleteIfExists(draft);
    try (FileChannel out =
        FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      restrict(draft, "rw-------");
      ByteBuffer bytes = ByteBuffer.wrap(key.encode());
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(
        draft, file(epoch), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder();
  }

  /** The key of an epoch, if its file is there. */
  Optional<SigningKey> read(long epoch, VerifierKey verifier)
      throws IOException, EvidenceException {
    Path file = file(epoch);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(SigningKey.decode(verifier, Files.readAllBytes(file)));
  }

  /** Overwrites, syncs and deletes the key of an epoch. */
  void destroy(long epoch) throws IOException {
    Path file = file(epoch);
    if (!Files.exists(file)) {
      return;
    }
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(out.size(), 4096));
      while (zeros.hasRemaining()) {
        out.write(zeros);
      }
      out.force(true);
    }
    Files.delete(file);
    syncFolder();
  }

  /** Destroys every key but that of one epoch: what a crash between two steps has left. */
  void keepOnly(long epoch) throws IOException {
    List<Long> others = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".new")) {
          Files.delete(file);
        } else if (name.endsWith(SUFFIX)) {
          others.add(
              Long.parseLong(name.substring(PREFIX.length(), name.length() - SUFFIX.length())));
        }
      }
    }
    Set<Long> gone = new HashSet<>(others);
    gone.remove(epoch);
    for (long each : gone) {
      destroy(each);
    }
  }

  /**
   * Makes renames and deletions in the folder durable. Windows has no handle for it; NTFS journals
   * them itself.
   */
  private void syncFolder() throws IOException {
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel dir = FileChannel.open(folder, StandardOpenOption.READ)) {
        dir.force(true);
      }
    }
  }

  /**
   * Only the owner may read. On Windows the folder's own access list, set at installation, does it.
   */
  private static void restrict(Path path, String mode) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
  }
}
