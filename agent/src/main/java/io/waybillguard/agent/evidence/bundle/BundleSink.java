package io.waybillguard.agent.evidence.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Where a bundle's files go: a new folder, or a new zip (stored, not packed, so that any tool can
 * look inside).
 */
interface BundleSink extends AutoCloseable {
  void put(String name, byte[] bytes) throws IOException;

  /** Puts the finished bundle in its place; without it, nothing is left behind but a draft. */
  void finish() throws IOException;

  @Override
  void close() throws IOException;

  /**
   * Begins a bundle: a zip if the name ends in {@code .zip}, else a folder.
   *
   * @throws IOException if something is there already, or the place cannot be written
   */
  static BundleSink at(Path target) throws IOException {
    if (Files.exists(target) && !(Files.isDirectory(target) && isEmpty(target))) {
      throw new FileAlreadyExistsException(
          target.toString(), null, "is there already; name a new folder or zip");
    }
    return String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT).endsWith(".zip")
        ? new Zip(target)
        : new Folder(target);
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** A folder that gets its name only when it is whole. */
  final class Folder implements BundleSink {
    private final Path target;
    private final Path draft;
    private boolean finished;

    Folder(Path target) throws IOException {
      this.target = target;
      this.draft = target.resolveSibling(target.getFileName() + ".part");
      delete(draft);
      Files.createDirectories(draft);
    }

    @Override
    public void put(String name, byte[] bytes) throws IOException {
      Path file = draft.resolve(name);
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
    }

    @Override
    public void finish() throws IOException {
      Files.deleteIfExists(target);
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      finished = true;
    }

    @Override
    public void close() throws IOException {
      if (!finished) {
        delete(draft);
      }
    }

    private static void delete(Path folder) throws IOException {
      if (Files.notExists(folder)) {
        return;
      }
      try (var files = Files.walk(folder)) {
        for (Path each : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(each);
        }
      }
    }
  }

  /** A zip that gets its name only when it is whole. */
  final class Zip implements BundleSink {
    private final Path target;
    private final Path draft;
    private final ZipOutputStream zip;
    private boolean finished;

    Zip(Path target) throws IOException {
      this.target = target;
      this.draft = target.resolveSibling(target.getFileName() + ".part");
      OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(draft));
      this.zip = new ZipOutputStream(out, java.nio.charset.StandardCharsets.UTF_8);
      zip.setMethod(ZipOutputStream.STORED);
    }

    @Override
    public void put(String name, byte[] bytes) throws IOException {
      ZipEntry entry = new ZipEntry(name);
      CRC32 crc = new CRC32();
      crc.update(bytes);
      entry.setCrc(crc.getValue());
      entry.setSize(bytes.length);
      entry.setTime(0L);
      zip.putNextEntry(entry);
      zip.write(bytes);
      zip.closeEntry();
    }

    @Override
    public void finish() throws IOException {
      zip.close();
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      finished = true;
    }

    @Override
    public void close() throws IOException {
      if (!finished) {
        zip.close();
        Files.deleteIfExists(draft);
      }
    }
  }
}
