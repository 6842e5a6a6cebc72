package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.Hash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The folder of segments: {@code segments/<log id>/<first>-<last>-<hash>.seg}, each the unpacked
 * body of a report exactly as it came, never changed.
 *
 * <p>The name holds 16 hex digits of the content's SHA-256. A crash between the file and its row
 * leaves a file that no row names: it is ignored, and the same report sent again replaces it by the
 * same bytes. Two reports that race for one place cannot overwrite each other's file.
 */
public final class SegmentFiles {
  static final String FOLDER = "segments";

  private final Path folder;

  /**
   * The segments of a data folder.
   *
   * @param data HQ's data folder
   */
  public SegmentFiles(Path data) {
    this.folder = data.resolve(FOLDER);
  }

  /**
   * Removes what writes that were cut short have left.
   *
   * @param before only what was written before; a write of another process may be under way
   */
  public void removeParts(Instant before) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder)) {
      for (Path log : logs) {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(log, "*.part")) {
          for (Path part : parts) {
            removeIfOlder(part, before);
          }
        }
      }
    }
  }

  private static void removeIfOlder(Path part, Instant before) throws IOException {
    try {
      if (Files.getLastModifiedTime(part).toInstant().isBefore(before)) {
        Files.delete(part);
      }
    } catch (NoSuchFileException e) {
      // Another process has renamed or removed it meanwhile; either way it is no part any more.
    }
  }

  /**
   * Makes a segment durable.
   *
   * @param first seq of its first record
   * @param next one more than the seq of its last
   * @return its name below the folder
   */
  public String write(String log, long first, long next, byte[] content) throws IOException {
    Path place = folder.resolve(log);
    DurableFile.makePrivateFolder(folder);
    DurableFile.makePrivateFolder(place);
    String hash = Hash.sha256(content).hex().substring(0, 16);
    String name = String.format("%012d-%012d-%s.seg", first, next - 1, hash);
    Path file = place.resolve(name);
    DurableFile.write(file, content, true);
    return log + "/" + name;
  }

  /** The whole of a segment. */
  public byte[] read(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  /** A piece of a segment. */
  public byte[] read(String name, long at, int length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "r")) {
      byte[] piece = new byte[length];
      file.seek(at);
      file.readFully(piece);
      return piece;
    }
  }
}
