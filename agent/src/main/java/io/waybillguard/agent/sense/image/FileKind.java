package io.waybillguard.agent.sense.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file is by its first bytes; a name says nothing. Of images, the kinds that scanners and
 * document cameras write.
 */
enum FileKind {
  IMAGE,
  ARCHIVE,
  OTHER;

  private static final Logger LOG = LoggerFactory.getLogger(FileKind.class);
  private static final int TAR_MAGIC_AT = 257;
  private static final int HEAD = TAR_MAGIC_AT + 5;

  /** Extensions of image files, for files whose bytes are gone. */
  private static final Set<String> EXTENSIONS =
      Set.of("jpg", "jpeg", "png", "bmp", "tif", "tiff", "pdf", "webp", "heic", "ofd", "gif");

  /** Hex of the first bytes: formats' own specifications, as file(1) knows them. */
  private static final Set<String> IMAGES =
      Set.of("ffd8ff", "89504e47", "424d", "49492a00", "4d4d002a", "25504446", "47494638");

  /** zip, rar, 7z, gzip, xz, zstd, bzip2, lz4, and what gpg and openssl put before a cipher. */
  private static final Set<String> ARCHIVES =
      Set.of(
          "504b0304",
          "526172211a",
          "377abcaf271c",
          "1f8b",
          "fd377a585a00",
          "28b52ffd",
          "425a68",
          "04224d18",
          "53616c7465645f5f",
          "8c0d04");

  static FileKind of(Path file) {
    byte[] head;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      head = in.readNBytes(HEAD);
    } catch (IOException e) {
      LOG.debug("file={} was gone or closed when it was looked at: {}", file, e.toString());
      return OTHER;
    }
    return of(head);
  }

  static FileKind of(byte[] head) {
    String hex = HexFormat.of().formatHex(head);
    if (IMAGES.stream().anyMatch(hex::startsWith) || isWebp(head) || isHeic(head)) {
      return IMAGE;
    }
    return ARCHIVES.stream().anyMatch(hex::startsWith) || text(head, TAR_MAGIC_AT, "ustar")
        ? ARCHIVE
        : OTHER;
  }

  private static boolean isWebp(byte[] head) {
    return text(head, 0, "RIFF") && text(head, 8, "WEBP");
  }

  private static boolean isHeic(byte[] head) {
    return text(head, 4, "ftyphei") || text(head, 4, "ftypmif1");
  }

  private static boolean text(byte[] head, int at, String wanted) {
    byte[] bytes = wanted.getBytes(StandardCharsets.US_ASCII);
    return head.length >= at + bytes.length
        && Arrays.equals(head, at, at + bytes.length, bytes, 0, bytes.length);
  }

  /** Whether a name is that of an image. */
  static boolean isImageName(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1));
  }
}
