package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.sense.program.pe.PeImprint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SHA-256 of a file, in slices, so that a large one does not keep its reader from other work.
 *
 * <p>The file is open during a slice only: a medium on which something is open cannot be unmounted,
 * and nobody at the desk shall wait for us. That the file is still the one it was is checked at the
 * end.
 */
final class FileHash {
  private static final Set<OpenOption> READ_NO_LINK =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

  private final Path file;
  private final Stamp stamp;
  private final MessageDigest digest = newDigest("SHA-256");
  private final @Nullable MessageDigest compared;
  private final boolean imprinted;
  private @Nullable PeImprint imprint;
  private long position;
  private boolean done;
  private String sha256 = "";
  private String unreadable = "";
  private String md5 = "";

  /**
   * @param stamp the file as it is to be hashed
   * @param limit larger files are not read
   * @param comparing whether MD5 is wanted as well, since packages tell their content so
   * @param imprinted whether it is of the kind that tells who made and signed it
   */
  FileHash(Path file, Stamp stamp, long limit, boolean comparing, boolean imprinted) {
    this.file = file;
    this.stamp = stamp;
    this.compared = comparing ? newDigest("MD5") : null;
    this.imprinted = imprinted;
    if (stamp.size() > limit) {
      giveUp("not hashed: " + stamp.size() + " bytes, more than the limit of " + limit);
    }
  }

  /**
   * Reads on.
   *
   * @param budget most bytes to read
   * @param buffer room to read into; its content does not matter
   * @return the bytes read
   */
  long advance(long budget, ByteBuffer buffer) {
    if (done) {
      return 0;
    }
    long before = position;
    try (SeekableByteChannel channel = Files.newByteChannel(file, READ_NO_LINK)) {
      if (imprinted && imprint == null) {
        imprint = PeImprint.of(channel);
      }
      channel.position(position);
      while (position - before < budget) {
        buffer.clear();
        if (channel.read(buffer) < 0) {
          finish();
          break;
        }
        buffer.flip();
        if (imprint != null) {
          imprint.update(buffer.duplicate(), position);
        }
        position += buffer.remaining();
        digest.update(buffer.duplicate());
        if (compared != null) {
          compared.update(buffer);
        }
        if (position > stamp.size()) {
          giveUp("not hashed: it grew while it was read");
          break;
        }
      }
    } catch (NoSuchFileException e) {
      giveUp("not hashed: it was gone before it could be read whole");
    } catch (IOException e) {
      giveUp("not hashed: " + e);
    }
    return position - before;
  }

  private void finish() throws IOException {
    Optional<Stamp> now = Stamp.of(file);
    if (now.isPresent() && now.get().equals(stamp) && position == stamp.size()) {
      sha256 = HexFormat.of().formatHex(digest.digest());
      if (compared != null) {
        md5 = HexFormat.of().formatHex(compared.digest());
      }
      if (imprint != null) {
        imprint.end();
      }
      done = true;
    } else {
      giveUp("not hashed: it changed while it was read");
    }
  }

  /** Ends without a hash, and says why. */
  void giveUp(String why) {
    unreadable = why;
    done = true;
  }

  boolean isDone() {
    return done;
  }

  /** Lower-case hex, or "" when there is none. */
  String sha256() {
    return sha256;
  }

  /** MD5 of the same bytes, lower-case hex; "" when it was not wanted or there is no hash. */
  String md5() {
    return md5;
  }

  /** Why there is no hash, or "". */
  String unreadable() {
    return unreadable;
  }

  /** What the file says of itself; its signature was checked when there is a hash. */
  Imprint imprint() {
    return imprint == null ? Imprint.NONE : imprint.told();
  }

  Stamp stamp() {
    return stamp;
  }

  private static MessageDigest newDigest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(
          "every Java runtime must have " + algorithm + "; this one has not", e);
    }
  }
}
