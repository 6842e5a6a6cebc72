package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProgramKindTest {
  @Test
  void aProgramOfThisMachineIsKnownByItsBytesUnderAnyName() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Assumptions.assumeTrue(Files.exists(java), "SKIPPED: this Java runtime has no bin/java");
    assertEquals(Optional.of(ProgramKind.ELF), ProgramKind.of(head(java), "面单.jpg"));
  }

  /**
   * The first 0x44 bytes that count of any PE file: MZ header with e_lfanew at 0x3c, the header
   * there. Layout: Microsoft PE format, "MS-DOS Stub" and "Signature".
   */
  @Test
  void aWindowsProgramIsKnownWhereverItsHeaderLies() {
    byte[] pe = dosHeader(4096);
    pe[0x3c] = 0x00;
    pe[0x3d] = 0x0e; // 0xe00
    put(pe, 0xe00, "50450000");
    assertEquals(Optional.of(ProgramKind.PE), ProgramKind.of(pe, "scan.jpg"));
    pe[0xe03] = 1;
    assertEquals(Optional.of(ProgramKind.DOS), ProgramKind.of(pe, "scan.jpg"));
  }

  @Test
  void aHeaderPointerOutOfReachIsNotFollowed() {
    byte[] far = dosHeader(64);
    put(far, 0x3c, "ffffffff");
    assertEquals(Optional.of(ProgramKind.DOS), ProgramKind.of(far, "x"));
    byte[] edge = dosHeader(68);
    edge[0x3c] = 66; // only two of four bytes are there
    assertEquals(Optional.of(ProgramKind.DOS), ProgramKind.of(edge, "x"));
  }

  @Test
  void textThatBeginsLikeAProgramIsNone() {
    String text = "MZ is also how a letter may begin. ".repeat(4);
    assertEquals(
        Optional.empty(), ProgramKind.of(text.getBytes(StandardCharsets.US_ASCII), "letter"));
    assertEquals(Optional.empty(), ProgramKind.of("MZ".getBytes(StandardCharsets.US_ASCII), "x"));
    assertEquals(Optional.empty(), ProgramKind.of(new byte[0], "x.exe"));
  }

  @Test
  void aScriptIsKnownByItsFirstLine() {
    assertEquals(
        Optional.of(ProgramKind.SCRIPT),
        ProgramKind.of("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII), "read.me"));
    assertEquals(
        Optional.empty(),
        ProgramKind.of("# a comment\n".getBytes(StandardCharsets.US_ASCII), "x.sh"));
  }

  @Test
  void anArchiveIsAProgramOnlyWhenItIsNamedLikeOne() throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("[Content_Types].xml"));
    }
    assertEquals(Optional.of(ProgramKind.ARCHIVE), ProgramKind.of(zip.toByteArray(), "Run.JAR"));
    assertEquals(
        Optional.of(ProgramKind.MACRO_DOCUMENT), ProgramKind.of(zip.toByteArray(), "a.xlsm"));
    assertEquals(Optional.empty(), ProgramKind.of(zip.toByteArray(), "运单.xlsx"));
    assertEquals(Optional.empty(), ProgramKind.of(zip.toByteArray(), "jar"), "no name but that");
  }

  @Test
  void anInstallerIsAnOldOfficeDocumentByItsBytesSoItsNameDecides() {
    byte[] ole = HexFormat.of().parseHex("d0cf11e0a1b11ae1" + "00".repeat(16));
    assertEquals(Optional.of(ProgramKind.INSTALLER), ProgramKind.of(ole, "setup.MSI"));
    assertEquals(Optional.empty(), ProgramKind.of(ole, "客户.xls"));
  }

  @Test
  void packagesOfBothFamiliesAreKnown() {
    byte[] deb = "!<arch>\ndebian-binary   1700000000  ".getBytes(StandardCharsets.US_ASCII);
    assertEquals(Optional.of(ProgramKind.DEB), ProgramKind.of(deb, "x"));
    byte[] library = "!<arch>\n/               0           ".getBytes(StandardCharsets.US_ASCII);
    assertEquals(Optional.empty(), ProgramKind.of(library, "libx.a"));
    byte[] rpm = HexFormat.of().parseHex("edabeedb0300");
    assertEquals(Optional.of(ProgramKind.RPM), ProgramKind.of(rpm, "x"));
  }

  @Test
  void aJavaProgramIsKnownUnderAnyName() throws IOException {
    ByteArrayOutputStream jar = new ByteArrayOutputStream();
    try (JarOutputStream out = new JarOutputStream(jar)) {
      out.putNextEntry(new ZipEntry("a/B.class"));
    }
    assertEquals(Optional.of(ProgramKind.JAR), ProgramKind.of(jar.toByteArray(), "运单.xlsx"));
    assertEquals(Optional.of(ProgramKind.JAR), ProgramKind.of(zip("META-INF/MANIFEST.MF"), "x"));
  }

  @Test
  void aPythonZipappIsKnownWithAndWithoutItsFirstLine() throws IOException {
    byte[] zip = zip("__main__.py");
    assertEquals(Optional.of(ProgramKind.ZIPAPP), ProgramKind.of(zip, "x"));
    byte[] line = ascii("#!/usr/bin/env python3\n");
    byte[] both = Arrays.copyOf(line, line.length + zip.length);
    System.arraycopy(zip, 0, both, line.length, zip.length);
    assertEquals(Optional.of(ProgramKind.ZIPAPP), ProgramKind.of(both, "x"));
  }

  /** e_type at 16, AppImage's mark at 8. */
  @Test
  void elfFilesAreToldApartByTheirHeaders() {
    byte[] elf = new byte[64];
    put(elf, 0, "7f454c46020101");
    elf[16] = 2;
    assertEquals(Optional.of(ProgramKind.ELF), ProgramKind.of(elf, "x"));
    elf[16] = 1;
    assertEquals(Optional.of(ProgramKind.MODULE), ProgramKind.of(elf, "x.ko"));
    elf[16] = 4;
    assertEquals(Optional.empty(), ProgramKind.of(elf, "core"));
    put(elf, 8, "414902");
    elf[16] = 3;
    assertEquals(Optional.of(ProgramKind.APPIMAGE), ProgramKind.of(elf, "x"));
    assertEquals(
        Optional.of(ProgramKind.ELF),
        ProgramKind.of(HexFormat.of().parseHex("7f454c46"), "x"),
        "cut off");
  }

  @Test
  void aLibraryOfThisMachineIsNoProgramToStart() throws IOException {
    Path library = Path.of(System.getProperty("java.home"), "lib", "libnet.so");
    Assumptions.assumeTrue(Files.exists(library), "SKIPPED: this Java runtime has no libnet.so");
    assertEquals(Optional.of(ProgramKind.LIBRARY), ProgramKind.of(head(library), "x"));
  }

  /** Where each comes from is said beside it in ProgramKind. */
  @ParameterizedTest
  @CsvSource({
    "MACH_O, feedface00000000",
    "MACH_O, feedfacf00000000",
    "MACH_O, cefaedfe07000000",
    "MACH_O, cffaedfe07000001",
    "MACH_O, cafebabe00000002",
    "JAVA_CLASS, cafebabe00000034",
    "JAVA_CLASS, cafebabe0003002d",
    "WASM, 0061736d01000000",
    "SHORTCUT, 4c0000000114020000000000c000000000000046",
    "HELP, 4954534603000000",
    "ENCODED, 23407e5e41414141",
    "SNAP, 6873717300000000",
    "FLATPAK, 666c617470616b00010089e5"
  })
  void whatTheFirstBytesSayNeedsNoName(ProgramKind kind, String hex) {
    byte[] head = HexFormat.of().parseHex(hex);
    assertEquals(Optional.of(kind), ProgramKind.of(head, "面单.jpg"));
    assertEquals(Optional.of(kind), ProgramKind.of(Arrays.copyOf(head, 4096), ""));
  }

  @Test
  void aLauncherIsOneByWhatItStarts() {
    String launcher = "\uFEFF# made by hand\n\n[Desktop Entry]\nType=Application\nExec=/tmp/.x\n";
    byte[] bytes = launcher.getBytes(StandardCharsets.UTF_8);
    assertEquals(Optional.of(ProgramKind.LAUNCHER), ProgramKind.of(bytes, "notes.txt"));
    assertEquals(
        Optional.empty(), ProgramKind.of(ascii("[Desktop Entry]\nType=Link\n"), "x.desktop"));
    assertEquals(Optional.empty(), ProgramKind.of(ascii("Exec=x\n[Desktop Entry]\n"), "x.desktop"));
  }

  @Test
  void textThatWindowsRunsIsKnownByItsName() {
    assertEquals(Optional.of(ProgramKind.COMMANDS), ProgramKind.of(ascii("del /q *"), "a.BAT"));
    byte[] wide = "\uFEFFMsgBox 1".getBytes(StandardCharsets.UTF_16LE);
    assertEquals(Optional.of(ProgramKind.COMMANDS), ProgramKind.of(wide, "a.vbs"));
    assertEquals(Optional.empty(), ProgramKind.of(new byte[] {1, 0, 2, 0}, "a.bat"));
    assertEquals(Optional.empty(), ProgramKind.of(ascii("del /q *"), "a.txt"));
  }

  @Test
  void whatBeginsAsTwoThingsIsWhatTheSystemWouldRun() {
    byte[] both = ascii("#!/bin/sh\n[Desktop Entry]\nExec=x\n");
    assertEquals(Optional.of(ProgramKind.SCRIPT), ProgramKind.of(both, "a.bat"));
    byte[] pe = dosHeader(4096);
    pe[0x3c] = 0x40;
    put(pe, 0x40, "50450000");
    put(pe, 0x80, "504b0304");
    assertEquals(Optional.of(ProgramKind.PE), ProgramKind.of(pe, "a.jar"));
  }

  /** Any bytes after any beginning, cut anywhere: an answer, the same each time, and no failure. */
  @Test
  void noHeadHoweverBrokenIsAFailure() {
    Random random = new Random(20261127);
    List<String> beginnings =
        List.of(
            "",
            "7f454c460201",
            "7f454c460102",
            "4d5a",
            "2321",
            "cafebabe",
            "504b0304",
            "d0cf11e0a1b11ae1",
            "213c617263683e0a",
            "5b4465736b746f7020456e7472795d",
            "efbbbf");
    List<String> names = List.of("", ".", "a.jar", "a.msi", "a.bat", "a.xlsm", "面单.jpg", "x.");
    int programs = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] head = new byte[random.nextInt(ProgramKind.BYTES + 1)];
      random.nextBytes(head);
      byte[] beginning = HexFormat.of().parseHex(beginnings.get(i % beginnings.size()));
      System.arraycopy(beginning, 0, head, 0, Math.min(beginning.length, head.length));
      String name = names.get(random.nextInt(names.size()));
      Optional<ProgramKind> kind = ProgramKind.of(head, name);
      assertEquals(kind, ProgramKind.of(head.clone(), name));
      programs += kind.isPresent() ? 1 : 0;
    }
    assertTrue(programs > 5_000, "some of these are programs: " + programs);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] zip(String first) throws IOException {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry(first));
    }
    return zip.toByteArray();
  }

  private static byte[] dosHeader(int length) {
    byte[] header = new byte[length];
    header[0] = 'M';
    header[1] = 'Z';
    return header;
  }

  private static void put(byte[] into, int at, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    System.arraycopy(bytes, 0, into, at, bytes.length);
  }

  private static byte[] head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(ProgramKind.BYTES);
    }
  }
}
