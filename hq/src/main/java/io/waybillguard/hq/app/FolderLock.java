package io.waybillguard.hq.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One server a folder with an embedded database: a second one would sign with the same keys behind
 * the first one's back. Servers of one PostgreSQL share the folder among themselves.
 */
final class FolderLock implements AutoCloseable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a data folder until closed, or until this process ends.
   *
   * @param shared whether others may take it as well
   * @throws Complaint if another process has it
   */
  static FolderLock take(Path data, boolean shared) throws Complaint, IOException {
    FileChannel channel =
        FileChannel.open(
            data.resolve("serve.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock(0, Long.MAX_VALUE, shared);
    } catch (OverlappingFileLockException e) {
      // Held by this very process: in use all the same.
    }
    if (lock == null) {
      channel.close();
      throw new Complaint(Exit.UNAVAILABLE, "data.in_use", data);
    }
    return new FolderLock(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
