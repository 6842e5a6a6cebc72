package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/** A small file in which a sensor keeps over a new start what it knows. */
public final class StateFile {
  /** So much of a line that makes no sense is told. */
  private static final int SHOWN = 80;

  private StateFile() {}

  /**
   * What a file that could not be understood took with it.
   *
   * @param what which file, why, and where it lies now
   * @param since when it was written last: what changed after that is not known
   */
  public record Damage(String what, Instant since) {}

  /**
   * Puts a file that cannot be understood out of the way, under its name and {@code .damaged}, so
   * that a new one can be begun; one that lies there already is lost.
   *
   * @param why what is wrong with it
   * @throws IOException if it cannot be moved
   */
  public static Damage setAside(Path file, String why) throws IOException {
    Instant since = Files.getLastModifiedTime(file).toInstant();
    Path aside = file.resolveSibling(file.getFileName() + ".damaged");
    Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    return new Damage(file + " is damaged (" + why + ") and was put aside as " + aside, since);
  }

  /** A line that makes no sense, as it may be told: short, and without what a terminal obeys. */
  public static String shown(String line) {
    String clean = line.replaceAll("\\p{Cntrl}", "?");
    return clean.substring(0, Math.min(SHOWN, clean.length()));
  }

  /**
   * Puts this in place of what was there; a power cut leaves the one or the other.
   *
   * @param file in a folder that exists
   * @throws IOException if it cannot be written; what was there is still there
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.write(draft, content);
    try (FileChannel written = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
