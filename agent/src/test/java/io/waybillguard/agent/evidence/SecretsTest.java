package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class SecretsTest {
  private static final byte[] SECRET = {1, 2, 3, 4, 5, 6, 7, 8};

  @TempDir private Path folder;

  /** A system that turns every bit, and knows its own by a first byte. */
  private record Turning(byte own) implements Wrapping {
    @Override
    public byte[] wrap(byte[] secret) {
      byte[] wrapped = new byte[secret.length + 1];
      wrapped[0] = own;
      for (int i = 0; i < secret.length; i++) {
        wrapped[i + 1] = (byte) ~secret[i];
      }
      return wrapped;
    }

    @Override
    public byte[] unwrap(byte[] wrapped) throws IOException {
      if (wrapped.length == 0 || wrapped[0] != own) {
        throw new IOException("not mine");
      }
      byte[] secret = new byte[wrapped.length - 1];
      for (int i = 0; i < secret.length; i++) {
        secret[i] = (byte) ~wrapped[i + 1];
      }
      return secret;
    }
  }

  private static Secrets of(int own) {
    return Secrets.wrappedBy(new Turning((byte) own));
  }

  private static boolean holds(Path file, byte[] bytes) throws IOException {
    String all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    return all.contains(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  @Test
  void what_is_written_is_read_again_and_lies_there_wrapped() throws IOException {
    Path file = folder.resolve("a.key");
    of(1).write(file, SECRET);
    assertFalse(holds(file, SECRET));
    assertArrayEquals(SECRET, of(1).read(file));
  }

  @Test
  void a_plain_one_from_before_is_wrapped_when_it_is_read() throws IOException {
    Path file = Files.write(folder.resolve("a.key"), SECRET);
    assertArrayEquals(SECRET, of(1).read(file));
    assertFalse(holds(file, SECRET));
    assertArrayEquals(SECRET, of(1).read(file));
  }

  @Test
  void where_nothing_is_wrapped_it_stays_plain() throws IOException {
    Secrets plain = Secrets.PLAIN;
    Path file = folder.resolve("a.key");
    plain.write(file, SECRET);
    assertArrayEquals(SECRET, Files.readAllBytes(file));
    assertArrayEquals(SECRET, plain.read(file));
  }

  @Test
  void one_of_another_pc_is_refused_with_its_name_and_kept() throws IOException {
    Path file = folder.resolve("a.key");
    of(1).write(file, SECRET);
    byte[] stored = Files.readAllBytes(file);
    for (Secrets other : new Secrets[] {of(2), Secrets.PLAIN}) {
      IOException e = assertThrows(Secrets.WrappedElsewhereException.class, () -> other.read(file));
      assertTrue(e.toString().contains(file.toString()), e::toString);
      assertArrayEquals(stored, Files.readAllBytes(file));
    }
  }

  @Test
  void keys_of_a_log_are_kept_so_and_one_of_another_pc_is_no_key() throws Exception {
    KeyPair pair = SigningKey.freshPair();
    SigningKey key = SigningKey.of("a.example/agent/0123456789abcdef", VerifierKey.SIGNER, pair);
    new KeyFiles(folder).write(3, key);
    SigningKey read = new KeyFiles(folder, of(1)).read(3, key.verifier()).orElseThrow();
    assertArrayEquals(key.encode(), read.encode());
    assertFalse(holds(folder.resolve("epoch-3.key"), key.encode()), "it was wrapped");
    assertThrows(
        EvidenceException.class, () -> new KeyFiles(folder, of(2)).read(3, key.verifier()));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void on_linux_the_mode_of_the_file_is_what_keeps_it() throws IOException {
    Path file = folder.resolve("a.key");
    Secrets.PLAIN.write(file, SECRET);
    assertArrayEquals(SECRET, Files.readAllBytes(file));
    assertEquals(
        "rw-------",
        java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }
}
