package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one process at a time writes into a data folder. The system lets go of the lock
 * when the process ends.
 */
final class DataLock implements AutoCloseable {
  /** The byte that keeps writers apart. */
  private static final long WRITER = 0;

  /**
   * The byte that tells others that there is a writer. They hold it for a moment to find out, which
   * must not keep a writer from starting; so it is a byte of its own.
   */
  private static final long TOLD = 1;

  private final FileChannel channel;

  private DataLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock; empty when another process has it.
   *
   * @throws AccessDeniedException if this user may not write there
   */
  static Optional<DataLock> take(Path data) throws IOException {
    if (Files.exists(data) && !Files.isWritable(data)) {
      throw new AccessDeniedException(data.toString());
    }
    Files.createDirectories(data);
    FileChannel channel =
        FileChannel.open(file(data), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock(WRITER, 1, false);
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      return Optional.empty();
    }
    channel.lock(TOLD, 1, false);
    return Optional.of(new DataLock(channel));
  }

  /** Whether a process has the lock: whether an agent runs there. Changes nothing. */
  static boolean isHeld(Path data) throws IOException {
    if (!Files.exists(file(data))) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file(data), StandardOpenOption.READ);
        @Nullable FileLock lock = channel.tryLock(TOLD, 1, true)) {
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true;
    }
  }

  /** The file; the process that has the lock must not open and close it otherwise. */
  static Path file(Path data) {
    return data.resolve("agent.lock");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
