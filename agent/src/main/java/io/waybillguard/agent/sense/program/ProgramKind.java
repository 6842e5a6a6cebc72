package io.waybillguard.agent.sense.program;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a file's first bytes say it is, by the kinds that ways to stay and to run are known for.
 *
 * <p>Names are asked only where bytes cannot tell: office documents are archives of the same bytes
 * as installers and Java programs, and what Windows runs for its name alone is plain text. A file
 * that is two things at once is what comes first in the order of this class: what the system itself
 * would run. A head that ends too early to say more is the most general of its kind.
 *
 * <p>Both systems' programs count on both: a stick carries Windows programs through a Linux PC, and
 * a share carries them the other way.
 *
 * <p>No programs, though they carry some: plain archives and disk images; what comes out of them is
 * looked at. Units of systemd are recorded as what starts by itself.
 */
enum ProgramKind {
  /**
   * 7F 45 4C 46 (System V ABI, ELF header): a program of Linux. Types of files by {@code e_type} at
   * 16: 2 and 3 are programs, unless it is one of the two below; 4, a core dump, is none.
   */
  ELF("elf"),
  /** An ELF file of type 3 without interpreter (PT_INTERP) and without entry point: a library. */
  LIBRARY("elf_shared"),
  /** An ELF file of type 1: a kernel module, or an object file that was not linked yet. */
  MODULE("elf_module"),
  /** An ELF file with {@code AI} and 1 or 2 at 8 (AppImage specification): brings all it needs. */
  APPIMAGE("appimage"),
  /** MZ, and PE\0\0 where the double word at 0x3C points to (Microsoft PE format, section 3). */
  PE("pe"),
  /**
   * MZ and the zeros that every DOS header has, without a PE header within reach: a DOS program, or
   * one whose header lies further back than we look.
   */
  DOS("dos"),
  /** {@code #!} and then an archive (Python {@code zipapp}), or one that begins with its main. */
  ZIPAPP("zipapp"),
  /** {@code #!} (execve(2)). */
  SCRIPT("script"),
  /** FE ED FA CE, FE ED FA CF in either order, or CA FE BA BE with few parts: macOS (loader.h). */
  MACH_O("macho"),
  /** CA FE BA BE and a version of 45 or more (JVM specification, 4.1). */
  JAVA_CLASS("java_class"),
  /** 00 61 73 6D (WebAssembly core specification, 5.5.16). */
  WASM("wasm"),
  /** 4C 00 00 00 and the class id that follows (Microsoft MS-SHLLINK, 2.1): a shortcut. */
  SHORTCUT("lnk"),
  /** {@code ITSF}: help pages of Windows, which run scripts. */
  HELP("chm"),
  /** {@code #@~^}: a script encoded by Windows Script Encoder, under any name. */
  ENCODED("encoded_script"),
  /** {@code [Desktop Entry]} with {@code Exec=} (Desktop Entry specification): a launcher. */
  LAUNCHER("launcher"),
  /**
   * D0 CF 11 E0 A1 B1 1A E1 (Microsoft CFB, section 2.2) named {@code .msi}, {@code .msp} or {@code
   * .mst}: office documents of before 2007 have the same first bytes.
   */
  INSTALLER("msi"),
  /** A document in whose format macros are kept, by name; whether it has any is not looked at. */
  MACRO_DOCUMENT("macro_document"),
  /**
   * 50 4B 03 04 (PKWARE APPNOTE, 4.3.7) with a manifest first, or Java's mark CA FE in its first
   * extra field.
   */
  JAR("jar"),
  /** 50 4B 03 04 named like a program. */
  ARCHIVE("archive"),
  /** {@code !<arch>\n} and a first member {@code debian-binary} (deb(5)). */
  DEB("deb"),
  /** ED AB EE DB (rpm lead). */
  RPM("rpm"),
  /** {@code hsqs} (squashfs superblock): a snap package, or another image of that file system. */
  SNAP("snap"),
  /** {@code flatpak\0} or {@code xdg-app\0} (shared-mime-info), or {@code [Flatpak Ref]}. */
  FLATPAK("flatpak"),
  /** Text that Windows runs, or installs from, for its name alone. */
  COMMANDS("commands");

