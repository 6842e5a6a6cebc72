package io.waybillguard.agent.sense.persistence;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.memory.Recent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** The files that entries start, with their hash. What did not change since is not read again. */
final class Programs {
  /** Larger ones are described without a hash: they would hold up all others. */
  static final long MOST_HASHED = 32L << 20;

  private static final int REMEMBERED = 8_192;
  private static final int BUFFER = 64 << 10;

  private final Tree tree;
  private final Map<Path, Known> known = Recent.byUse(REMEMBERED);

  private long bytesRead;

  private record Known(FileStamp stamp, FileRef file) {}

  Programs(Tree tree) {
    this.tree = tree;
  }

  /** Bytes read since this was asked last. */
  long takeBytesRead() {
    long bytes = bytesRead;
    bytesRead = 0;
    return bytes;
  }

  /**
   * The file that a word names.
   *
   * @param word as in {@link Line#program}
   * @param home of the account, or ""
   * @param accounts by number
   */
  FileRef named(String word, String home, Map<Integer, Account> accounts) {
    String path = tree.program(word, home);
    return path.isEmpty() ? AutostartEntry.NO_PROGRAM : at(path, accounts);
  }

  /** The file at a path; its fields say what is missing when it is not there. */
  FileRef at(String path, Map<Integer, Account> accounts) {
    try {
      Path file = tree.at(path).toRealPath();
      return of(file, tree.pathOf(file), accounts);
    } catch (NoSuchFileException e) {
      return new FileRef(path, "", 0, "", "it is not there", "", false, tree.isHidden(path));
    } catch (IOException | IllegalArgumentException e) {
      return new FileRef(path, "", 0, "", "not read: " + e, "", false, tree.isHidden(path));
    }
  }

  private FileRef of(Path file, String path, Map<Integer, Account> accounts) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    Known before = known.get(file);
    if (before != null && before.stamp().equals(stamp)) {
      return before.file();
    }
    boolean hidden = tree.isHidden(path) || stamp.isOpenToAll() || liesOpen(file);
    FileRef ref = described(file, stamp, path, tree.owner(file, stamp, accounts), hidden);
    known.put(file, new Known(stamp, ref));
    return ref;
  }

  private FileRef described(Path file, FileStamp stamp, String path, String owner, boolean hidden) {
    if (!stamp.isRegular()) {
      return new FileRef(path, "", 0, "", "not hashed: it is no file", owner, false, hidden);
    }
    String sha256 = "";
    String why = "";
    String kind = "";
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      int read = in.readNBytes(buffer, 0, 4);
      kind = kind(buffer, read);
      if (stamp.size() > MOST_HASHED) {
        why = "not hashed: " + stamp.size() + " bytes, more than the limit of " + MOST_HASHED;
      } else {
        MessageDigest digest = sha256();
        long total = 0;
        while (read > 0 && total <= MOST_HASHED) {
          digest.update(buffer, 0, read);
          total += read;
          read = in.read(buffer);
        }
        bytesRead += total;
        if (total > MOST_HASHED) {
          why = "not hashed: it grew while it was read";
        } else {
          sha256 = HexFormat.of().formatHex(digest.digest());
        }
      }
    } catch (IOException e) {
      why = "not hashed: " + e;
    }
    return new FileRef(path, kind, stamp.size(), sha256, why, owner, false, hidden);
  }

  /** Programs and scripts, as everywhere; what else there is is told by its hash. */
  private static String kind(byte[] head, int length) {
    if (length >= 4 && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F') {
      return "elf";
    }
    if (length >= 2 && head[0] == 'M' && head[1] == 'Z') {
      return "pe";
    }
    return length >= 2 && head[0] == '#' && head[1] == '!' ? "script" : "";
  }

  /** Whether a folder above it is open to all. */
  private static boolean liesOpen(Path file) throws IOException {
    Path folder = file.getParent();
    return folder != null && FileStamp.of(folder).isOpenToAll();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime must have SHA-256; this one has not", e);
    }
  }
}
