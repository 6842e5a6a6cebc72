package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files captured from a real system; {@code ORIGIN.md} beside them says how. */
final class Fixtures {
  private static final Path FOLDER = Path.of("src/test/resources/linux");

  private Fixtures() {}

  static byte[] bytes(String name) {
    try {
      return Files.readAllBytes(FOLDER.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /** Datagrams, each preceded by its length. */
  static List<byte[]> datagrams(String name) {
    ByteBuffer all = ByteBuffer.wrap(bytes(name));
    List<byte[]> found = new ArrayList<>();
    while (all.hasRemaining()) {
      byte[] one = new byte[all.getInt()];
      all.get(one);
      found.add(one);
    }
    return found;
  }

  /**
   * Builds a captured piece of sysfs below {@code root}, so that {@code root/sys} reads like the
   * real one.
   */
  static void sysfs(String name, Path root) throws IOException {
    for (String line : text(name).split("\n")) {
      int link = line.indexOf(" -> ");
      int value = line.indexOf(" =");
      if (link > 0) {
        Path at = root.resolve(line.substring(1, link));
        Files.createDirectories(at.getParent());
        Files.createSymbolicLink(at, Path.of(line.substring(link + 4)));
      } else if (line.endsWith("/")) {
        Files.createDirectories(root.resolve(line.substring(1)));
      } else {
        Path at = root.resolve(line.substring(1, value));
        Files.createDirectories(at.getParent());
        String content = line.substring(value + 2);
        Files.writeString(at, (content.isEmpty() ? "" : content.substring(1)) + "\n");
      }
    }
  }

  /** Puts a captured file where the real one would be. */
  static void place(String name, Path at) throws IOException {
    Files.createDirectories(at.getParent());
    Files.write(at, bytes(name));
  }
}
