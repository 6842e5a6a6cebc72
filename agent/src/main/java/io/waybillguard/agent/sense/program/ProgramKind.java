package io.waybillguard.agent.sense.program;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a file's first bytes say it is. Names are not asked, with one exception: an archive is a
 * program only when it is named like one, since every office document is an archive too.
 *
 * <p>Both systems' programs count on both: a stick carries Windows programs through a Linux PC, and
 * a share carries them the other way.
 */
enum ProgramKind {
  /** 7F 45 4C 46 (System V ABI, ELF header): program, library or kernel module of Linux. */
  ELF("elf"),
  /** MZ, and PE\0\0 where the double word at 0x3C points to (Microsoft PE format, section 3). */
  PE("pe"),
  /**
   * MZ and the zeros that every DOS header has, without a PE header within reach: a DOS program, or
   * one whose header lies further back than we look.
   */
  DOS("dos"),
  /** {@code #!} (execve(2)). */
  SCRIPT("script"),
  /**
   * D0 CF 11 E0 A1 B1 1A E1 (Microsoft CFB, section 2.2) named {@code .msi}, {@code .msp} or {@code
   * .mst}: office documents of before 2007 have the same first bytes.
   */
  INSTALLER("msi"),
  /** 50 4B 03 04 (PKWARE APPNOTE, 4.3.7) named like a program. */
  ARCHIVE("archive"),
  /** {@code !<arch>\n} and a first member {@code debian-binary} (deb(5)). */
  DEB("deb"),
  /** ED AB EE DB (rpm lead). */
  RPM("rpm");

  /** How much of a file {@link #of} wants to see; less is enough when the file is shorter. */
  static final int BYTES = 4096;

  private static final byte[] ELF_MAGIC = {0x7f, 'E', 'L', 'F'};
  private static final byte[] OLE_MAGIC = bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);
  private static final byte[] ZIP_MAGIC = bytes('P', 'K', 3, 4);
  private static final byte[] RPM_MAGIC = bytes(0xed, 0xab, 0xee, 0xdb);
  private static final byte[] DEB_MAGIC =
      "!<arch>\ndebian-binary".getBytes(StandardCharsets.US_ASCII);
  private static final int PE_POINTER = 0x3c;
  private static final int DOS_HEADER = 64;

  private static final Set<String> INSTALLER_NAMES = Set.of("msi", "msp", "mst");

  /** Archives that run on a double click, or that a package manager installs. */
  private static final Set<String> ARCHIVE_NAMES =
      Set.of("jar", "war", "msix", "appx", "msixbundle", "appxbundle", "apk", "xpi", "crx");

  private final String word;

  ProgramKind(String word) {
    this.word = word;
  }

  /** The word in the record. */
  String word() {
    return word;
  }

  /**
   * @param head the first {@link #BYTES} bytes, or all when the file is shorter
   * @param name the file's name
   * @return empty when it is no program
   */
  static Optional<ProgramKind> of(byte[] head, String name) {
    if (startsWith(head, ELF_MAGIC)) {
      return Optional.of(ELF);
    }
    if (head.length >= DOS_HEADER && head[0] == 'M' && head[1] == 'Z') {
      if (isPe(head)) {
        return Optional.of(PE);
      }
      if (hasZero(head)) {
        return Optional.of(DOS);
      }
    }
    if (head.length > 2 && head[0] == '#' && head[1] == '!') {
      return Optional.of(SCRIPT);
    }
    if (startsWith(head, DEB_MAGIC)) {
      return Optional.of(DEB);
    }
    if (startsWith(head, RPM_MAGIC)) {
      return Optional.of(RPM);
    }
    String extension = extension(name);
    if (startsWith(head, OLE_MAGIC) && INSTALLER_NAMES.contains(extension)) {
      return Optional.of(INSTALLER);
    }
    if (startsWith(head, ZIP_MAGIC) && ARCHIVE_NAMES.contains(extension)) {
      return Optional.of(ARCHIVE);
    }
    return Optional.empty();
  }

  private static boolean isPe(byte[] head) {
    long at = 0;
    for (int i = 3; i >= 0; i--) {
      at = (at << 8) | (head[PE_POINTER + i] & 0xff);
    }
    return at + 4 <= head.length
        && head[(int) at] == 'P'
        && head[(int) at + 1] == 'E'
        && head[(int) at + 2] == 0
        && head[(int) at + 3] == 0;
  }

  /** Text that happens to begin with MZ has none. */
  private static boolean hasZero(byte[] head) {
    for (int i = 0; i < DOS_HEADER; i++) {
      if (head[i] == 0) {
        return true;
      }
    }
    return false;
  }

  private static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  private static boolean startsWith(byte[] head, byte[] magic) {
    return head.length >= magic.length
        && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
