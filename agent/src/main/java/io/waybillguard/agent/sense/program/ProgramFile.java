package io.waybillguard.agent.sense.program;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
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
   * @return empty when it is none, or can no longer be read: what is gone before its first bytes
   *     were seen cannot be called a program
   */
  static Optional<ProgramKind> kind(Path file) {
    ByteBuffer head = ByteBuffer.allocate(ProgramKind.BYTES);
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
    byte[] read = head.hasRemaining() ? Arrays.copyOf(head.array(), head.position()) : head.array();
    return ProgramKind.of(read, file.getFileName().toString());
  }

  /** Its permission bits with those of set-user-id and set-group-id; -1 when they are not told. */
  static int mode(Path file) {
    try {
      Object mode = Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return mode instanceof Integer bits ? bits & 07777 : -1;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      LOG.debug("file={} does not tell its permissions: {}", file, e.toString());
      return -1;
    }
  }

  /** The account that owns it, or "". */
  static String owner(Path file) {
    try {
      return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("file={} does not tell its owner: {}", file, e.toString());
      return "";
    }
  }
}
