package io.waybillguard.agent.sense.program.pe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Imprint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs made and signed by other tools (see {@code windows/ORIGIN.md}), and damaged ones. */
final class PeImprintTest {
  private static final int HEAD = 0x400;

  @TempDir private Path folder;

  private static byte[] fixture(String name) throws IOException {
    try (InputStream in = PeImprintTest.class.getResourceAsStream("/windows/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private Imprint imprint(byte[] bytes) throws IOException {
    Path file = folder.resolve("a program");
    Files.write(file, bytes);
    return imprint(file, 1_000);
  }

  /** Reads as the hash does: in pieces. */
  private static Imprint imprint(Path file, int piece) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      PeImprint imprint = PeImprint.of(channel);
      channel.position(0);
      ByteBuffer buffer = ByteBuffer.allocate(piece);
      long at = 0;
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        imprint.update(buffer.duplicate(), at);
        at += buffer.remaining();
        buffer.clear();
      }
      imprint.end();
      return imprint.told();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"signed-rsa-sha256.exe", "signed-rsa-sha1.exe", "signed-ec-sha384.exe"})
  void aSignedProgramIsAsItWasSignedAndNamesWhoDid(String name) throws IOException {
    Imprint told = imprint(fixture(name));
    assertEquals(Imprint.State.INTACT, told.signature().state(), told::toString);
    assertEquals(name.contains("ec") ? "北方" : "North Software, Ltd", told.signature().signer());
    assertEquals(told.signature().signer(), told.signature().issuer(), "it signed itself");
    assertEquals(64, told.signature().sha256().length());
  }

  @Test
  void theCertificateIsNamedByItsNumberAndHash() throws IOException {
    Imprint.Signature signature = imprint(fixture("signed-rsa-sha256.exe")).signature();
    assertEquals("338a67b72ed32ea7619d48d65d547abf39abc5a7", signature.serial());
    assertEquals(
        "efb47e4347b5ea30cb4c85477c9f5caf00ee5dddb69d9f41e586964c8b30b81c", signature.sha256());
  }

  @Test
  void theVersionResourceIsReadAsWritten() throws IOException {
    Imprint told = imprint(fixture("plain.exe"));
    assertEquals("北方软件", told.company());
    assertEquals("Receiver", told.product());
    assertEquals("7.2 beta", told.version());
    assertEquals("receiver.exe", told.originalName());
    assertEquals(Imprint.Signature.MISSING, told.signature());
  }

  @Test
  void withoutATextTheVersionIsItsFourNumbers() throws IOException {
    byte[] bytes = fixture("plain.exe");
    byte[] name = "FileVersion".getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
    bytes[indexOf(bytes, name)] = 'X';
    assertEquals("7.2.0.31", imprint(bytes).version());
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not there");
  }

  @Test
  void oneByteMoreOrOtherwiseIsSeen() throws IOException {
    byte[] signed = fixture("signed-rsa-sha256.exe");
    byte[] touched = signed.clone();
    touched[HEAD + 3] ^= 1;
    assertEquals(Imprint.State.CHANGED, imprint(touched).signature().state());
    byte[] longer = Arrays.copyOf(signed, signed.length + 8);
    longer[longer.length - 1] = 1;
    assertEquals(Imprint.State.CHANGED, imprint(longer).signature().state());
  }

  @Test
  void whatASignatureLeavesOutMayChange() throws IOException {
    byte[] signed = fixture("signed-rsa-sha256.exe");
    int header = ByteBuffer.wrap(signed).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(0x3c);
    signed[header + 24 + 64] ^= 1; // the checksum
    assertEquals(Imprint.State.INTACT, imprint(signed).signature().state());
  }

  /** Each bit of a signature decides: no byte of it may be turned without a word. */
  @Test
  void aSignatureThatWasTouchedIsNeverIntactWithAnotherName() throws IOException {
    byte[] signed = fixture("signed-rsa-sha256.exe");
    Imprint genuine = imprint(signed);
    int from = fixture("plain.exe").length;
    int broken = 0;
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] touched = signed.clone();
      touched[from + 8 + random.nextInt(signed.length - from - 16)] ^= (byte) (1 << i % 8);
      Imprint told = imprint(touched);
      if (told.signature().state() == Imprint.State.INTACT) {
        // What nobody signed, such as the padding and the kind of a certificate, may differ.
        assertEquals(genuine.signature().serial(), told.signature().serial());
      } else {
        broken++;
      }
    }
    assertTrue(broken > 100, "only " + broken + " of 300 were seen");
  }

  @Test
  void halfAFileIsNotCalledIntact() throws IOException {
    Path file = folder.resolve("a program");
    Files.write(file, fixture("signed-rsa-sha256.exe"));
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      Imprint.Signature told = PeImprint.of(channel).told().signature();
      assertEquals(Imprint.State.NOT_ASKED, told.state());
      assertFalse(told.detail().isEmpty());
    }
  }

  /** Programs are written by anybody. */
  @Test
  void whateverIsWrittenNeverFails() throws IOException {
    Random random = new Random(3);
    for (String name : new String[] {"plain.exe", "signed-ec-sha384.exe"}) {
      byte[] whole = fixture(name);
      for (int i = 0; i < 500; i++) {
        byte[] damaged =
            i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
        for (int j = random.nextInt(6); j >= 0 && damaged.length > 0; j--) {
          int at =
              random.nextInt(random.nextBoolean() ? Math.min(600, damaged.length) : damaged.length);
          damaged[at] = (byte) random.nextInt(256);
        }
        Imprint told = imprint(damaged);
        assertTrue(told.company().length() <= 201, told::company);
      }
    }
  }

  @Test
  void aNameMayHoldACommaAndMayBeMissing() {
    assertEquals("North, \"Ltd\"", PeImprint.name("CN=North\\, \\\"Ltd\\\",O=N\\,S,C=CN"));
    assertEquals("O=Nobody,C=CN", PeImprint.name("O=Nobody,C=CN"));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void theRuntimeThatRunsThisIsSignedAndIntact() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java.exe");
    Imprint told = imprint(java, 128 << 10);
    assertEquals(Imprint.State.INTACT, told.signature().state(), told::toString);
    assertFalse(told.version().isEmpty());
    assertFalse(told.signature().signer().isEmpty());
  }
}
