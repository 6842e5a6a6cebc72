package io.waybillguard.agent.evidence;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a process asked of the disk, in order; written by {@code src/test/c/disk.c}. */
final class DiskTrace {
  /** A request, or a word of the process's own. */
  sealed interface Op {}

  /** A file is made. */
  record Made(String path) implements Op {}

  /** A folder is made. */
  record FolderMade(String path) implements Op {}

  /** Bytes are written at an offset. */
  static final class Written implements Op {
    private final String path;
    private final long offset;
    private final byte[] bytes;

    Written(String path, long offset, byte[] bytes) {
      this.path = path;
      this.offset = offset;
      this.bytes = bytes;
    }

    String path() {
      return path;
    }

    long offset() {
      return offset;
    }

    /** Not a copy: nobody changes it. */
    byte[] bytes() {
      return bytes;
    }
  }

  /** A file is cut, or filled up with zeros, to a length. */
  record Cut(String path, long length) implements Op {}

  /** What was written to a file is on the disk when this returns. */
  record Synced(String path) implements Op {}

  /** Which names a folder holds is on the disk when this returns. */
  record FolderSynced(String path) implements Op {}

  /** A file has another name. */
  record Renamed(String from, String to) implements Op {}

  /** A name is gone. */
  record Removed(String path) implements Op {}

  /** What the process holds for durable from here on. */
  record Mark(String text) implements Op {}

  private DiskTrace() {}

  static List<Op> read(Path file) throws IOException {
    List<Op> all = new ArrayList<>();
    byte[] bytes = Files.readAllBytes(file);
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      for (int kind = in.read(); kind >= 0; kind = in.read()) {
        String path = text(in);
        all.add(
            switch (kind) {
              case 'C' -> new Made(path);
              case 'K' -> new FolderMade(path);
              case 'W' -> {
                long offset = in.readLong();
                yield new Written(path, offset, in.readNBytes(in.readInt()));
              }
              case 'T' -> new Cut(path, in.readLong());
              case 'S' -> new Synced(path);
              case 'D' -> new FolderSynced(path);
              case 'R' -> new Renamed(path, text(in));
              case 'U' -> new Removed(path);
              case 'M' -> new Mark(path);
              default -> throw new IOException("no operation: " + kind);
            });
      }
    }
    return all;
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readUnsignedShort()), StandardCharsets.UTF_8);
  }
}
