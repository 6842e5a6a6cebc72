package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.PathText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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
    Optional<String> text = text(raw);
    return text.isPresent() ? Path.of(text.get()) : byDescriptor(raw);
  }

  /**
   * A name in a folder.
   *
   * @throws IOException as {@link #of(String)}
   */
  static Path of(Path folder, String rawName) throws IOException {
    Optional<String> text = text(rawName);
    return text.isPresent()
        ? folder.resolve(text.get())
        : byDescriptor(bytes(folder) + "/" + rawName);
  }

  /** The path that an open descriptor has now. */
  static Path of(Fd fd) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number()));
  }

  private static Optional<String> text(String raw) {
    if (PathText.isAscii(raw)) {
      return Optional.of(raw);
    }
    if (NAMES_ARE_UTF8) {
      ByteBuffer bytes = ByteBuffer.wrap(raw.getBytes(StandardCharsets.ISO_8859_1));
      try {
        return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
      } catch (CharacterCodingException e) {
        return Optional.empty(); // bytes that are no text: the other way
      }
    }
    return Optional.empty();
  }

  private static Path byDescriptor(String raw) throws IOException {
    try (Fd fd = Fd.open(raw, Libc.O_PATH | Libc.O_NOFOLLOW)) {
      return of(fd);
    }
  }

  /** The bytes of a path, one a character. */
  static String bytes(Path path) {
    String text = path.toString();
    if (path.isAbsolute() && PathText.isAscii(text)) {
      return text; // in every locale these are the bytes, and the URI costs a look at the file
    }
    return new String(PathText.bytes(path), StandardCharsets.ISO_8859_1);
  }
}
