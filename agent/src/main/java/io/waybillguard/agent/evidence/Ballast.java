package io.waybillguard.agent.evidence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that only takes up room: when the disk is full it goes, and the log can write down that
 * the disk is full. Grown bit by bit, since the log's writer must not be kept waiting. Owned by the
 * pipeline's thread.
 */
final class Ballast {
  private static final Logger LOG = LoggerFactory.getLogger(Ballast.class);
  private static final String FILE = "ballast";
  private static final int BIT = 256 << 10;

  private final Path folder;
  private final Path file;
  private final long size;
  // Not zeros: a file system that compresses would keep no room for them.
  private final SplittableRandom content = new SplittableRandom();

  /**
   * @param folder where it lies
   * @param size in bytes; 0 for none
   */
  Ballast(Path folder, long size) {
    this.folder = folder;
    this.file = folder.resolve(FILE);
    this.size = size;
  }

  /** Whether all of it is there. */
  boolean isWhole() {
    return length() >= size;
  }

  private long length() {
    return file.toFile().length();
  }

  /**
   * Adds a bit to it, where the disk has room for all of it and as much again.
   *
   * @return whether it grew
   * @throws IOException if the disk takes less than it said
   */
  boolean grow() throws IOException {
    long there = length();
    if (there >= size) {
      return false;
    }
    long left = size - there;
    if (Files.getFileStore(folder).getUsableSpace() < left + size) {
      return false;
    }
    ByteBuffer bit = ByteBuffer.allocate((int) Math.min(BIT, left));
    while (bit.remaining() >= Long.BYTES) {
      bit.putLong(content.nextLong());
    }
    bit.position(0);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (bit.hasRemaining()) {
        out.write(bit);
      }
      out.force(false);
    }
    return true;
  }

  /**
   * Gives the room back.
   *
   * @return how many bytes; 0 when there were none, or when even deleting fails
   */
  long release() {
    long there = length();
    try {
      return Files.deleteIfExists(file) ? there : 0;
    } catch (IOException e) {
      LOG.error("ballast={} cannot be deleted to make room", file, e);
      return 0;
    }
  }
}
