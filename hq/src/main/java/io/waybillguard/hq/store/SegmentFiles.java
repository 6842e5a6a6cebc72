package io.waybillguard.hq.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Segments as files in the folder {@code segments} of HQ's data folder. A segment is written beside
 * its place, synced and renamed, so it is whole or absent after a power cut.
 */
public final class SegmentFiles implements SegmentStore {
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

  @Override
  public String place() {
    return FOLDER;
  }

  @Override
  public void check() throws IOException {
    if (Files.exists(folder) && !Files.isWritable(folder)) {
      throw new AccessDeniedException(folder.toString());
    }
  }

  /** What a folder holds, whoever may write to it may delete. */
  @Override
  public Retention retention() {
    return Retention.NONE;
  }

  @Override
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

  @Override
  public void put(String name, byte[] content) throws IOException {
    DurableFile.makePrivateFolder(folder);
    DurableFile.makePrivateFolder(folder.resolve(name).resolveSibling(""));
    DurableFile.write(folder.resolve(name), content, true);
  }

  @Override
  public byte[] read(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  @Override
  public List<byte[]> read(String name, List<RecordRow.Piece> pieces) throws IOException {
    try (FileChannel file = FileChannel.open(folder.resolve(name), StandardOpenOption.READ)) {
      List<byte[]> read = new ArrayList<>(pieces.size());
      for (RecordRow.Piece each : pieces) {
        ByteBuffer piece = ByteBuffer.allocate(each.length());
        while (piece.hasRemaining()) {
          if (file.read(piece, each.at() + piece.position()) < 0) {
            throw new EOFException(
                name + " ends at " + file.size() + ", before " + (each.at() + each.length()));
          }
        }
        read.add(piece.array());
      }
      return read;
    }
  }

  @Override
  public boolean destroy(String name) throws IOException {
    DurableFile.destroy(folder.resolve(name));
    return true;
  }
}
