package io.waybillguard.agent.report;

import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * Cuts what HQ asked for into pieces that it takes, and counts what is no longer here. Used by the
 * report thread.
 */
final class BodyCutter {
  private static final int MOST_BYTES = Limits.SEGMENT_UNPACKED / 4;

  /** Records that are looked at for one piece: a step must end soon, whatever is found. */
  private static final int LOOK = 4096;

  private final long to;
  private long next;
  private int most = MOST_BYTES;

  private long sent;
  private long gone;

  /** A piece: the bodies, and the record after the last that was looked at. */
  record Piece(List<BodyPart> bodies, long next, long gone) {}

  BodyCutter(Span records) {
    this.next = records.from();
    this.to = records.to();
  }

  boolean isDone() {
    return next >= to;
  }

  /** After HQ found a piece too large. */
  void halve() {
    most = Math.max(1, most / 2);
  }

  /** The next piece. {@link #sent} when HQ has it. */
  Piece cut(LogReader log) throws IOException, EvidenceException {
    List<BodyPart> bodies = new ArrayList<>();
    long bytes = 0;
    long missing = 0;
    long at = next;
    for (; at < to && at < next + LOOK; at++) {
      List<BodyPart> here = log.bodies(at);
      long more = here.stream().mapToLong(BodyFrames::length).sum();
      if (!bodies.isEmpty() && bytes + more > most) {
        break;
      }
      bytes += more;
      bodies.addAll(here);
      missing += promised(log, at) - here.size();
    }
    return new Piece(bodies, at, missing);
  }

  private static int promised(LogReader log, long record) throws IOException, EvidenceException {
    Optional<byte[]> leaf = log.leaf(record);
    return leaf.isEmpty() ? 0 : Leaf.parse(leaf.get()).bodies().size();
  }

  static byte[] pack(Piece piece) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      BodyFrames.write(piece.bodies(), gzip);
    }
    return packed.toByteArray();
  }

  /** HQ has it. */
  void sent(Piece piece) {
    next = piece.next();
    sent += piece.bodies().size();
    gone += piece.gone();
  }

  /** Body parts that HQ has got. */
  long sent() {
    return sent;
  }

  /** Body parts that a leaf promised and that are not here: erased. */
  long gone() {
    return gone;
  }
}
