package io.waybillguard.agent.report.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SegmentTest {
  private static final String ORIGIN = "evidence.example/agent/0011223344556677";

  private final SignedNote note = note(7);
  private final Segment segment =
      new Segment(
          5,
          note,
          List.of("{\"seq\":5}".getBytes(StandardCharsets.UTF_8), new byte[0]),
          List.of(
              new BodyPart(6, 0, new byte[16], new byte[] {1, 2, 3}),
              new BodyPart(5, 255, filled(16, 9), new byte[0])));
  private final int bodiesAt = segment.leavesAt() + 2 + 9 + 2;

  @Test
  void whatWasWrittenIsReadAgain() throws WireException {
    Segment read = Segment.decode(segment.encode());
    assertEquals(5, read.oldSize());
    assertEquals(7, read.newSize());
    assertEquals(note, read.note());
    assertArrayEquals(segment.leaves().get(0), read.leaves().get(0));
    assertArrayEquals(new byte[] {1, 2, 3}, read.bodies().get(0).data());
    assertEquals(255, read.bodies().get(1).part());
    assertArrayEquals(filled(16, 9), read.bodies().get(1).salt());
    assertArrayEquals(segment.encode(), read.encode());
  }

  @Test
  void aLeafLiesWhereTheSegmentSays() {
    byte[] bytes = segment.encode();
    assertArrayEquals(
        new byte[] {0, 9, '{'},
        Arrays.copyOfRange(bytes, segment.leavesAt(), segment.leavesAt() + 3));
  }

  @Test
  void everyShorterMessageIsRefusedUnlessItEndsBetweenTwoFrames() throws WireException {
    byte[] whole = segment.encode();
    int secondBodyAt = bodiesAt + BodyFrames.HEADER_BYTES + 3;
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (length == bodiesAt || length == secondBodyAt) {
        assertEquals(length == bodiesAt ? 0 : 1, Segment.decode(cut).bodies().size());
      } else {
        assertThrows(WireException.class, () -> Segment.decode(cut), "cut at " + length);
      }
    }
  }

  @Test
  void aLengthBeyondTheEndIsRefusedBeforeMemoryIsTaken() {
    byte[] bytes = segment.encode();
    Arrays.fill(bytes, bodiesAt + 25, bodiesAt + 29, (byte) 0xFF);
    WireException refused = assertThrows(WireException.class, () -> Segment.decode(bytes));
    assertTrue(refused.toString().contains("4294967295"), refused.toString());
  }

  @Test
  void aBodyOfAnotherSegmentIsRefused() {
    Segment other =
        new Segment(
            5, note, segment.leaves(), List.of(new BodyPart(7, 0, new byte[16], new byte[0])));
    assertThrows(WireException.class, () -> Segment.decode(other.encode()));
  }

  @Test
  void aBodySentTwiceIsRefused() {
    BodyPart body = new BodyPart(5, 0, new byte[16], new byte[0]);
    Segment twice = new Segment(5, note, segment.leaves(), List.of(body, body));
    assertThrows(WireException.class, () -> Segment.decode(twice.encode()));
  }

  @Test
  void proofLinesAreRefused() {
    String text = "old 5\n" + "A".repeat(43) + "=\n\n" + note + "\n";
    WireException refused = assertThrows(WireException.class, () -> decode(text));
    assertTrue(refused.toString().contains("proof"), refused.toString());
  }

  @Test
  void tooManyLeavesAreTooLargeEvenBeforeTheyAreRead() {
    WireException refused =
        assertThrows(WireException.class, () -> decode("old 0\n\n" + note(16385) + "\n"));
    assertEquals(WireException.Fault.TOO_LARGE, refused.fault());
    WireException most =
        assertThrows(WireException.class, () -> decode("old 0\n\n" + note(Long.MAX_VALUE) + "\n"));
    assertEquals(WireException.Fault.TOO_LARGE, most.fault());
  }

  @Test
  void aSizeInAnotherSpellingOrOutOfRangeIsRefused() {
    for (String size : List.of("9223372036854775808", "-1", "07", "1e3", "")) {
      String text = "old 0\n\n" + note.toString().replace("\n7\n", "\n" + size + "\n") + "\n";
      assertThrows(WireException.class, () -> decode(text), "size " + size);
    }
  }

  @Test
  void aSegmentWithoutLeavesIsRefused() {
    assertThrows(WireException.class, () -> decode("old 7\n\n" + note + "\n"));
    assertThrows(WireException.class, () -> decode("old 8\n\n" + note + "\n"));
  }

  @Test
  void anEndlessHeadIsRefused() {
    String text = "old 1\n" + ("A".repeat(43) + "=\n").repeat(100_000);
    assertThrows(WireException.class, () -> decode(text));
  }

  private static Segment decode(String text) throws WireException {
    return Segment.decode(text.getBytes(StandardCharsets.UTF_8));
  }

  static SignedNote note(long size) {
    try {
      SigningKey key = SigningKey.of(ORIGIN, VerifierKey.SIGNER, SigningKey.freshPair());
      return new Checkpoint(ORIGIN, size, Merkle.empty()).signedBy(key);
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
