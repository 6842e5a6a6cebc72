package io.waybillguard.hq.console;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A look at a file that somebody dropped, before anything in it is read: what no bundle is, is not
 * unpacked. Nothing of it is ever written to a name of its own.
 */
final class UploadedBundle {
  /** More files than a bundle of a year has. */
  private static final int MOST_FILES = 1_000_000;

  /** Bytes that it may hold when unpacked; also at most {@link #MOST_TIMES} its own length. */
  private static final long MOST_BYTES = 4L << 30;

  /** JSON packs to a twentieth; what packs to less than a two-hundredth is made to burst. */
  private static final long MOST_TIMES = 200;

  private static final int MOST_KEYS = 1 << 20;

  /** Why a file is not looked into. */
  enum Refusal {
    NO_ZIP,
    TOO_LARGE,
    BAD_NAME
  }

  /** A file that is no bundle to be read. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final Refusal refusal;

    Refused(Refusal refusal, String why) {
      super(why);
      this.refusal = refusal;
    }

    Refusal refusal() {
      return refusal;
    }
  }

  private UploadedBundle() {}

  /**
   * Looks at its list of files.
   *
   * @return the name of the log that it says it is of; empty when it does not say
   */
  static Optional<String> origin(Path file, long length) throws IOException, Refused {
    try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
      long most = Math.min(MOST_BYTES, Math.max(1 << 20, length * MOST_TIMES));
      long bytes = 0;
      Optional<ZipEntry> keys = Optional.empty();
      if (zip.size() > MOST_FILES) {
        throw new Refused(Refusal.TOO_LARGE, zip.size() + " files");
      }
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        check(entry.getName());
        bytes += Math.max(0, entry.getSize());
        if (entry.getSize() < 0 || bytes > most) {
          throw new Refused(Refusal.TOO_LARGE, bytes + " bytes unpacked, of " + length);
        }
        if (entry.getName().endsWith("data/log/keys")) {
          keys = Optional.of(entry);
        }
      }
      return keys.isEmpty() ? Optional.empty() : origin(zip, keys.get());
    } catch (ZipException e) {
      throw new Refused(Refusal.NO_ZIP, String.valueOf(e.getMessage()));
    }
  }

  /** A name that would leave its place, were it unpacked somewhere one day. */
  private static void check(String name) throws Refused {
    boolean leaves =
        name.startsWith("/")
            || name.contains("\\")
            || name.contains(":")
            || name.indexOf('\0') >= 0
            || ("/" + name + "/").contains("/../");
    if (leaves) {
      throw new Refused(Refusal.BAD_NAME, name);
    }
  }

  /** The first key's line: {@code 0 <origin>+<id>+<key>}. */
  private static Optional<String> origin(ZipFile zip, ZipEntry keys) throws IOException {
    try (InputStream in = zip.getInputStream(keys)) {
      String text = new String(in.readNBytes(MOST_KEYS), StandardCharsets.UTF_8);
      String[] parts = text.lines().findFirst().orElse("").split("[ +]");
      return parts.length >= 3 ? Optional.of(parts[1]) : Optional.empty();
    }
  }
}
