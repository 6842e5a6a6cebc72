package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/** Small files in which the kernel tells one value. */
final class Sysfs {
  private Sysfs() {}

  /**
   * A value, without the newline that ends it. A device chooses its own strings, so bytes that are
   * not UTF-8 are replaced rather than refused.
   *
   * @return empty when there is no such value, or no longer
   */
  static Optional<String> attribute(Path file) throws IOException {
    return attribute(file, StandardCharsets.UTF_8);
  }

  /** A value as bytes, one a character: a path need not be text. */
  static Optional<String> rawAttribute(Path file) throws IOException {
    return attribute(file, StandardCharsets.ISO_8859_1);
  }

  private static Optional<String> attribute(Path file, Charset charset) throws IOException {
    return bytes(file)
        .map(raw -> new String(raw, charset))
        .map(value -> value.endsWith("\n") ? value.substring(0, value.length() - 1) : value);
  }

  /** What a file holds; empty when there is no such file, or no longer. */
  static Optional<byte[]> bytes(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Optional.empty();
    } catch (IOException e) {
      // ENODEV and friends: the device went away between opening and reading.
      if (Files.exists(file)) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
