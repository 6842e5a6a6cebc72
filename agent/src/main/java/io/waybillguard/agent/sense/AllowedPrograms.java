package io.waybillguard.agent.sense;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The programs that scan and upload by order of the company: by path, and by content where a hash
 * is given. A file that was put in the place of one is not one.
 *
 * <p>Limit: an interpreter that is allowed is so with every script. Used by one thread.
 */
public final class AllowedPrograms {
  private static final Logger LOG = LoggerFactory.getLogger(AllowedPrograms.class);

  /**
   * One of them.
   *
   * @param path of the executable, without links
   * @param sha256 of its content, lower-case hex; "" when any content will do
   */
  public record Program(String path, String sha256) {}

  private record Checked(long size, long modified, boolean same) {}

  private final Map<String, String> hashes = new HashMap<>();
  private final Map<String, Checked> checked = new HashMap<>();

  public AllowedPrograms(List<Program> programs) {
    programs.forEach(program -> hashes.put(program.path(), program.sha256()));
  }

  /**
   * Whether a process that runs this program may handle and send images.
   *
   * @param executable its path; "" when it is not known, and then it may not
   */
  public boolean includes(String executable) {
    String wanted = hashes.get(executable);
    if (wanted == null) {
      return false;
    }
    return wanted.isEmpty() || isSame(executable, wanted);
  }

  private boolean isSame(String executable, String wanted) {
    try {
      Path file = Path.of(executable);
      BasicFileAttributes now =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Checked before = checked.get(executable);
      long modified = now.lastModifiedTime().toMillis();
      if (before == null || before.size() != now.size() || before.modified() != modified) {
        before = new Checked(now.size(), modified, sha256(file).equals(wanted));
        checked.put(executable, before);
        if (!before.same()) {
          LOG.warn("program={} is not the one whose hash is set; it counts as any other", file);
        }
      }
      return before.same();
    } catch (IOException e) {
      // Gone or closed to us: who cannot be checked is nobody we know.
      LOG.debug("program={} cannot be checked: {}", executable, e.toString());
      return false;
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime must have SHA-256; this one has not", e);
    }
  }
}
