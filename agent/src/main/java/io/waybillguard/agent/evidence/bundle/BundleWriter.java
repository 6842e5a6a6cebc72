package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Ledger;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/** Writes records of a log with everything that proves them. Used by one thread, once. */
public final class BundleWriter {
  private final Ledger log;
  private final List<VerifierKey> witnesses;
  private final List<Json.Obj> custody;
  private final Instant at;
  private final ZoneId zone;
  private final SortedMap<String, Hash> payload = new TreeMap<>();
  private long payloadBytes;

  /**
   * @param log where the records lie
   * @param witnesses HQ's keys, for comparison only: a verifier takes them from elsewhere
   * @param custody who asked and why, one object a line of {@code custody.jsonl}
   * @param at now
   * @param zone for the times that people read
   */
  public BundleWriter(
      Ledger log,
      Collection<VerifierKey> witnesses,
      Collection<Json.Obj> custody,
      Instant at,
      ZoneId zone) {
    this.log = log;
    this.witnesses = List.copyOf(witnesses);
    this.custody = List.copyOf(custody);
    this.at = at;
    this.zone = zone;
  }

  /**
   * Writes the bundle. The records that hand over keys are always in it.
   *
   * @param wanted places of the records, at least one
   * @param target a new folder, or a new file that ends in {@code .zip}
   * @param progress told of the number of records written so far
   * @return how many records are in it
   * @throws EvidenceException if a wanted record is not sealed yet or not there
   * @throws IOException if the log cannot be read or the target not written
   */
  public long write(SortedSet<Long> wanted, Path target, LongConsumer progress)
      throws IOException, EvidenceException {
    if (wanted.isEmpty()) {
      throw new EvidenceException("no records were found for the bundle; widen the range");
    }
    NavigableMap<Long, SignedNote> kept = log.checkpoints(0, Long.MAX_VALUE);
    SignedNote head = head(kept, wanted.last());
    KeyChain keys = log.keys();
    Checkpoint newest = keys.verify(head);
    SortedSet<Long> records = new TreeSet<>(wanted);
    SortedMap<Long, SignedNote> notes = new TreeMap<>();
    for (KeyChain.Epoch epoch : keys.epochs()) {
      if (epoch.number() > 0 && epoch.firstSize() <= newest.size()) {
        records.add(epoch.firstSize() - 1);
        notes.put(epoch.firstSize(), closing(kept, epoch));
      }
    }
    notes.put(newest.size(), head);
    try (BundleSink sink = BundleSink.at(target)) {
      putLog(sink, keys, notes, newest);
      Catalogue catalogue = new Catalogue(zone, cosignedAt(head));
      long done = 0;
      for (long index : records) {
        putRecord(sink, index, newest, head, catalogue);
        progress.accept(++done);
      }
      put(sink, "data/custody.jsonl", lines(custody));
      put(sink, "data/view/清单.csv", catalogue.bytes());
      putTags(sink, keys);
      sink.finish();
    }
    return records.size();
  }

  /**
   * The newest checkpoint over the last wanted record that a witness has cosigned, or else the
   * newest there is.
   */
  private SignedNote head(NavigableMap<Long, SignedNote> kept, long last) throws EvidenceException {
    NavigableMap<Long, SignedNote> covering = kept.tailMap(last, false);
    if (covering.isEmpty()) {
      long sealed = kept.isEmpty() ? 0 : kept.lastKey();
      throw new EvidenceException(
          "record "
              + last
              + " is not sealed yet (sealed: "
              + sealed
              + " records); ask again in a minute, or for records up to "
              + (sealed - 1));
    }
    for (SignedNote note : covering.descendingMap().values()) {
      if (cosignedAt(note).isPresent()) {
        return note;
      }
    }
    return covering.lastEntry().getValue();
  }

  private Optional<Instant> cosignedAt(SignedNote note) {
    return witnesses.stream()
        .map(note::cosignedBy)
        .flatMap(Optional::stream)
        .map(Cosignature::at)
        .min(Instant::compareTo);
  }

  private static SignedNote closing(NavigableMap<Long, SignedNote> kept, KeyChain.Epoch epoch)
      throws EvidenceException {
    SignedNote note = kept.get(epoch.firstSize());
    if (note == null) {
      throw new EvidenceException(
          "the checkpoint of size "
              + epoch.firstSize()
              + ", which closed epoch "
              + (epoch.number() - 1)
              + ", is not kept");
    }
    return note;
  }

