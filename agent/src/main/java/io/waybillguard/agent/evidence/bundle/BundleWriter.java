package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.Cosigned;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Ledger;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.evidence.VerifierKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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
  private final Absences absences = new Absences();
  private final Verdict.Draft draft = new Verdict.Draft();
  private final List<Report.Row> rows = new ArrayList<>();
  private long payloadBytes;
  private boolean wholeLog;
  private Optional<Hash> fingerprint = Optional.empty();

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
    this.custody = new ArrayList<>(custody);
    this.at = at;
    this.zone = zone;
  }

  /**
   * Adds every leaf and every hash under the newest checkpoint as tlog-tiles, so that the whole
   * tree can be rebuilt from the bundle.
   */
  public BundleWriter withWholeLog() {
    wholeLog = true;
    return this;
  }

  /**
   * SHA-256 of the tag manifest, which fixes every byte of the bundle: written on the hand-over
   * sheet, it tells this bundle from every other. After {@link #write} only.
   */
  public Hash fingerprint() {
    return fingerprint.orElseThrow(() -> new IllegalStateException("nothing is written yet"));
  }

  /**
   * Writes the bundle. Always in it are the records that hand over keys, and those that say that
   * content of another record in it was erased. Each record, seal and proof is checked as it is
   * written.
   *
   * @param wanted places of the records, at least one
   * @param target a new folder, or a new file that ends in {@code .zip}
   * @param progress told of the number of records written so far
   * @return how many records are in it
   * @throws EvidenceException if a wanted record is not sealed yet or not there, or the log does
   *     not hold
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
    SortedSet<Long> handOvers = new TreeSet<>();
    SortedMap<Long, SignedNote> notes = new TreeMap<>();
    for (KeyChain.Epoch epoch : keys.epochs()) {
      if (epoch.number() > 0 && epoch.firstSize() <= newest.size()) {
        handOvers.add(epoch.firstSize() - 1);
        notes.put(epoch.firstSize(), closing(kept, epoch));
      }
    }
    notes.put(newest.size(), head);
    try (BundleSink sink = BundleSink.at(target)) {
      Catalogue catalogue = new Catalogue(zone);
      Brackets brackets = new Brackets(kept, witnesses);
      SortedSet<Long> records = new TreeSet<>(wanted);
      records.addAll(handOvers);
      Records into = new Records(sink, catalogue, brackets, head, newest, wanted);
      long done = 0;
      for (long index : records) {
        into.put(index);
        progress.accept(++done);
      }
      SortedSet<Long> erasures = into.erasures(records);
      done += erasures.size();
      progress.accept(done);
      into.heads.forEach(size -> notes.put(size, Objects.requireNonNull(kept.get(size))));
      putLog(sink, keys, notes, newest);
      if (wholeLog) {
        Tiles.write(log, newest.size(), (name, bytes) -> put(sink, name, bytes));
      }
      handOvers.removeAll(wanted);
      noteAdditions(handOvers, "key_hand_over");
      noteAdditions(erasures, "erasure");
      noteOmissions(absences.explained(), "erased");
      noteOmissions(absences.unexplained(), "not_here");
      put(sink, "data/custody.jsonl", lines(custody));
      put(sink, "data/view/清单.csv", catalogue.bytes());
      putReports(sink, keys, notes, newest, wanted.size(), done);
      putTags(sink, keys);
      sink.finish();
      return done;
    }
  }

  /** Records that nobody asked for are named, and so is content that is not here. */
  private void noteAdditions(SortedSet<Long> records, String why) {
    if (!records.isEmpty()) {
      custody.add(
          Json.object()
              .put("action", "add")
              .put("which", Span.pairs(Span.of(records)))
              .put("why", why));
    }
  }

  private void noteOmissions(SortedSet<Long> records, String why) {
    if (!records.isEmpty()) {
      custody.add(
          Json.object()
              .put("action", "content_absent")
              .put("which", Span.pairs(Span.of(records)))
              .put("why", why));
    }
  }

  private void putReports(
      BundleSink sink,
      KeyChain keys,
      SortedMap<Long, SignedNote> notes,
      Checkpoint newest,
      long asked,
      long records)
      throws IOException {
    draft.proved("bundle_intact", records, keys.origin(), newest.size());
    Cosigned.conclude(notes.values(), new Pins(Optional.empty(), witnesses), draft);
    draft.notProved("first_key_to_compare");
    absences.conclude(draft);
    draft.limits();
    rows.sort(Comparator.comparingLong(Report.Row::seq));
    Report.Contents contents =
        new Report.Contents(
            rows,
            asked,
            records,
            keys,
            notes,
            witnesses,
            draft.done(newest.size(), records),
            custody,
            at);
    for (Map.Entry<Locale, String> page : Report.NAMES.entrySet()) {
      put(sink, page.getValue(), Report.html(contents, page.getKey(), zone));
    }
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
      throws IOException, EvidenceException {
    put(sink, "data/log/checkpoint", utf8(notes.get(newest.size())));
    long old = 0;
    Hash oldRoot = Merkle.empty();
    for (Map.Entry<Long, SignedNote> each : notes.entrySet()) {
      Checkpoint checkpoint = keys.verify(each.getValue());
      put(sink, "data/log/checkpoints/" + each.getKey(), utf8(each.getValue()));
      List<Hash> proof = Merkle.consistency(log, old, each.getKey());
      if (!Merkle.consistent(old, oldRoot, checkpoint.size(), checkpoint.root(), proof)) {
        throw new EvidenceException(
            "the checkpoint of size "
                + checkpoint.size()
                + " does not continue the one of "
                + old
                + "; run 'evidence verify' and send what it says to HQ");
      }
      put(
          sink,
          "data/log/consistency/" + old + "-" + each.getKey(),
          new ConsistencyClaim(old, proof, each.getValue()).bytes());
      old = each.getKey();
      oldRoot = checkpoint.root();
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

  /** Records on their way into the bundle. */
  private final class Records {
    private final BundleSink sink;
    private final Catalogue catalogue;
    private final Brackets brackets;
    private final SignedNote head;
    private final Checkpoint newest;
    private final Set<Long> wanted;

    /** Sizes of the heads that bracket the records. */
    private final SortedSet<Long> heads = new TreeSet<>();

    Records(
        BundleSink sink,
        Catalogue catalogue,
        Brackets brackets,
        SignedNote head,
        Checkpoint newest,
        Set<Long> wanted) {
      this.sink = sink;
      this.catalogue = catalogue;
      this.brackets = brackets;
      this.head = head;
      this.newest = newest;
      this.wanted = wanted;
    }

    void put(long index) throws IOException, EvidenceException {
      byte[] bytes =
          log.leaf(index)
              .orElseThrow(() -> new EvidenceException("record " + index + " is no longer here"));
      Leaf leaf = Leaf.parse(bytes);
      TlogProof proof = new TlogProof("", index, Merkle.inclusion(log, index, newest.size()), head);
      proof.check(bytes, newest);
      if (leaf.seq() != index) {
        throw new EvidenceException("record " + index + " says it is " + leaf.seq());
      }
      Brackets.Bracket bracket = brackets.of(index);
      bracket.with().ifPresent(s -> heads.add(s.size()));
      bracket.without().ifPresent(s -> heads.add(s.size()));
      String name = "data/records/" + index;
      BundleWriter.this.put(sink, name + ".json", bytes);
      BundleWriter.this.put(sink, name + ".tlog-proof", proof.bytes());
      catalogue.add(name + ".json", leaf, "application/json", bytes, bracket);
      Set<Integer> here = new TreeSet<>();
      Optional<Json.Obj> event = Optional.empty();
      for (BodyPart body : log.bodies(index)) {
        leaf.check(body);
        here.add(body.part());
        String part = name + "." + body.part();
        BundleWriter.this.put(sink, part + ".body", body.data());
        BundleWriter.this.put(sink, part + ".salt", body.salt());
        String format = leaf.bodies().get(body.part()).contentType();
        catalogue.add(part + ".body", leaf, format, body.data(), bracket);
        event = body.part() == 0 ? event(body) : event;
      }
      boolean complete = absences.see(leaf, here);
      if (rows.size() < Report.MOST_ROWS) {
        rows.add(
            new Report.Row(
                index,
                leaf.type(),
                Instant.ofEpochMilli(leaf.wall()),
                event,
                complete,
                Hash.sha256(bytes),
                bracket,
                wanted.contains(index)));
      }
    }

    /**
     * What is no event is in the bundle all the same; the page says that it tells nothing of it.
     */
    private static Optional<Json.Obj> event(BodyPart body) {
      try {
        return Optional.of(Json.parse(body.data()));
      } catch (JsonException e) {
        return Optional.empty();
      }
    }

    /** Adds the records that say why content of the others is not here. */
    SortedSet<Long> erasures(Set<Long> there) throws IOException, EvidenceException {
      SortedSet<Long> added = new TreeSet<>();
      long first = absences.first();
      for (long i = first + 1; first >= 0 && i < newest.size(); i++) {
        Optional<byte[]> bytes = log.leaf(i);
        if (bytes.isPresent() && isErasure(bytes.get())) {
          Leaf leaf = Leaf.parse(bytes.get());
          if (leaf.type().equals(Absences.ERASURE) && absences.read(leaf) && !there.contains(i)) {
            put(i);
            added.add(i);
          }
        }
      }
      return added;
    }

    /** A quick look before a leaf is parsed: a log has a million of others. */
    private static boolean isErasure(byte[] leaf) {
      return new String(leaf, StandardCharsets.UTF_8).contains('"' + Absences.ERASURE + '"');
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
    byte[] tagManifest = Bag.manifest(hashes);
    sink.put(Bag.TAG_MANIFEST, tagManifest);
    fingerprint = Optional.of(Hash.sha256(tagManifest));
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
