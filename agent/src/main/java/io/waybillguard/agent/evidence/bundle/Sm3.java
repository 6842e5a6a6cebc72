package io.waybillguard.agent.evidence.bundle;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * SM3 (GB/T 32905-2016): the hash that the rules on commercial cryptography name. JDK 17 has none.
 * It stands beside SHA-256 in the list of a bundle; nothing that we check rests on it.
 */
final class Sm3 {
  private static final int BLOCK = 64;
  private static final int[] START = {
    0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e
  };

  private Sm3() {}

  /** The hash in lower-case hex, 64 digits. */
  static String hex(byte[] content) {
    int[] v = START.clone();
    int whole = content.length / BLOCK * BLOCK;
    ByteBuffer blocks = ByteBuffer.wrap(content);
    for (int at = 0; at < whole; at += BLOCK) {
      compress(v, blocks, at);
    }
    // Section 5.2: a one bit, zeros, and the length in bits, to a whole block.
    int left = content.length - whole;
    byte[] tail =
        Arrays.copyOf(Arrays.copyOfRange(content, whole, content.length), left + 9 > 64 ? 128 : 64);
    tail[left] = (byte) 0x80;
    ByteBuffer end = ByteBuffer.wrap(tail);
    end.putLong(tail.length - Long.BYTES, 8L * content.length);
    for (int at = 0; at < tail.length; at += BLOCK) {
      compress(v, end, at);
    }
    ByteBuffer hash = ByteBuffer.allocate(32);
    for (int word : v) {
      hash.putInt(word);
    }
    return HexFormat.of().formatHex(hash.array());
  }

  /** Section 5.3. */
  private static void compress(int[] v, ByteBuffer message, int at) {
    int[] w = new int[68];
    for (int j = 0; j < 16; j++) {
      w[j] = message.getInt(at + 4 * j);
    }
    for (int j = 16; j < 68; j++) {
      int x = w[j - 16] ^ w[j - 9] ^ Integer.rotateLeft(w[j - 3], 15);
      w[j] = p1(x) ^ Integer.rotateLeft(w[j - 13], 7) ^ w[j - 6];
    }
    int a = v[0];
    int b = v[1];
    int c = v[2];
    int d = v[3];
    int e = v[4];
    int f = v[5];
    int g = v[6];
    int h = v[7];
    for (int j = 0; j < 64; j++) {
      int t = Integer.rotateLeft(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32);
      int a12 = Integer.rotateLeft(a, 12);
      int ss1 = Integer.rotateLeft(a12 + e + t, 7);
      int ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
      int gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
      int tt1 = ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4]);
      int tt2 = gg + h + ss1 + w[j];
      d = c;
      c = Integer.rotateLeft(b, 9);
      b = a;
      a = tt1;
      h = g;
      g = Integer.rotateLeft(f, 19);
      f = e;
      e = tt2 ^ Integer.rotateLeft(tt2, 9) ^ Integer.rotateLeft(tt2, 17);
    }
    v[0] ^= a;
    v[1] ^= b;
    v[2] ^= c;
    v[3] ^= d;
    v[4] ^= e;
    v[5] ^= f;
    v[6] ^= g;
    v[7] ^= h;
  }

  private static int p1(int x) {
    return x ^ Integer.rotateLeft(x, 15) ^ Integer.rotateLeft(x, 23);
  }
}
