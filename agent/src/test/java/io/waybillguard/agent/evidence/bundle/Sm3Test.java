package io.waybillguard.agent.evidence.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** SM3 against its standard, and against OpenSSL. */
final class Sm3Test {
  /** GB/T 32905-2016, appendix A. */
  @Test
  void theExamplesOfTheStandardComeOut() {
    assertEquals(
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        Sm3.hex("abc".getBytes(StandardCharsets.UTF_8)));
    assertEquals(
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
        Sm3.hex("abcd".repeat(16).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no openssl is promised there")
  void opensslSaysTheSameAroundTheEndsOfBlocks() throws Exception {
    Random random = new Random(32_905);
    for (int length : new int[] {0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1_000}) {
      byte[] content = new byte[length];
      random.nextBytes(content);
      Process openssl = new ProcessBuilder("openssl", "dgst", "-sm3", "-r").start();
      try (OutputStream in = openssl.getOutputStream()) {
        in.write(content);
      }
      String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, openssl.waitFor());
      assertEquals(said.substring(0, 64), Sm3.hex(content), length + " bytes");
    }
  }
}
