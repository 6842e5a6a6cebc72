package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.evidence.BodyPart;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a segment travels: without the hashes that its own bodies give. A leaf names SHA-256(salt ‖
 * data) of each body part, 44 characters of base64 that no compressor makes smaller; where the part
 * itself follows, HQ computes them and puts them back. A body that was changed on the way makes
 * another leaf, and that does not lead to the signed root.
 *
 * <p>In such a segment the {@code h} of each part that comes along is the empty string. It is a
 * content coding of its own, put on before gzip: {@code Content-Encoding: }{@value #CODINGS}. An HQ
 * that does not know it answers 415.
 */
public final class ImpliedHashes {
  /**
   * Value of {@code Content-Encoding}, RFC 9110 section 8.4: in the order in which they are put on.
   */
  public static final String CODINGS = "waybill-guard-implied, gzip";

  private static final String BLANK = "\"h\":\"\"";

  private ImpliedHashes() {}

  /**
   * The segment without the hashes that its bodies give.
   *
   * @return empty if that could not be undone, because a leaf is not what an agent writes
   */
  public static Optional<Segment> leaveOut(Segment whole) {
    Map<Long, List<BodyPart>> bodies = byLeaf(whole);
    List<byte[]> leaves = new ArrayList<>(whole.leaves().size());
    for (int i = 0; i < whole.leaves().size(); i++) {
      String leaf = text(whole.leaves().get(i));
      if (leaf.contains(BLANK)) {
        return Optional.empty();
      }
      int from = 0;
      for (BodyPart body : bodies.getOrDefault(whole.oldSize() + i, List.of())) {
        String named = named(body);
        int at = leaf.indexOf(named, from);
        if (at < 0) {
          return Optional.empty();
        }
        leaf = leaf.substring(0, at) + BLANK + leaf.substring(at + named.length());
        from = at + BLANK.length();
      }
      leaves.add(bytes(leaf));
    }
    return Optional.of(new Segment(whole.oldSize(), whole.note(), leaves, whole.bodies()));
  }

  /**
   * The segment as it was.
   *
   * @throws WireException if a leaf has not as many blanks as bodies that came with it, or is
   *     longer than a segment holds
   */
  public static Segment putBack(Segment lean) throws WireException {
    Map<Long, List<BodyPart>> bodies = byLeaf(lean);
    List<byte[]> leaves = new ArrayList<>(lean.leaves().size());
    for (int i = 0; i < lean.leaves().size(); i++) {
      long index = lean.oldSize() + i;
      leaves.add(putBack(index, lean.leaves().get(i), bodies.getOrDefault(index, List.of())));
    }
    return new Segment(lean.oldSize(), lean.note(), leaves, lean.bodies());
  }

  private static byte[] putBack(long index, byte[] lean, List<BodyPart> bodies)
      throws WireException {
    String leaf = text(lean);
    StringBuilder whole = new StringBuilder(leaf.length() + 44 * bodies.size());
    int from = 0;
    for (BodyPart body : bodies) {
      int at = leaf.indexOf(BLANK, from);
      if (at < 0) {
        throw WireException.malformed(
            "leaf " + index + " leaves out fewer hashes than its " + bodies.size() + " bodies");
      }
      whole.append(leaf, from, at).append(named(body));
      from = at + BLANK.length();
    }
    if (leaf.indexOf(BLANK, from) >= 0) {
      throw WireException.malformed(
          "leaf " + index + " leaves out more hashes than its " + bodies.size() + " bodies");
    }
    whole.append(leaf, from, leaf.length());
    if (whole.length() > Segment.MOST_LEAF_BYTES) {
      throw WireException.malformed(
          "leaf " + index + " has " + whole.length() + " bytes; a frame holds 65535");
    }
    return bytes(whole.toString());
  }

  private static String named(BodyPart body) {
    return "\"h\":\"" + body.commitment().base64() + '"';
  }

  private static Map<Long, List<BodyPart>> byLeaf(Segment segment) {
    return segment.bodies().stream()
        .sorted(Comparator.comparingInt(BodyPart::part))
        .collect(Collectors.groupingBy(BodyPart::index));
  }

  /** A character a byte, so that a leaf that is no UTF-8 comes back as it was. */
  private static String text(byte[] leaf) {
    return new String(leaf, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String leaf) {
    return leaf.getBytes(StandardCharsets.ISO_8859_1);
  }
}
