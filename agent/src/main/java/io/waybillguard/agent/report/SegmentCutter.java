package io.waybillguard.agent.report;

import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Ledger;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Limits;
import io.waybillguard.agent.report.wire.Segment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.zip.GZIPOutputStream;

/**
 * Cuts the next piece of a log for HQ: from what HQ holds to a kept checkpoint, oldest first, never
 * across the end of an epoch, so that HQ gets every epoch-closing checkpoint.
 */
final class SegmentCutter {
  /** Room for bodies: what does not fit stays here and goes when HQ asks for it. */
  private static final int MOST_BODY_BYTES = Limits.SEGMENT_UNPACKED / 2;

  private int mostLeaves = Limits.SEGMENT_ENTRIES;

  /** After HQ found a segment too large. */
  void halve() {
    mostLeaves = Math.max(1, mostLeaves / 2);
  }

  /**
   * The next segment.
   *
   * @param held size up to which HQ holds the bytes
   * @param target size of the newest checkpoint, &gt; held
   * @throws EvidenceException if the log lacks what is to be sent
   */
  Segment cut(Ledger log, long held, long target) throws IOException, EvidenceException {
    long end = Math.min(target, endOfEpoch(log.keys(), held));
    NavigableMap<Long, SignedNote> kept =
        log.checkpoints(held + 1, Math.min(end, held + mostLeaves));
    Map.Entry<Long, SignedNote> last = kept.lastEntry();
    if (last == null) {
      // No checkpoint within what HQ takes at once: it must be the next one, whatever its size.
      last = log.checkpoints(held + 1, end).firstEntry();
    }
    if (last == null) {
      throw new EvidenceException(
          "no checkpoint is kept between " + held + " and " + end + ", so nothing can be sent");
    }
    List<byte[]> leaves = new ArrayList<>();
    List<BodyPart> bodies = new ArrayList<>();
    int bodyBytes = 0;
    for (long i = held; i < last.getKey(); i++) {
      long index = i;
      byte[] bytes =
          log.leaf(index)
              .orElseThrow(
                  () ->
                      new EvidenceException(
                          "record " + index + " is missing; run 'evidence verify'"));
      leaves.add(bytes);
      Leaf leaf = Leaf.parse(bytes);
      for (BodyPart body : log.bodies(index)) {
        int frame = BodyFrames.length(body);
        if (goesAtOnce(leaf, body) && bodyBytes + frame <= MOST_BODY_BYTES) {
          bodies.add(body);
          bodyBytes += frame;
        }
      }
    }
    return new Segment(held, last.getValue(), leaves, bodies);
  }

  /** Personal content leaves this machine only when HQ asks for it. */
  private static boolean goesAtOnce(Leaf leaf, BodyPart body) {
    return BodyClass.of(leaf.bodies().get(body.part()).bodyClass()) != BodyClass.PERSONAL;
  }

  private static long endOfEpoch(KeyChain keys, long held) {
    for (KeyChain.Epoch epoch : keys.epochs()) {
      if (epoch.firstSize() > held) {
        return epoch.firstSize();
      }
    }
    return Long.MAX_VALUE;
  }

  /** Packs a segment for sending. */
  static byte[] pack(Segment segment) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      segment.encode(gzip);
    }
    return packed.toByteArray();
  }
}
