package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

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
      out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
    }
    assertEquals(Optional.of(ProgramKind.ARCHIVE), ProgramKind.of(zip.toByteArray(), "Run.JAR"));
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
