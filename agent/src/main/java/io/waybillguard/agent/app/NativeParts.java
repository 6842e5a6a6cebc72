package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where SQLite's and JNA's native libraries are unpacked: a folder of the agent's own that nobody
 * else may enter. The common temporary folder, which both would use, lets any user of the machine
 * put a library of his own in the way.
 */
final class NativeParts {
  private NativeParts() {}

  /**
   * To be called before the first native library is loaded. A user who may not write there keeps
   * the common folder.
   */
  static void into(Path data) throws IOException {
    if (!Files.isWritable(data)) {
      return;
    }
    Path folder = data.resolve("native").toAbsolutePath();
    SecretFile.folder(folder);
    System.setProperty("org.sqlite.tmpdir", folder.toString());
    System.setProperty("jna.tmpdir", folder.toString());
  }

  /** Where they are unpacked. */
  static String folder() {
    return System.getProperty("jna.tmpdir", System.getProperty("java.io.tmpdir"));
  }
}