  private void putLog(
      BundleSink sink, KeyChain keys, SortedMap<Long, SignedNote> notes, Checkpoint newest)
      throws IOException {
    put(sink, "data/log/checkpoint", utf8(notes.get(newest.size())));
    long old = 0;
    for (Map.Entry<Long, SignedNote> each : notes.entrySet()) {
      put(sink, "data/log/checkpoints/" + each.getKey(), utf8(each.getValue()));
      List<Hash> proof = Merkle.consistency(log, old, each.getKey());
      put(
          sink,
          "data/log/consistency/" + old + "-" + each.getKey(),
          new ConsistencyClaim(old, proof, each.getValue()).bytes());
      old = each.getKey();
    }
    StringBuilder lines = new StringBuilder();
    for (KeyChain.Epoch epoch : keys.epochs()) {
      if (epoch.firstSize() <= newest.size()) {
        lines.append(epoch.firstSize()).append(' ').append(epoch.key()).append('\n');
      }
    }
    put(sink, "data/log/keys", utf8(lines));
    if (!witnesses.isEmpty()) {
      StringBuilder vkeys = new StringBuilder();
      witnesses.forEach(w -> vkeys.append(w).append('\n'));
      put(sink, "data/log/witness.vkey", utf8(vkeys));
    }
  }

  private void putRecord(
      BundleSink sink, long index, Checkpoint newest, SignedNote head, Catalogue catalogue)
      throws IOException, EvidenceException {
    byte[] bytes =
        log.leaf(index)
            .orElseThrow(() -> new EvidenceException("record " + index + " is no longer here"));
    Leaf leaf = Leaf.parse(bytes);
    String name = "data/records/" + index;
    put(sink, name + ".json", bytes);
    catalogue.add(name + ".json", leaf, "application/json", bytes);
    List<Hash> path = Merkle.inclusion(log, index, newest.size());
    put(sink, name + ".tlog-proof", new TlogProof("", index, path, head).bytes());
    for (BodyPart body : log.bodies(index)) {
      leaf.check(body);
      put(sink, name + "." + body.part() + ".body", body.data());
      put(sink, name + "." + body.part() + ".salt", body.salt());
      catalogue.add(
          name + "." + body.part() + ".body",
          leaf,
          leaf.bodies().get(body.part()).contentType(),
          body.data());
    }
  }

  private void putTags(BundleSink sink, KeyChain keys) throws IOException {
    Map<String, String> info = new LinkedHashMap<>();
    info.put("Bag-Software-Agent", "Waybill Guard");
    info.put("Bagging-Date", DateTimeFormatter.ISO_LOCAL_DATE.format(at.atZone(zone)));
    info.put("External-Identifier", keys.origin());
    info.put("Payload-Oxum", payloadBytes + "." + payload.size());
    SortedMap<String, byte[]> tags = new TreeMap<>();
    tags.put(Bag.DECLARATION, Bag.declaration());
    tags.put(Bag.INFO, Bag.info(info));
    tags.put(Bag.MANIFEST, Bag.manifest(payload));
    tags.put("README.zh-CN.txt", readme());
    SortedMap<String, Hash> hashes = new TreeMap<>();
    for (Map.Entry<String, byte[]> tag : tags.entrySet()) {
      hashes.put(tag.getKey(), Hash.sha256(tag.getValue()));
      sink.put(tag.getKey(), tag.getValue());
    }
    sink.put(Bag.TAG_MANIFEST, Bag.manifest(hashes));
  }

  private static byte[] readme() throws IOException {
    try (InputStream in = BundleWriter.class.getResourceAsStream("README.zh-CN.txt")) {
      if (in == null) {
        throw new IOException("README.zh-CN.txt is missing from the program; install it again");
      }
      return in.readAllBytes();
    }
  }

  private void put(BundleSink sink, String name, byte[] bytes) throws IOException {
    sink.put(name, bytes);
    payload.put(name, Hash.sha256(bytes));
    payloadBytes += bytes.length;
  }

  private static byte[] lines(List<Json.Obj> objects) {
    StringBuilder lines = new StringBuilder();
    objects.forEach(o -> lines.append(o).append('\n'));
    return utf8(lines);
  }

  private static byte[] utf8(@org.jspecify.annotations.Nullable Object text) {
    return String.valueOf(text).getBytes(StandardCharsets.UTF_8);
  }
}
