package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A small file in which a sensor keeps over a new start what it knows. */
public final class StateFile {
  private StateFile() {}

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
