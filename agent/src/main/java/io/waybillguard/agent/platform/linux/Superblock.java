package io.waybillguard.agent.platform.linux;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What a medium says of itself at its begin, for where no udev has read it. Layouts and the way in
 * which serials are written: {@code libblkid/src/superblocks} of util-linux, so that the same
 * medium has the same serial with udev and without.
 *
 * <p>Limits: the label of exFAT and NTFS, and that of FAT when it was changed after formatting,
 * stand in a folder of the file system, which is not read.
 *
 * @param kind {@code vfat}, {@code exfat}, {@code ntfs}, {@code ext4} (for ext2 and ext3 too),
 *     {@code iso9660}, or "" for what is not known here
 */
record Superblock(String kind, String label, String serial) {
  /** All that {@link #of} looks at lies within so many bytes. */
  static final int BYTES = 36 << 10;

  private static final Superblock UNKNOWN = new Superblock("", "", "");

  private static final int EXT = 1024;
  private static final int ISO = 32_768;

  /** Chinese Windows writes FAT labels in its own code page; bytes that are no GBK are replaced. */
  private static final Charset FAT_LABEL =
      Charset.isSupported("GBK") ? Charset.forName("GBK") : StandardCharsets.UTF_8;

  /**
   * Reads the begin of a medium, of any length: bytes that are not there are none of a signature.
   */
  static Superblock of(byte[] begin) {
    Bytes at = new Bytes(begin);
    if (at.is(3, "EXFAT   ")) {
      return new Superblock("exfat", "", volumeId(at, 100));
    }
    if (at.is(3, "NTFS    ")) {
      return new Superblock("ntfs", "", reversed(at, 72, 8));
    }
    if (at.u8(EXT + 0x38) == 0x53 && at.u8(EXT + 0x39) == 0xef) {
      return new Superblock("ext4", at.text(EXT + 0x78, 16), uuid(at, EXT + 0x68));
    }
    if (at.is(ISO + 1, "CD001") && at.u8(ISO) == 1) {
      return new Superblock("iso9660", at.text(ISO + 40, 32), isoDate(at));
    }
    if (at.u8(510) == 0x55 && at.u8(511) == 0xaa) {
      if (at.is(82, "FAT32   ")) {
        return new Superblock("vfat", fatLabel(at, 71), volumeId(at, 67));
      }
      if (at.is(54, "FAT12   ") || at.is(54, "FAT16   ") || at.is(54, "FAT     ")) {
        return new Superblock("vfat", fatLabel(at, 43), volumeId(at, 39));
      }
    }
    return UNKNOWN;
  }

  /** Four bytes, little-endian, as {@code C807-0D80}. */
  private static String volumeId(Bytes at, int offset) {
    String hex = reversed(at, offset, 4);
    return hex.substring(0, 4) + "-" + hex.substring(4);
  }

  private static String reversed(Bytes at, int offset, int length) {
    StringBuilder hex = new StringBuilder();
    for (int i = length - 1; i >= 0; i--) {
      hex.append(String.format(Locale.ROOT, "%02X", at.u8(offset + i)));
    }
    return hex.toString();
  }

  private static String uuid(Bytes at, int offset) {
    byte[] raw = new byte[16];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) at.u8(offset + i);
    }
    String hex = HexFormat.of().formatHex(raw);
    return String.join(
        "-",
        hex.substring(0, 8),
        hex.substring(8, 12),
        hex.substring(12, 16),
        hex.substring(16, 20),
        hex.substring(20));
  }

  private static String fatLabel(Bytes at, int offset) {
    String label = new String(at.raw(offset, 11), FAT_LABEL).strip();
    return label.equals("NO NAME") ? "" : label;
  }

  /** The day of the last change, or of the making, as blkid writes it: 2026-11-27-10-20-30-00. */
  private static String isoDate(Bytes at) {
    String digits = at.text(ISO + 830, 16);
    if (!digits.matches("[0-9]{16}") || digits.matches("0+")) {
      digits = at.text(ISO + 813, 16);
    }
    return digits.matches("[0-9]{16}") && !digits.matches("0+")
        ? digits.replaceFirst("(....)(..)(..)(..)(..)(..)(..)", "$1-$2-$3-$4-$5-$6-$7")
        : "";
  }

  /** Bytes that are 0 where there are none. */
  private static final class Bytes {
    private final byte[] all;

    Bytes(byte[] all) {
      this.all = all;
    }

    int u8(int at) {
      return at < all.length ? all[at] & 0xff : 0;
    }

    boolean is(int at, String signature) {
      for (int i = 0; i < signature.length(); i++) {
        if (u8(at + i) != signature.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    byte[] raw(int at, int length) {
      byte[] part = new byte[length];
      for (int i = 0; i < length; i++) {
        part[i] = (byte) u8(at + i);
      }
      return part;
    }

    String text(int at, int length) {
      String whole = new String(raw(at, length), StandardCharsets.UTF_8);
      int end = whole.indexOf('\0');
      return (end < 0 ? whole : whole.substring(0, end)).strip();
    }
  }
}
