package io.waybillguard.agent.report.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Merkle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ImpliedHashesTest {
  private static final long FIRST = 40;

  private final Random random = new Random(20261128);

  @Test
  void whatWasLeftOutIsPutBackToTheByte() throws Exception {
    for (int round = 0; round < 200; round++) {
      Segment whole = segment(1 + random.nextInt(30));
      Segment lean = ImpliedHashes.leaveOut(whole).orElseThrow();
      Segment came = Segment.decode(lean.encode());
      assertArrayEquals(whole.encode(), ImpliedHashes.putBack(came).encode());
      assertEquals(
          whole.encode().length - Merkle.empty().base64().length() * whole.bodies().size(),
          lean.encode().length);
    }
  }

  @Test
  void theHashOfAPartThatStaysAtTheDeskIsNotLeftOut() throws Exception {
    BodyPart goes = part(FIRST, 0);
    BodyPart stays = part(FIRST, 1);
    Segment whole = segment(List.of(leaf(FIRST, List.of(goes, stays))), List.of(goes));
    Segment lean = ImpliedHashes.leaveOut(whole).orElseThrow();
    String leaf = text(lean.leaves().get(0));
    assertFalse(leaf.contains(goes.commitment().base64()), leaf);
    assertTrue(leaf.contains(stays.commitment().base64()), leaf);
    assertArrayEquals(whole.leaves().get(0), ImpliedHashes.putBack(lean).leaves().get(0));
  }

  @Test
  void theOrderInWhichBodiesComeDoesNotMatter() throws Exception {
    BodyPart first = part(FIRST, 0);
    BodyPart second = part(FIRST, 1);
    Segment whole = segment(List.of(leaf(FIRST, List.of(first, second))), List.of(second, first));
    Segment lean = ImpliedHashes.leaveOut(whole).orElseThrow();
    assertArrayEquals(whole.encode(), ImpliedHashes.putBack(lean).encode());
  }

  @Test
  void aBodyThatIsNotTheOneTheLeafPromisedMakesAnotherLeaf() throws Exception {
    BodyPart good = part(FIRST, 0);
    Segment whole = segment(List.of(leaf(FIRST, List.of(good))), List.of(good));
    Segment lean = ImpliedHashes.leaveOut(whole).orElseThrow();
    byte[] changed = good.data().clone();
    changed[0] ^= 1;
    Segment other =
        new Segment(
            FIRST,
            lean.note(),
            lean.leaves(),
            List.of(new BodyPart(FIRST, 0, good.salt(), changed)));
    assertFalse(
        text(ImpliedHashes.putBack(other).leaves().get(0)).equals(text(whole.leaves().get(0))));
  }

  @Test
  void aBodyThatFitsNoLeafIsSentWithEveryHash() {
    BodyPart promised = part(FIRST, 0);
    Segment whole = segment(List.of(leaf(FIRST, List.of(promised))), List.of(part(FIRST, 0)));
    assertTrue(ImpliedHashes.leaveOut(whole).isEmpty());
  }

  @Test
  void aLeafWithABlankOfItsOwnIsSentWithEveryHash() {
    Segment whole = segment(List.of(utf8("{\"h\":\"\",\"seq\":40}")), List.of());
    assertTrue(ImpliedHashes.leaveOut(whole).isEmpty());
  }

  @Test
  void moreOrFewerBlanksThanBodiesAreRefused() {
    BodyPart body = part(FIRST, 0);
    List<byte[]> blank = List.of(utf8("{\"body\":[{\"h\":\"\"}],\"seq\":40}"));
    List<byte[]> none = List.of(utf8("{\"body\":[],\"seq\":40}"));
    WireException more =
        assertThrows(WireException.class, () -> ImpliedHashes.putBack(segment(blank, List.of())));
    assertTrue(String.valueOf(more.getMessage()).contains("leaf 40"), more.getMessage());
    assertThrows(WireException.class, () -> ImpliedHashes.putBack(segment(none, List.of(body))));
  }

  @Test
  void aLeafThatGrowsBeyondItsFrameIsRefused() {
    BodyPart body = part(FIRST, 0);
    String leaf = "{\"body\":[{\"h\":\"\"}],\"x\":\"" + "x".repeat(65_490) + "\"}";
    List<byte[]> leaves = List.of(utf8(leaf));
    assertThrows(WireException.class, () -> ImpliedHashes.putBack(segment(leaves, List.of(body))));
  }

  private Segment segment(int count) {
    List<byte[]> leaves = new ArrayList<>();
    List<BodyPart> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<BodyPart> parts = new ArrayList<>();
      for (int part = random.nextInt(3); part > 0; part--) {
        parts.add(part(FIRST + i, parts.size()));
      }
      leaves.add(leaf(FIRST + i, parts));
      parts.stream().filter(p -> random.nextBoolean()).forEach(sent::add);
    }
    return segment(leaves, sent);
  }

  private static Segment segment(List<byte[]> leaves, List<BodyPart> bodies) {
    return new Segment(FIRST, SegmentTest.note(FIRST + leaves.size()), leaves, bodies);
  }

  private BodyPart part(long index, int part) {
    byte[] salt = new byte[BodyPart.SALT_LENGTH];
    random.nextBytes(salt);
    byte[] data = new byte[1 + random.nextInt(300)];
    random.nextBytes(data);
    return new BodyPart(index, part, salt, data);
  }

  private static byte[] leaf(long seq, List<BodyPart> parts) {
    StringBuilder body = new StringBuilder();
    for (BodyPart part : parts) {
      body.append(body.isEmpty() ? "" : ",")
          .append("{\"cls\":\"critical\",\"h\":\"")
          .append(part.commitment().base64())
          .append("\",\"n\":")
          .append(part.data().length)
          .append('}');
    }
    return utf8("{\"body\":[" + body + "],\"outlet\":\"杭州\",\"seq\":" + seq + "}");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