  /** How much of a file {@link #of} wants to see; less is enough when the file is shorter. */
  static final int BYTES = 4096;

  private static final byte[] ELF_MAGIC = {0x7f, 'E', 'L', 'F'};
  private static final byte[] OLE_MAGIC = bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);
  private static final byte[] ZIP_MAGIC = bytes('P', 'K', 3, 4);
  private static final int LONGEST = 32;
  private static final int PE_POINTER = 0x3c;
  private static final int DOS_HEADER = 64;

  /**
   * A kind whose first bytes say all.
   *
   * @param bytes each as the character of its number
   */
  private record Magic(String bytes, ProgramKind kind) {}

  private static final List<Magic> BY_MAGIC =
      List.of(
          new Magic("\u00fe\u00ed\u00fa\u00ce", MACH_O),
          new Magic("\u00fe\u00ed\u00fa\u00cf", MACH_O),
          new Magic("\u00ce\u00fa\u00ed\u00fe", MACH_O),
          new Magic("\u00cf\u00fa\u00ed\u00fe", MACH_O),
          new Magic("\0asm", WASM),
          new Magic("L\0\0\0\1\24\2\0", SHORTCUT),
          new Magic("ITSF", HELP),
          new Magic("#@~^", ENCODED),
          new Magic("!<arch>\ndebian-binary", DEB),
          new Magic("\u00ed\u00ab\u00ee\u00db", RPM),
          new Magic("hsqs", SNAP),
          new Magic("flatpak\0", FLATPAK),
          new Magic("xdg-app\0", FLATPAK),
          new Magic("[Flatpak Ref]", FLATPAK));

  private static final Set<String> INSTALLER_NAMES = Set.of("msi", "msp", "mst");

  private static final Set<String> MACRO_NAMES =
      Set.of("docm", "dotm", "xlsm", "xlsb", "xltm", "pptm", "ppsm");

  /** Archives that run on a double click, or that a package manager installs. */
  private static final Set<String> ARCHIVE_NAMES =
      Set.of(
          "jar",
          "war",
          "ear",
          "msix",
          "appx",
          "msixbundle",
          "appxbundle",
          "apk",
          "ipa",
          "xapk",
          "xpi",
          "crx");

  /**
   * Without {@code js}, {@code inf}, {@code url}, {@code theme} and Python's: on Linux they run by
   * nobody's double click, and browsers and developers' tools write them by the thousand.
   */
  private static final Set<String> COMMAND_NAMES =
      Set.of(
          "bat",
          "cmd",
          "ps1",
          "psm1",
          "psd1",
          "vbs",
          "vbe",
          "jse",
          "wsf",
          "wsh",
          "wsc",
          "sct",
          "hta",
          "ahk",
          "au3",
          "reg",
          "scf",
          "msc",
          "rdp",
          "appinstaller",
          "application");

  /** Letters enough to know text by. */
  private static final int TEXT = 512;

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
      return ElfHead.kind(head);
    }
    if (head.length >= DOS_HEADER && head[0] == 'M' && head[1] == 'Z') {
      if (isPe(head)) {
        return Optional.of(PE);
      }
      if (hasZero(head, DOS_HEADER)) {
        return Optional.of(DOS);
      }
    }
    if (head.length > 2 && head[0] == '#' && head[1] == '!') {
      return Optional.of(archiveFollows(head) ? ZIPAPP : SCRIPT);
    }
    if (startsWith(head, bytes(0xca, 0xfe, 0xba, 0xbe))) {
      return javaOrMac(head);
    }
    String first = new String(head, 0, Math.min(head.length, LONGEST), StandardCharsets.ISO_8859_1);
    for (Magic magic : BY_MAGIC) {
      if (first.startsWith(magic.bytes())) {
        return Optional.of(magic.kind());
      }
    }
    return byBytesAndName(head, extension(name));
  }

  private static Optional<ProgramKind> byBytesAndName(byte[] head, String extension) {
    if (startsWith(head, OLE_MAGIC)) {
      return INSTALLER_NAMES.contains(extension) ? Optional.of(INSTALLER) : macros(extension);
    }
    if (startsWith(head, ZIP_MAGIC)) {
      String first = firstMember(head);
      if (first.equals("__main__.py")) {
        return Optional.of(ZIPAPP);
      }
      if (first.startsWith("META-INF/") || hasJavaMark(head)) {
        return Optional.of(JAR);
      }
      return ARCHIVE_NAMES.contains(extension) ? Optional.of(ARCHIVE) : macros(extension);
    }
    if (isLauncher(head)) {
      return Optional.of(LAUNCHER);
    }
    return COMMAND_NAMES.contains(extension) && isText(head)
        ? Optional.of(COMMANDS)
        : Optional.empty();
  }

  private static Optional<ProgramKind> macros(String extension) {
    return MACRO_NAMES.contains(extension) ? Optional.of(MACRO_DOCUMENT) : Optional.empty();
  }

  /** Both begin alike. Mac's next word counts the parts, of which there are a handful. */
  private static Optional<ProgramKind> javaOrMac(byte[] head) {
    if (head.length < 8) {
      return Optional.empty();
    }
    long next = 0;
    for (int i = 4; i < 8; i++) {
      next = (next << 8) | (head[i] & 0xff);
    }
    return Optional.of((next & 0xffff) >= 45 ? JAVA_CLASS : MACH_O);
  }

  private static boolean archiveFollows(byte[] head) {
    int line = 2;
    while (line < head.length && head[line] != '\n') {
      line++;
    }
    byte[] rest = Arrays.copyOfRange(head, Math.min(line + 1, head.length), head.length);
    return startsWith(rest, ZIP_MAGIC);
  }

  /** Name of the first member: its length at 26, itself at 30 (APPNOTE, 4.3.7). */
  private static String firstMember(byte[] head) {
    if (head.length < 30) {
      return "";
    }
    int end = Math.min(head.length, 30 + word(head, 26));
    return new String(head, 30, end - 30, StandardCharsets.ISO_8859_1);
  }

  /** CA FE as the id of the first extra field, which java.util.jar writes (JarOutputStream). */
  private static boolean hasJavaMark(byte[] head) {
    if (head.length < 30) {
      return false;
    }
    int extra = 30 + word(head, 26);
    return word(head, 28) >= 4 && extra + 2 <= head.length && word(head, extra) == 0xcafe;
  }

  /** The group comes first, after comments and blank lines; a byte order mark is forgiven. */
  private static boolean isLauncher(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    boolean inGroup = false;
    for (String line : text.split("\n", -1)) {
      String bare = line.replaceFirst("^\u00EF\u00BB\u00BF", "").strip();
      if (!inGroup) {
        if (bare.equals("[Desktop Entry]")) {
          inGroup = true;
        } else if (!bare.isEmpty() && !bare.startsWith("#")) {
          return false;
        }
      } else if (bare.startsWith("Exec=") || bare.startsWith("Exec =")) {
        return true;
      }
    }
    return false;
  }

  private static int word(byte[] head, int at) {
    return (head[at] & 0xff) | (head[at + 1] & 0xff) << 8;
  }

  /** UTF-16 of either order counts: half of Windows' scripts are written so. */
  private static boolean isText(byte[] head) {
    return startsWith(head, bytes(0xff, 0xfe))
        || startsWith(head, bytes(0xfe, 0xff))
        || !hasZero(head, Math.min(head.length, TEXT));
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
  private static boolean hasZero(byte[] head, int within) {
    for (int i = 0; i < within; i++) {
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
