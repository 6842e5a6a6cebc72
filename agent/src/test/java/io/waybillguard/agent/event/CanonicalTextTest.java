package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CanonicalTextTest {
  private static final char[] PICKED = {
    '"', '\\', '/', '\b', '\t', '\n', '\f', '\r', 0, 0x1f, 0x7f, 0x80, 0x7ff, 0x800, '面', '单',
    '\ud83d', '\ude00', '\udfff', '\ud800', '\udbff', '\udc00', '\uffff', '\ufffd', '\u2028'
  };

  @Test
  void everyStringIsEncodedAsJavasOwnEncoderDoes() throws Exception {
    Random random = new Random(20261129);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(
            switch (random.nextInt(3)) {
              case 0 -> PICKED[random.nextInt(PICKED.length)];
              case 1 -> (char) (0x20 + random.nextInt(0x5f));
              default -> (char) random.nextInt(0x10000);
            });
      }
      CanonicalText out = new CanonicalText(1);
      out.addString(text.toString());
      assertArrayEquals(encoded(escaped(text)), out.toBytes(), () -> escaped(text));
    }
  }

  @Test
  void everyIntegerIsWrittenAsJavaWritesIt() {
    Random random = new Random(20261129);
    CanonicalText out = new CanonicalText(1);
    StringBuilder java = new StringBuilder();
    for (long edge : new long[] {0, -1, 9, 10, -10, 99, 100, Long.MAX_VALUE, Long.MIN_VALUE}) {
      out.add(edge);
      java.append(edge);
    }
    for (int round = 0; round < 10_000; round++) {
      long number = random.nextLong() >> random.nextInt(64);
      out.add(number);
      java.append(number);
    }
    assertEquals(java.toString(), out.toString());
  }

  @Test
  void whatIsWrittenGrowsAsLongAsItMust() {
    CanonicalText out = new CanonicalText(1);
    out.add('[');
    for (int i = 0; i < 5_000; i++) {
      out.add("1234567,");
    }
    out.addString("面".repeat(3_000));
    out.add(']');
    assertEquals("[" + "1234567,".repeat(5_000) + '"' + "面".repeat(3_000) + "\"]", out.toString());
  }

  /** RFC 8785 section 3.2.2.2, by way of RFC 8259's general form. */
  private static String escaped(CharSequence text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              int known = "\b\t\n\f\r\"\\".indexOf(c);
              if (known >= 0) {
                out.append('\\').append("btnfr\"\\".charAt(known));
              } else if (c < 0x20) {
                out.append("\\u%04x".formatted(c));
              } else {
                out.append((char) c);
              }
            });
    return out.append('"').toString();
  }

  private static byte[] encoded(String text) throws Exception {
    CharsetEncoder encoder =
        StandardCharsets.UTF_8
            .newEncoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .replaceWith(new byte[] {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD});
    ByteBuffer bytes = encoder.encode(CharBuffer.wrap(text));
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }
}
