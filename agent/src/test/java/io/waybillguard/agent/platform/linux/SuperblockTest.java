package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SuperblockTest {
  @Test
  void fatOfBothSizesIsRead() {
    assertEquals(
        new Superblock("vfat", "COURIERUSB", "BAA6-8CB2"),
        Superblock.of(Fixtures.bytes("superblock-vfat.bin")));
    assertEquals(
        new Superblock("vfat", "BIGSTICK", "1A2B-3C4D"),
        Superblock.of(Fixtures.bytes("superblock-vfat32.bin")));
  }

  @Test
  void ext4IsRead() {
    assertEquals(
        new Superblock("ext4", "面单", "6b3f2c1e-0d4a-4b7e-9a51-2f3e4d5c6b7a"),
        Superblock.of(at(1024, Fixtures.bytes("superblock-ext4.bin"))));
  }

  /** Written by hand after the layouts that the class names: no such medium was at hand. */
  @Test
  void theOthersAreKnownByTheirSignatures() {
    byte[] exfat = at(3, "EXFAT   ".getBytes(StandardCharsets.US_ASCII));
    exfat[100] = (byte) 0x80;
    exfat[103] = (byte) 0xc8;
    assertEquals(new Superblock("exfat", "", "C800-0080"), Superblock.of(exfat));

    byte[] ntfs = at(3, "NTFS    ".getBytes(StandardCharsets.US_ASCII));
    ntfs[72] = 0x11;
    ntfs[79] = (byte) 0xab;
    assertEquals(new Superblock("ntfs", "", "AB00000000000011"), Superblock.of(ntfs));

    byte[] iso = at(32_769, "CD001".getBytes(StandardCharsets.US_ASCII));
    iso[32_768] = 1;
    put(iso, 32_768 + 40, "SETUP           ");
    put(iso, 32_768 + 813, "2026112710203000");
    assertEquals(new Superblock("iso9660", "SETUP", "2026-11-27-10-20-30-00"), Superblock.of(iso));
  }

  @Test
  void noBytesMakeItThrow() {
    Random random = new Random(20261127);
    String[] captured = {"superblock-vfat.bin", "superblock-vfat32.bin", "superblock-ext4.bin"};
    for (int round = 0; round < 20_000; round++) {
      byte[] whole = Fixtures.bytes(captured[round % captured.length]);
      byte[] raw = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      for (int change = random.nextInt(8); change > 0 && raw.length > 0; change--) {
        raw[random.nextInt(raw.length)] = (byte) random.nextInt(256);
      }
      assertNotNull(Superblock.of(round % 2 == 0 ? raw : at(1024, raw)).kind());
    }
  }

  private static byte[] at(int offset, byte[] part) {
    byte[] begin = new byte[Superblock.BYTES];
    System.arraycopy(part, 0, begin, offset, part.length);
    return begin;
  }

  private static void put(byte[] into, int offset, String text) {
    System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, into, offset, text.length());
  }
}
