package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * From the bytes of a path, as the kernel tells them, to a {@link Path} that holds the same bytes.
 * Bytes travel as strings of which each character is one byte.
 *
 * <p>{@link Path#of} encodes text by the locale that the runtime was started in, so under a bare
 * {@code LANG=C} it refuses every Chinese name, and no locale can spell bytes that are no text. A
 * program with such a name must be seen all the same, so what does not survive the way through text
 * takes the one through a descriptor: the runtime keeps the bytes of a link's target as they are.
 */
final class RawPath {
  private static final boolean NAMES_ARE_UTF8 =
      "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"));

  private RawPath() {}

  /**
   * @throws IOException if the name needs the way through a descriptor and is there no longer
   */
  static Path of(String raw) throws IOException {
    byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
    if (raw.chars().allMatch(c -> c < 0x80)) {
      return Path.of(raw);
    }
    if (NAMES_ARE_UTF8) {
      try {
        return Path.of(
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
      } catch (CharacterCodingException e) {
        return byDescriptor(raw); // bytes that are no text
      }
    }
    return byDescriptor(raw);
  }

  private static Path byDescriptor(String raw) throws IOException {
    try (Fd fd = Fd.open(raw, Libc.O_PATH)) {
      return of(fd);
    }
  }

  /** The path that an open descriptor has now. */
  static Path of(Fd fd) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number()));
  }
}
