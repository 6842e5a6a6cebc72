package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.platform.shared.NativeCalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where SQLite's and JNA's native libraries lie: in a folder of the agent's own that nobody else
 * may enter. The common temporary folder, to which both would unpack them, lets any user of the
 * machine put a library of his own in the way.
 *
 * <p>They are unpacked once and then used again: otherwise every {@code status} would make a new
 * program on this machine, and the agent would record it.
 */
final class NativeParts {
  private static final int NAME_DIGITS = 16;

  private NativeParts() {}

  /**
   * To be called before the first native library is loaded. Where the folder is not there or this
   * user may not write to it, the common one is used.
   */
  static void into(Path data) throws IOException {
    if (!Files.isWritable(data)) {
      return;
    }
    Path folder = data.resolve("native").toAbsolutePath();
    SecretFile.folder(folder);
    System.setProperty("org.sqlite.tmpdir", folder.toString());
    System.setProperty("jna.tmpdir", folder.toString());
    Optional<Path> sqlite = unpacked(LogReader.sqliteLibrary(), folder);
    if (sqlite.isPresent()) {
      System.setProperty("org.sqlite.lib.path", String.valueOf(sqlite.get().getParent()));
      System.setProperty("org.sqlite.lib.name", String.valueOf(sqlite.get().getFileName()));
    }
    Optional<Path> jna = unpacked(NativeCalls.library(), folder);
    if (jna.isPresent()) {
      System.setProperty("jna.boot.library.path", String.valueOf(jna.get().getParent()));
    }
  }

  /**
   * The library in a folder named by its content, so that another version never takes the place of
   * one that is loaded. A file that is there already is used only if it is the same to the byte.
   *
   * @return empty when the program has none for this system; its owner then says so
   */
  static Optional<Path> unpacked(String resource, Path folder) throws IOException {
    byte[] library;
    try (InputStream in = NativeParts.class.getResourceAsStream(resource)) {
      if (in == null) {
        return Optional.empty();
      }
      library = in.readAllBytes();
    }
    Path place = folder.resolve(Hash.sha256(library).hex().substring(0, NAME_DIGITS));
    Path file = place.resolve(resource.substring(resource.lastIndexOf('/') + 1));
    if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
      SecretFile.folder(place);
      // Under a name of its own: another command may be doing the same.
      Path draft = Files.createTempFile(place, "", ".new");
      Files.write(draft, library);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    return Optional.of(file);
  }

  /** Where they lie. */
  static String folder() {
    return System.getProperty("jna.tmpdir", System.getProperty("java.io.tmpdir"));
  }
}
