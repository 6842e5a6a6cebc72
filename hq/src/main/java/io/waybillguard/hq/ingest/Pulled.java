package io.waybillguard.hq.ingest;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * {@code POST /v1/logs/{id}/bodies}: content that HQ asked a desk for. Nobody can leave anything
 * here that HQ did not ask for, or that its leaf did not promise. Safe for use by several threads.
 */
public final class Pulled {
  private final Logs logs;
  private final Commands commands;
  private final Records records;
  private final Contents contents;
  private final InstantSource clock;

  public Pulled(
      Logs logs, Commands commands, Records records, Contents contents, InstantSource clock) {
    this.logs = logs;
    this.commands = commands;
    this.records = records;
    this.contents = contents;
    this.clock = clock;
  }

  /**
   * Takes content.
   *
   * @param desk whose client certificate it came with
   * @param body frames, unpacked
   * @return which records' content is kept now: {@code {"kept":[[from,to],…]}}
   * @throws IOException if it could not be made durable
   */
  public byte[] take(Workstation desk, byte[] body) throws Rejected, IOException {
    long held = logs.state(desk.log()).map(l -> l.mirror().size()).orElse(0L);
    if (held == 0) {
      throw Rejected.because(422, Refusal.PROOF_WRONG, "HQ holds no record of this log");
    }
    List<BodyPart> bodies;
    try {
      bodies = BodyFrames.read(ByteBuffer.wrap(body), new Span(0, held));
    } catch (WireException e) {
      throw Rejected.of(e);
    }
    Instant now = clock.instant();
    SortedSet<Long> kept = new TreeSet<>();
    for (BodyPart each : bodies) {
      if (!kept.contains(each.index()) && !commands.pulls(desk, each.index(), now)) {
        throw Rejected.because(
            422, Refusal.NOT_ASKED, "HQ did not ask for the content of record " + each.index());
      }
      check(desk.log(), each);
      kept.add(each.index());
    }
    for (BodyPart each : bodies) {
      contents.put(desk.log(), each, now);
    }
    return Json.object().put("kept", Span.pairs(Span.of(kept))).canonical();
  }

  private void check(String log, BodyPart body) throws Rejected, IOException {
    byte[] leaf =
        records
            .find(log, body.index())
            .orElseThrow(
                () ->
                    Rejected.because(
                        422, Refusal.PROOF_WRONG, "HQ does not hold record " + body.index()))
            .leaf();
    try {
      Leaf.parse(leaf).check(body);
    } catch (EvidenceException e) {
      throw Rejected.because(422, Refusal.PROOF_WRONG, String.valueOf(e.getMessage()));
    }
  }
}
