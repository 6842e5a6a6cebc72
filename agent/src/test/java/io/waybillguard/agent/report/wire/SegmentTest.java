package io.waybillguard.agent.report.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SegmentTest {
  private static final String NOTE =
      "evidence.example/agent/0011223344556677\n7\n"
          + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
          + "— evidence.example/agent/0011223344556677 AAAA\n";

  private final Segment segment =
      new Segment(
          5,
          NOTE,
          List.of("{\"seq\":5}".getBytes(StandardCharsets.UTF_8), new byte[0]),
          List.of(
              new BodyFrame(6, 0, new byte[16], new byte[] {1, 2, 3}),
              new BodyFrame(5, 255, filled(16, 9), new byte[0])));

  @Test
  void whatWasWrittenIsReadAgain() throws WireException {
    assertEquals(segment, Segment.decode(segment.encode()));
  }

  @Test
  void aLeafLiesWhereTheSegmentSays() {
    byte[] bytes = segment.encode();
    assertArrayEquals(
        new byte[] {0, 9, '{'},
        Arrays.copyOfRange(bytes, segment.leavesAt(), segment.leavesAt() + 3));
  }

  @Test
  void everyShorterMessageIsRefusedOrHoldsFewerBodies() {
    byte[] whole = segment.encode();
    int bodiesAt = segment.leavesAt() + 2 + 9 + 2;
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (length == bodiesAt || length == bodiesAt + 29 + 3) {
        continue; // ends between two frames: a segment of its own
      }
      assertThrows(WireException.class, () -> Segment.decode(cut), "cut at " + length);
    }
  }

  @Test
  void aLengthBeyondTheEndIsRefusedBeforeMemoryIsTaken() {
    byte[] bytes = segment.encode();
    int lengthAt = segment.leavesAt() + 2 + 9 + 2 + 25;
    Arrays.fill(bytes, lengthAt, lengthAt + 4, (byte) 0xFF);
    WireException refused = assertThrows(WireException.class, () -> Segment.decode(bytes));
    assertTrue(refused.toString().contains("4294967295"), refused.toString());
  }

  @Test
  void aBodyOfAnotherSegmentIsRefused() {
    Segment other =
        new Segment(
            5, NOTE, segment.leaves(), List.of(new BodyFrame(7, 0, new byte[16], new byte[0])));
    assertThrows(WireException.class, () -> Segment.decode(other.encode()));
  }

  @Test
  void aBodySentTwiceIsRefused() {
    BodyFrame body = new BodyFrame(5, 0, new byte[16], new byte[0]);
    Segment twice = new Segment(5, NOTE, segment.leaves(), List.of(body, body));
    assertThrows(WireException.class, () -> Segment.decode(twice.encode()));
  }

  @Test
  void proofLinesAreRefused() {
    String text = "old 5\n" + "A".repeat(43) + "=\n\n" + NOTE + "\n";
    WireException refused =
        assertThrows(
            WireException.class, () -> Segment.decode(text.getBytes(StandardCharsets.UTF_8)));
    assertTrue(refused.toString().contains("proof"), refused.toString());
  }

  @Test
  void tooManyLeavesAreTooLargeEvenBeforeTheyAreRead() {
    String text = "old 0\n\n" + NOTE.replace("\n7\n", "\n16385\n") + "\n";
    WireException refused =
        assertThrows(
            WireException.class, () -> Segment.decode(text.getBytes(StandardCharsets.UTF_8)));
    assertEquals(WireException.Fault.TOO_LARGE, refused.fault());
  }

  @Test
  void aSizeBeyondEveryLogIsRefused() {
    for (String size : List.of("9223372036854775808", "-1", "07", "1e3", "")) {
      String text = "old 0\n\n" + NOTE.replace("\n7\n", "\n" + size + "\n") + "\n";
      assertThrows(
          WireException.class,
          () -> Segment.decode(text.getBytes(StandardCharsets.UTF_8)),
          "size " + size);
    }
  }

  @Test
  void anAddCheckpointIsReadToTheByte() throws WireException {
    AddCheckpoint sent = new AddCheckpoint(20852014, List.of(filled(32, 1), filled(32, 2)), NOTE);
    AddCheckpoint read = AddCheckpoint.decode(sent.encode());
    assertEquals(sent, read);
    assertArrayEquals(sent.encode(), read.encode());
  }

  @Test
  void anAddCheckpointInAnyOtherSpellingIsRefused() {
    String hash = "A".repeat(43) + "=\n";
    for (String text :
        List.of(
            "",
            "old 1",
            "old 01\n\n" + NOTE,
            "old  1\n\n" + NOTE,
            "Old 1\n\n" + NOTE,
            "old 1\r\n\n" + NOTE,
            "old 1\n" + "A".repeat(42) + "B=\n\n" + NOTE, // stray low bits
            "old 1\n" + "A".repeat(43) + "\n\n" + NOTE, // no padding
            "old 1\nAAAA\n\n" + NOTE, // no hash
            "old 1\n" + String.join("", Collections.nCopies(64, hash)) + "\n" + NOTE,
            "old 1\n\n" + NOTE + "x")) {
      assertThrows(
          WireException.class,
          () -> AddCheckpoint.decode(text.getBytes(StandardCharsets.UTF_8)),
          text);
    }
    byte[] notUtf8 = ("old 1\n\n" + NOTE).getBytes(StandardCharsets.ISO_8859_1);
    notUtf8[8] = (byte) 0xFF;
    assertThrows(WireException.class, () -> AddCheckpoint.decode(notUtf8));
  }

  @Test
  void aMillionProofLinesAreRefused() {
    String text = "old 1\n" + ("A".repeat(43) + "=\n").repeat(1_000_000) + "\n" + NOTE;
    WireException refused =
        assertThrows(
            WireException.class, () -> AddCheckpoint.decode(text.getBytes(StandardCharsets.UTF_8)));
    assertEquals(WireException.Fault.TOO_LARGE, refused.fault());
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
