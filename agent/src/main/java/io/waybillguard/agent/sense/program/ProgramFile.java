package io.waybillguard.agent.sense.program;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a look at a file tells. */
final class ProgramFile {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramFile.class);

  private ProgramFile() {}

  /**
   * What kind of program a regular file is.
   *
   * <p>Limit: a name that is a pipe at the moment of opening, though it was a file a moment before,
   * holds the caller until somebody writes to it; the watchdog ends that.
   *
   * @param buffer room to read into, at least {@link ProgramKind#BYTES}; its content does not
   *     matter
   * @return empty when it is none, or can no longer be read: what is gone before its first bytes
   *     were seen cannot be called a program
   */
  static Optional<ProgramKind> kind(Path file, ByteBuffer buffer) {
    ByteBuffer head = buffer.clear().limit(ProgramKind.BYTES);
    try (SeekableByteChannel channel =
        Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      while (head.hasRemaining() && channel.read(head) >= 0) {
        // a short read is no end
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.info("file={} cannot be looked at: {}", file, e.toString());
      return Optional.empty();
    }
    byte[] read = new byte[head.position()];
    head.flip().get(read);
    return ProgramKind.of(read, file.getFileName().toString());
  }

  /**
   * Whose it is and what may be done with it.
   *
   * @param owner the account, or "" when it is not told
   * @param mode permission bits with those of set-user-id and set-group-id; -1 when they are not
   *     told
   */
  record Access(String owner, int mode) {
    static final Access UNTOLD = new Access("", -1);
  }

  /** By one look where the system has permission bits. */
  static Access access(Path file) {
    try {
      if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
        return new Access(Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName(), -1);
      }
      Map<String, Object> told =
          Files.readAttributes(file, "unix:owner,mode", LinkOption.NOFOLLOW_LINKS);
      return new Access(
          told.get("owner") instanceof UserPrincipal owner ? owner.getName() : "",
          told.get("mode") instanceof Integer bits ? bits & 07777 : -1);
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("file={} does not tell its owner and permissions: {}", file, e.toString());
      return Access.UNTOLD;
    }
  }
}
