package io.waybillguard.agent.dispose;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Content of every size around a chunk's ends, and what is done to it. */
final class SealingTest {
  private static final int CHUNK = 64 << 10;
  private final byte[] key = Sealing.newKey();

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  private byte[] seal(byte[] content) throws IOException {
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    String unused = Sealing.seal(key, new ByteArrayInputStream(content), sealed);
    return sealed.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK})
  void whatIsSealedOpensToTheSame(int size) throws IOException {
    byte[] content = content(size);
    ByteArrayOutputStream opened = new ByteArrayOutputStream();
    String hash = Sealing.open(key, new ByteArrayInputStream(seal(content)), opened);
    assertArrayEquals(content, opened.toByteArray());
    assertEquals(Sealing.hash(new ByteArrayInputStream(content)), hash);
  }

  @Test
  void aChunkThatIsCutOffSwappedOrChangedDoesNotOpen() throws IOException {
    byte[] sealed = seal(content(3 * CHUNK));
    int one = CHUNK + 16;
    byte[] swapped = sealed.clone();
    System.arraycopy(sealed, 0, swapped, one, one);
    System.arraycopy(sealed, one, swapped, 0, one);
    byte[] changed = sealed.clone();
    changed[7] ^= 1;
    for (byte[] each : new byte[][] {Arrays.copyOf(sealed, 2 * one), swapped, changed}) {
      assertThrows(
          IOException.class,
          () -> Sealing.open(key, new ByteArrayInputStream(each), new ByteArrayOutputStream()));
    }
  }
}
