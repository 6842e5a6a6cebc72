package io.waybillguard.hq.store;

import io.waybillguard.agent.evidence.Hash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The folder of segments: {@code segments/<log id>/<first>-<last>-<hash>.seg}, each the unpacked
 * body of a report exactly as it came, never changed.
 *
 * <p>The name holds 16 hex digits of the content's SHA-256. A crash between the file and its row
 * leaves a file that no row names: it is ignored, and the same report sent again replaces it by the
 * same bytes. Two reports that race for one place cannot overwrite each other's file.
 */
public final class SegmentFiles {
  private final Path folder;

  /**
   * The segments of a data folder.
   *
   * @param data HQ's data folder
   */
  public SegmentFiles(Path data) {
    this.folder = data.resolve("segments");
  }

  /**
   * Removes what writes that were cut short have left. To be called before any segment is written.
   */
  public void removeParts() throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder, 2)) {
      for (Path part : files.filter(f -> f.toString().endsWith(".part")).toList()) {
        Files.delete(part);
      }
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
