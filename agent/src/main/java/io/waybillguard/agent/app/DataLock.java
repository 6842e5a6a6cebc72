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
        FileChannel.open(
            data.resolve("agent.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      return Optional.empty();
    }
    return Optional.of(new DataLock(channel));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
