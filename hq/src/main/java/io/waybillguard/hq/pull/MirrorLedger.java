package io.waybillguard.hq.pull;

import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Ledger;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Segments;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * A log as HQ holds it, read back from its segments. Every segment is hashed again on opening, and
 * the tree must have the root that was cosigned. Used by one thread.
 */
final class MirrorLedger implements Ledger {
  private final LogState log;
  private final SegmentStore files;
  private final Contents contents;
  private final NavigableMap<Long, Segments.Row> rows = new TreeMap<>();
  private final NavigableMap<Long, SignedNote> notes = new TreeMap<>();
  private final TreeNodes nodes = new TreeNodes();
  private Optional<Opened> opened = Optional.empty();

  /** The segment that was read last; neighbours are asked for one after the other. */
  private record Opened(Segments.Row row, Segment segment, Map<Long, List<BodyPart>> bodies) {}

  private MirrorLedger(LogState log, SegmentStore files, Contents contents) {
    this.log = log;
    this.files = files;
    this.contents = contents;
  }

  /**
   * Opens a log.
   *
   * @param progress told of the number of records read so far
   * @throws IOException if a segment is missing or is not what HQ took in; the message says which
   */
  static MirrorLedger open(
      LogState log, Segments segments, SegmentStore files, Contents contents, LongConsumer progress)
      throws IOException {
    MirrorLedger ledger = new MirrorLedger(log, files, contents);
    String id = log.workstation().log();
    for (SignedNote closing : segments.closings(id)) {
      ledger.notes.put(ledger.sizeOf(closing), closing);
    }
    Frontier tree = new Frontier();
    for (Segments.Row row : segments.of(id)) {
      if (row.next() > log.mirror().size()) {
        break; // came in after the state was read
      }
      ledger.rows.put(row.first(), row);
      ledger.notes.put(row.next(), row.note());
      for (byte[] leaf : ledger.open(row).segment().leaves()) {
        tree.append(Merkle.leaf(leaf), ledger.nodes::add);
      }
      progress.accept(tree.size());
    }
    if (tree.size() != log.mirror().size() || !tree.root().equals(log.mirror().root())) {
      throw new IOException(
          "HQ's copy of log "
              + id
              + " is damaged: its records give size "
              + tree.size()
              + " and root "
              + tree.root()
              + ", HQ had cosigned "
              + log.mirror().size()
              + " and "
              + log.mirror().root()
              + "; restore the segments folder from a backup");
    }
    return ledger;
  }

  private long sizeOf(SignedNote note) throws IOException {
    try {
      return Checkpoint.parse(note.text()).size();
    } catch (EvidenceException e) {
      throw new IOException("HQ's database holds a note that is no checkpoint", e);
    }
  }

  private Opened open(Segments.Row row) throws IOException {
    if (opened.isPresent() && opened.get().row().first() == row.first()) {
      return opened.get();
    }
    byte[] content = files.read(row.file());
    String found = Hash.sha256(content).hex();
    if (!found.equals(row.sha256())) {
      throw new IOException(
          "segment "
              + row.file()
              + " has hash "
              + found
              + ", HQ took in "
              + row.sha256()
              + "; restore it from a backup");
    }
    try {
      Segment segment = Segment.decode(content);
      Map<Long, List<BodyPart>> bodies = new TreeMap<>();
      for (BodyPart body : segment.bodies()) {
        if (BodyFrames.isErased(body)) {
          continue;
        }
        bodies.computeIfAbsent(body.index(), i -> new ArrayList<>()).add(body);
      }
      bodies.values().forEach(parts -> parts.sort(Comparator.comparingInt(BodyPart::part)));
      Opened read = new Opened(row, segment, bodies);
      opened = Optional.of(read);
      return read;
    } catch (WireException e) {
      throw new IOException("segment " + row.file() + " cannot be read: " + e.getMessage(), e);
    }
  }

  private Opened holding(long index) throws IOException {
    Map.Entry<Long, Segments.Row> found = rows.floorEntry(index);
    if (found == null || index >= found.getValue().next()) {
      throw new IOException("HQ holds no record " + index);
    }
    return open(found.getValue());
  }

  @Override
  public KeyChain keys() {
    return log.keys();
  }

  @Override
  public long size() {
    return log.mirror().size();
  }

  @Override
  public Optional<byte[]> leaf(long index) throws IOException {
    Opened in = holding(index);
    return Optional.of(in.segment().leaves().get((int) (index - in.row().first())));
  }

  @Override
  public List<BodyPart> bodies(long index) throws IOException {
    Map<Integer, BodyPart> parts = new TreeMap<>();
    for (BodyPart pulled : contents.of(log.workstation().log(), index)) {
      parts.put(pulled.part(), pulled);
    }
    for (BodyPart sent : holding(index).bodies().getOrDefault(index, List.of())) {
      parts.put(sent.part(), sent);
    }
    return List.copyOf(parts.values());
  }

  @Override
  public NavigableMap<Long, SignedNote> checkpoints(long from, long to) {
    return notes.subMap(from, true, Math.min(to, size()), true);
  }

  @Override
  public Hash node(int level, long index) throws IOException {
    return nodes.node(level, index);
  }
}
