package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PackingTest {
  /** A type that the dictionary has no sample of. */
  private static final String ANY = "";

  private final Packing packing = new Packing();

  @AfterEach
  void close() {
    packing.close();
  }

  private byte[] again(byte[] body) {
    return again(ANY, body);
  }

  private byte[] again(String type, byte[] body) {
    Packing.Packed packed = packing.pack(type, body);
    return packing.unpack(packed.form(), packed.data());
  }

  @Test
  void whatIsPackedUnfoldsToTheSameBytes() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      byte[] body = new byte[random.nextInt(i < 1_990 ? 3_000 : Packing.MOST_BYTES)];
      if (i % 3 == 0) {
        random.nextBytes(body); // takes no packing
      } else {
        int from = random.nextInt(Packing.DICTIONARY_1.length);
        for (int at = 0; at < body.length; at++) {
          body[at] =
              i % 3 == 1 ? Packing.DICTIONARY_1[(from + at) % Packing.DICTIONARY_1.length] : 32;
        }
      }
      assertArrayEquals(body, again(body));
    }
    assertArrayEquals(new byte[Packing.MOST_BYTES], again(new byte[Packing.MOST_BYTES]));
    for (int length : new int[] {4095, 4096, 4097}) { // the room that is kept, and beyond it
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      assertArrayEquals(noise, again(noise));
      assertArrayEquals(new byte[length], again(new byte[length]));
    }
  }

  /**
   * By its own type a body is packed with a part of the dictionary, and unfolded with all of it.
   */
  @Test
  void aBodyPackedByItsTypeUnfoldsToTheSameBytesAndIsAsShort() {
    String all = new String(Packing.DICTIONARY_1, StandardCharsets.UTF_8);
    for (String type :
        List.of("program.new", "proc.start", "net.sent", "usb.attach", "log.erase")) {
      int code = all.indexOf("\"event_code\":\"" + type + "\"");
      assertTrue(code > 0, type);
      byte[] body =
          all.substring(all.lastIndexOf("{\"activity_id\"", code), code + 200)
              .getBytes(StandardCharsets.UTF_8);
      assertArrayEquals(body, again(type, body));
      int byType = packing.pack(type, body).data().length;
      int byAll = packing.pack(ANY, body).data().length;
      assertTrue(byType <= byAll + 2, type + " takes " + byType + " bytes, by all " + byAll);
      assertTrue(byType < body.length / 5, type + " takes " + byType + " of " + body.length);
    }
  }

  @Test
  void whatWouldNotBecomeShorterOrIsTooLargeLiesAsItIs() {
    byte[] noise = new byte[64];
    new Random(1).nextBytes(noise);
    assertEquals(Packing.PLAIN, packing.pack(ANY, noise).form());
    assertEquals(Packing.PLAIN, packing.pack(ANY, new byte[0]).form());
    assertEquals(Packing.PLAIN, packing.pack(ANY, new byte[Packing.MOST_BYTES + 1]).form());
  }

  /** Logs are on desks that were packed by it: a change of one byte makes them unreadable. */
  @Test
  void theDictionaryOfFormOneNeverChanges() {
    assertEquals(
        "825752aa1039f3e5f7193ac745ba37dea61cec469d109f658d01d24b857a379a",
        Hash.sha256(Packing.DICTIONARY_1).hex());
  }

  /** The verifier then says of which record; nothing is read for ever or fills the memory. */
  @Test
  void whatWasChangedOnDiskIsGivenAsItLies() {
    byte[] body =
        "{\"activity_id\":1,\"class_uid\":1007}".repeat(9).getBytes(StandardCharsets.UTF_8);
    byte[] data = packing.pack(ANY, body).data();
    assertArrayEquals(body, packing.unpack(Packing.DEFLATED_1, data));
    byte[] cut = Arrays.copyOf(data, data.length - 1);
    assertArrayEquals(cut, packing.unpack(Packing.DEFLATED_1, cut));
    byte[] longer = Arrays.copyOf(data, data.length + 1);
    assertArrayEquals(longer, packing.unpack(Packing.DEFLATED_1, longer));
    byte[] none = new byte[0];
    assertArrayEquals(none, packing.unpack(Packing.DEFLATED_1, none));
    byte[] noise = {(byte) 0xff, 1, 2, 3};
    assertArrayEquals(noise, packing.unpack(Packing.DEFLATED_1, noise));
    assertArrayEquals(data, packing.unpack(9, data));
    Random random = new Random(3);
    for (int i = 0; i < 2_000; i++) {
      byte[] hit = data.clone();
      hit[random.nextInt(hit.length)] ^= (byte) (1 << random.nextInt(8));
      assertTrue(packing.unpack(Packing.DEFLATED_1, hit).length <= Packing.MOST_BYTES);
    }
  }

  /** 1 MiB more than there may be, from a few kilobytes. */
  @Test
  void aRowThatUnfoldsWithoutEndIsNotUnfolded() {
    java.util.zip.Deflater deflater = new java.util.zip.Deflater(9, true);
    deflater.setDictionary(Packing.DICTIONARY_1);
    deflater.setInput(new byte[2 * Packing.MOST_BYTES]);
    deflater.finish();
    byte[] bomb = new byte[1 << 16];
    bomb = Arrays.copyOf(bomb, deflater.deflate(bomb));
    deflater.end();
    assertArrayEquals(bomb, packing.unpack(Packing.DEFLATED_1, bomb));
  }
}
