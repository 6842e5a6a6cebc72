package io.waybillguard.hq.feeds;

import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Ocsf;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.store.FeedRows;
import io.waybillguard.hq.store.SegmentStore;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the records that a feed sends next from the segments, in the order of arrival. */
final class Gathering {
  private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

  /** Bounds of a batch; one segment more than the bytes may be in memory. */
  static final int MOST_RECORDS = 500;

  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_SEGMENTS = 200;

  private final FeedRows rows;
  private final SegmentStore files;
  private final boolean incidentsOnly;
  private final boolean personal;
  private final String version;

  /**
   * @param personal whether content of the personal class goes out too, where HQ holds it
   * @param version this program's, for events that HQ makes
   */
  Gathering(
      FeedRows rows, SegmentStore files, boolean incidentsOnly, boolean personal, String version) {
    this.rows = rows;
    this.files = files;
    this.incidentsOnly = incidentsOnly;
    this.personal = personal;
    this.version = version;
  }

  private boolean isWanted(String type) {
    return !incidentsOnly || type.startsWith(Plan.INCIDENTS);
  }

  /**
   * What comes next.
   *
   * @throws IOException if a segment cannot be read now; it may be at the next try
   */
  Batch next(FeedRows.Place from) throws IOException {
    List<FeedRows.Waiting> waiting =
        rows.from(from, incidentsOnly ? Plan.INCIDENTS : "", MOST_SEGMENTS);
    List<Outgoing> records = new ArrayList<>();
    FeedRows.Place after = from;
    long unreadable = 0;
    long bytes = 0;
    for (FeedRows.Waiting each : waiting) {
      if (!each.wanted()) {
        after = new FeedRows.Place(each.arrival() + 1, 0);
        continue;
      }
      Optional<Segment> segment = read(each);
      long first = each.arrival() == from.arrival() ? Math.max(from.seq(), each.first()) : 0;
      if (segment.isEmpty()) {
        unreadable += each.next() - Math.max(first, each.first());
        after = new FeedRows.Place(each.arrival() + 1, 0);
        continue;
      }
      for (Outgoing record : records(each, segment.get(), first)) {
        if (records.size() >= MOST_RECORDS || bytes >= MOST_BYTES) {
          return new Batch(records, after, unreadable, false);
        }
        records.add(record);
        bytes += record.event().length;
        after = new FeedRows.Place(each.arrival(), record.seq() + 1);
      }
      after = new FeedRows.Place(each.arrival() + 1, 0);
    }
    return new Batch(records, after, unreadable, waiting.size() < MOST_SEGMENTS);
  }

  /** A segment; empty when it can never be read again, which is said in the program's own log. */
  private Optional<Segment> read(FeedRows.Waiting at) throws IOException {
    try {
      byte[] content = files.read(at.file());
      String sha256 = Hash.sha256(content).hex();
      if (!sha256.equals(at.sha256())) {
        throw new EvidenceException("its SHA-256 is " + sha256 + ", HQ wrote " + at.sha256());
      }
      return Optional.of(Segment.decode(content));
    } catch (NoSuchFileException e) {
      if (!isAsItWas(at)) {
        throw e; // rewritten meanwhile, by an erasure; read the next time
      }
      return unreadable(at, e);
    } catch (EvidenceException | WireException e) {
      return unreadable(at, e);
    }
  }

  private boolean isAsItWas(FeedRows.Waiting at) {
    return rows.from(new FeedRows.Place(at.arrival(), 0), "", 1).stream()
        .anyMatch(now -> now.file().equals(at.file()));
  }

  private static Optional<Segment> unreadable(FeedRows.Waiting at, Exception e) {
    LOG.error(
        "segment={} log={} records={}-{} cannot be fed",
        at.file(),
        at.log(),
        at.first(),
        at.next() - 1,
        e);
    return Optional.empty();
  }

  private List<Outgoing> records(FeedRows.Waiting at, Segment segment, long first)
      throws IOException {
    Map<Long, BodyPart> bodies = new HashMap<>();
    for (BodyPart body : segment.bodies()) {
      if (body.part() == 0 && !BodyFrames.isErased(body)) {
        bodies.put(body.index(), body);
      }
    }
    List<Outgoing> records = new ArrayList<>();
    for (byte[] bytes : segment.leaves()) {
      Leaf leaf = leaf(bytes);
      if (leaf.seq() >= first && isWanted(leaf.type())) {
        records.add(outgoing(at, leaf, Optional.ofNullable(bodies.get(leaf.seq()))));
      }
    }
    return records;
  }

  private static Leaf leaf(byte[] bytes) throws IOException {
    try {
      return Leaf.parse(bytes);
    } catch (EvidenceException e) {
      throw new IOException("a leaf that HQ took is none: " + e.getMessage(), e);
    }
  }

  private Outgoing outgoing(FeedRows.Waiting at, Leaf leaf, Optional<BodyPart> body) {
    Optional<BodyPart> allowed =
        body.filter(
            part ->
                personal || BodyClass.of(leaf.bodies().get(0).bodyClass()) != BodyClass.PERSONAL);
    Optional<Json.Obj> told = allowed.flatMap(part -> read(leaf, part.data()));
    byte[] event = told.isPresent() ? allowed.orElseThrow().data() : bare(at, leaf).canonical();
    return new Outgoing(
        at.log(),
        at.outlet(),
        leaf.seq(),
        leaf.type(),
        Instant.ofEpochMilli(leaf.wall()),
        at.received(),
        told.map(event1 -> (int) event1.number("severity_id", 0)).orElse(0),
        event,
        told);
  }

  private static Optional<Json.Obj> read(Leaf leaf, byte[] body) {
    try {
      return Optional.of(Json.parse(body));
    } catch (JsonException e) {
      // It is what the leaf promised, and no event: its leaf alone goes out.
      LOG.debug("log record={} is no event of our dialect", leaf.seq(), e);
      return Optional.empty();
    }
  }

  /**
   * An event of OCSF's base class: that there is such a record, and nothing of its content. {@code
   * severity_id} and {@code activity_id} 0 are OCSF's Unknown.
   */
  private Json.Obj bare(FeedRows.Waiting at, Leaf leaf) {
    return Json.object()
        .put("category_uid", 0)
        .put("class_uid", 0)
        .put("activity_id", 0)
        .put("type_uid", 0)
        .put("severity_id", 0)
        .put("time", leaf.wall())
        .put(
            "metadata",
            Json.object()
                .put("version", Ocsf.VERSION)
                .put("uid", at.log() + "-" + leaf.seq())
                .put("sequence", leaf.seq())
                .put("event_code", leaf.type())
                .put("logged_time", at.received().toEpochMilli())
                .put("product", Ocsf.product(version)))
        .put("unmapped", Json.object().put("workstation", at.log()).put("outlet", at.outlet()));
  }
}
