package io.waybillguard.agent.evidence.bundle;

import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Cosigned;
import io.waybillguard.agent.evidence.Decimal;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.agent.evidence.VerifierKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/**
 * Checks a bundle that may come from anybody: its manifests, the chain of keys, every checkpoint,
 * that each continues the one before, and every record's place and content. Whatever is in the
 * bundle and not understood is refused.
 */
public final class BundleVerifier {
  private static final String LOG = "data/log/";
  private static final String CHECKPOINTS = LOG + "checkpoints/";
  private static final String CONSISTENCY = LOG + "consistency/";
  private static final String RECORDS = "data/records/";

  /** What no bundle is without; where all of it is missing, something else was meant. */
  private static final List<String> ESSENTIAL =
      List.of(Bag.DECLARATION, Bag.TAG_MANIFEST, Bag.MANIFEST, LOG + "checkpoint");

  private final BundleFiles files;
  private final Pins pins;
  private final Verdict.Draft draft = new Verdict.Draft();
  private final SortedSet<String> understood = new TreeSet<>();
  private final Absences absences = new Absences();

  private BundleVerifier(BundleFiles files, Pins pins) {
    this.files = files;
    this.pins = pins;
  }

  /**
   * Checks a bundle.
   *
   * @param bundle a folder or a zip
   * @param pins what is known from outside
   * @param progress told of the number of records checked so far
   * @throws IOException if there is no bundle, or it cannot be read at all. A bundle that has lost
   *     a file, even the one that declares it, is a bundle: it is refused
   */
  public static Verdict verify(Path bundle, Pins pins, LongConsumer progress) throws IOException {
    try (BundleFiles files = BundleFiles.open(bundle)) {
      if (Collections.disjoint(files.names(), ESSENTIAL)) {
        throw new IOException(
            bundle + " is no evidence bundle: it has none of " + String.join(", ", ESSENTIAL));
      }
      return verify(files, pins, progress);
    }
  }

  static Verdict verify(BundleFiles files, Pins pins, LongConsumer progress) {
    return new BundleVerifier(files, pins).run(progress);
  }

  /**
   * How many records a bundle seems to hold, for those who show how far checking it has got.
   *
   * @throws IOException if there is no bundle, or it cannot be read at all
   */
  public static long records(Path bundle) throws IOException {
    try (BundleFiles files = BundleFiles.open(bundle)) {
      return files.names().stream()
          .filter(name -> name.startsWith(RECORDS) && name.endsWith(".json"))
          .count();
    }
  }

  private Verdict run(LongConsumer progress) {
    checkManifests();
    try {
      KeyChain claimed = claimedKeys();
      SortedMap<Long, SignedNote> notes = notes();
      Map<Long, Checkpoint> heads = checkNotes(claimed, notes);
      SignedNote newest = SignedNote.parse(bytes(LOG + "checkpoint"));
      long size = Checkpoint.parse(newest.text()).size();
      if (!newest.equals(notes.get(size))) {
        throw new EvidenceException(
            "data/log/checkpoint is not the one kept as " + CHECKPOINTS + size);
      }
      Checkpoint head = head(heads, size);
      if (notes.lastKey() != head.size()) {
        throw new EvidenceException(
            "data/log/checkpoint is not the newest: there is one of size " + notes.lastKey());
      }
      checkConsistency(notes, heads);
      long records = checkRecords(head, heads, claimed, progress);
      checkTiles(head);
      requireWitness(newest);
      refuseWhatIsNotUnderstood();
      conclude(head, records, claimed, notes);
      return draft.done(head.size(), records);
    } catch (EvidenceException | IOException e) {
      draft.refuse("bundle", String.valueOf(e.getMessage()));
      return draft.done(0, 0);
    }
  }

  // -- files -----------------------------------------------------------------------------------

  private void checkManifests() {
    try {
      if (!java.util.Arrays.equals(bytes(Bag.DECLARATION), Bag.declaration())) {
        draft.refuse(Bag.DECLARATION, "does not declare BagIt 1.0 in UTF-8");
      }
      check(Bag.TAG_MANIFEST, Bag::isTag);
      check(Bag.MANIFEST, name -> name.startsWith(Bag.PAYLOAD));
    } catch (EvidenceException | IOException e) {
      draft.refuse("manifests", String.valueOf(e.getMessage()));
    }
    understood.addAll(
        List.of(
            Bag.DECLARATION,
            Bag.INFO,
            Bag.MANIFEST,
            Bag.TAG_MANIFEST,
            "README.zh-CN.txt",
            "data/custody.jsonl",
            "data/view/清单.csv"));
    understood.addAll(Report.NAMES.values());
  }

  private void check(String manifest, java.util.function.Predicate<String> covers)
      throws EvidenceException, IOException {
    SortedMap<String, String> listed = Bag.read(manifest, bytes(manifest));
    SortedSet<String> there = new TreeSet<>(files.names().stream().filter(covers).toList());
    if (!listed.keySet().equals(there)) {
      draft.refuse(
          manifest, "does not list what is there: " + Bag.difference(listed.keySet(), there));
    }
    for (Map.Entry<String, String> each : listed.entrySet()) {
      if (there.contains(each.getKey())) {
        String hash = Hash.sha256(bytes(each.getKey())).hex();
        if (!hash.equals(each.getValue())) {
          draft.refuse(
              each.getKey(), "has SHA-256 " + hash + ", " + manifest + " says " + each.getValue());
        }
      }
    }
  }

  private byte[] bytes(String name) throws IOException {
    return files.read(name);
  }

  private String text(String name) throws IOException, EvidenceException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes(name)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new EvidenceException(name + " is not UTF-8", e);
    }
  }

  private SortedSet<String> under(String folder) {
    return new TreeSet<>(files.names().subSet(folder, folder + Character.MAX_VALUE));
  }

  // -- the log ---------------------------------------------------------------------------------

  private KeyChain claimedKeys() throws IOException, EvidenceException {
    String name = LOG + "keys";
    understood.add(name);
    List<KeyChain.Epoch> epochs = new ArrayList<>();
    String text = text(name);
    if (!text.endsWith("\n")) {
      throw new EvidenceException(name + " does not end in a newline");
    }
    for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space < 0) {
        throw new EvidenceException(name + " has a line that is no \"size vkey\"");
      }
      VerifierKey key = VerifierKey.parse(line.substring(space + 1));
      epochs.add(new KeyChain.Epoch(epochs.size(), Decimal.parse(line.substring(0, space)), key));
    }
    KeyChain keys = KeyChain.of(epochs);
    VerifierKey first = keys.epochs().get(0).key();
    if (pins.first().isPresent() && !pins.first().get().equals(first)) {
      throw new EvidenceException("the first key is " + first + ", expected " + pins.first().get());
    }
    if (!Checkpoint.logIdOf(keys.origin()).equals(Checkpoint.logId(first))) {
      throw new EvidenceException(
          "the log is named "
              + keys.origin()
              + ", its first key gives the id "
              + Checkpoint.logId(first));
    }
    return keys;
  }

  private SortedMap<Long, SignedNote> notes() throws IOException, EvidenceException {
    understood.add(LOG + "checkpoint");
    SortedMap<Long, SignedNote> notes = new TreeMap<>();
    for (String name : under(CHECKPOINTS)) {
      understood.add(name);
      notes.put(Decimal.parse(name.substring(CHECKPOINTS.length())), SignedNote.parse(bytes(name)));
    }
    if (notes.isEmpty()) {
      throw new EvidenceException("the bundle holds no checkpoints");
    }
    return notes;
  }

  private Map<Long, Checkpoint> checkNotes(KeyChain keys, SortedMap<Long, SignedNote> notes)
      throws IOException, EvidenceException {
    Set<VerifierKey> known = knownWitnesses();
    Map<Long, Checkpoint> heads = new TreeMap<>();
    for (Map.Entry<Long, SignedNote> each : notes.entrySet()) {
      String name = CHECKPOINTS + each.getKey();
      Checkpoint head = keys.verify(each.getValue());
      if (head.size() != each.getKey()) {
        throw new EvidenceException(name + " is of size " + head.size());
      }
      Cosigned.refuseStrangers(each.getValue(), keys.at(head.size()).key(), known, draft, name);
      heads.put(head.size(), head);
    }
    for (KeyChain.Epoch epoch : keys.epochs()) {
      if (epoch.number() > 0 && !heads.containsKey(epoch.firstSize())) {
        throw new EvidenceException(
            "the checkpoint that closed epoch "
                + (epoch.number() - 1)
                + " (size "
                + epoch.firstSize()
                + ") is not in the bundle");
      }
    }
    return heads;
  }

  private void checkConsistency(SortedMap<Long, SignedNote> notes, Map<Long, Checkpoint> heads)
      throws IOException, EvidenceException {
    long old = 0;
    Hash oldRoot = Merkle.empty();
    for (Map.Entry<Long, SignedNote> each : notes.entrySet()) {
      long size = each.getKey();
      String name = CONSISTENCY + old + "-" + size;
      understood.add(name);
      ConsistencyClaim claim = ConsistencyClaim.parse(text(name));
      Checkpoint head = head(heads, size);
      if (!claim.note().equals(each.getValue()) || claim.old() != old) {
        throw new EvidenceException(name + " is about another checkpoint");
      }
      if (!Merkle.consistent(old, oldRoot, size, head.root(), claim.proof())) {
        throw new EvidenceException(
            name + ": the log of " + size + " records does not continue the one of " + old);
      }
      old = size;
      oldRoot = head.root();
    }
  }

  private static Checkpoint head(Map<Long, Checkpoint> heads, long size) throws EvidenceException {
    Checkpoint head = heads.get(size);
    if (head == null) {
      throw new EvidenceException("there is no checkpoint of size " + size);
    }
    return head;
  }

  // -- records ---------------------------------------------------------------------------------

  private long checkRecords(
      Checkpoint newest, Map<Long, Checkpoint> heads, KeyChain claimed, LongConsumer progress)
      throws IOException, EvidenceException {
    SortedSet<Long> indexes = new TreeSet<>();
    for (String name : under(RECORDS)) {
      if (name.endsWith(".json")) {
        indexes.add(
            Decimal.parse(name.substring(RECORDS.length(), name.length() - ".json".length())));
      }
    }
    KeyChain learnt = KeyChain.startingWith(claimed.epochs().get(0).key());
    long done = 0;
    for (long index : indexes) {
      try {
        Leaf leaf = checkRecord(index, heads);
        checkBodies(leaf);
        if (leaf.type().equals(Absences.ERASURE)) {
          absences.read(leaf);
        }
        learnt = learnt.after(leaf);
      } catch (EvidenceException | IOException e) {
        draft.refuse(RECORDS + index, String.valueOf(e.getMessage()));
      }
      progress.accept(++done);
    }
    if (!learnt.epochs().equals(claimed.epochs())) {
      draft.refuse(
          LOG + "keys",
          "names "
              + claimed.epochs().size()
              + " keys, the records hand over to "
              + learnt.epochs().size()
              + ", or to others");
    }
    if (indexes.isEmpty()) {
      draft.refuse("records", "the bundle holds none");
    }
    if (newest.size() <= 0) {
      draft.refuse(LOG + "checkpoint", "covers nothing");
    }
    return indexes.size();
  }

  private Leaf checkRecord(long index, Map<Long, Checkpoint> heads)
      throws IOException, EvidenceException {
    String name = RECORDS + index;
    understood.add(name + ".json");
    understood.add(name + ".tlog-proof");
    byte[] bytes = bytes(name + ".json");
    TlogProof proof = TlogProof.parse(text(name + ".tlog-proof"));
    Checkpoint head = head(heads, Checkpoint.parse(proof.note().text()).size());
    if (!proof.note().equals(SignedNote.parse(bytes(CHECKPOINTS + head.size())))
        || !proof.extra().isEmpty()) {
      throw new EvidenceException("its proof leads to a checkpoint that is not the one kept");
    }
    if (proof.index() != index) {
      throw new EvidenceException("its proof is about record " + proof.index());
    }
    proof.check(bytes, head);
    Leaf leaf = Leaf.parse(bytes);
    if (leaf.seq() != index) {
      throw new EvidenceException("it says it is record " + leaf.seq());
    }
    return leaf;
  }

  /** Parts may be absent; those that are here must be the promised ones. */
  private void checkBodies(Leaf leaf) throws IOException, EvidenceException {
    Set<Integer> here = new TreeSet<>();
    for (int part = 0; part < leaf.bodies().size(); part++) {
      String name = RECORDS + leaf.seq() + "." + part;
      if (files.names().contains(name + ".body") && files.names().contains(name + ".salt")) {
        understood.add(name + ".body");
        understood.add(name + ".salt");
        leaf.check(new BodyPart(leaf.seq(), part, bytes(name + ".salt"), bytes(name + ".body")));
        here.add(part);
      }
    }
    absences.see(leaf, here);
  }

  /** Where the whole log is here, every record in the bundle must be in it too. */
  private void checkTiles(Checkpoint head) throws IOException, EvidenceException {
    if (under(Tiles.FOLDER).isEmpty()) {
      return;
    }
    Tiles.check(
        head,
        files::read,
        (index, leaf) -> {
          String name = RECORDS + index + ".json";
          if (files.names().contains(name) && !java.util.Arrays.equals(bytes(name), leaf)) {
            throw new EvidenceException(name + " is not entry " + index + " of the tiles");
          }
        });
    understood.addAll(Tiles.names(head.size()));
    draft.proved("tiles_intact", head.size());
  }

  // -- the end ---------------------------------------------------------------------------------

  /**
   * Where a witness is known from outside, the newest head must bear its cosignature. Otherwise
   * whoever holds the live key could strip the line and rewrite what lies in the live epoch.
   */
  private void requireWitness(SignedNote newest) {
    boolean cosigned = pins.witnesses().stream().anyMatch(w -> newest.cosignedBy(w).isPresent());
    if (!pins.witnesses().isEmpty() && !cosigned) {
      draft.refuse(
          LOG + "checkpoint",
          "bears no cosignature of the given witness; HQ has not seen this head");
    }
  }

  /** The witnesses that are pinned, and those that the bundle names for comparison. */
  private Set<VerifierKey> knownWitnesses() throws IOException, EvidenceException {
    Set<VerifierKey> known = new LinkedHashSet<>(pins.witnesses());
    String name = LOG + "witness.vkey";
    understood.add(name);
    if (files.names().contains(name)) {
      for (String line : text(name).split("\n")) {
        known.add(VerifierKey.parse(line));
      }
    }
    return known;
  }

  private void refuseWhatIsNotUnderstood() {
    SortedSet<String> strange = new TreeSet<>(files.names());
    strange.removeAll(understood);
    for (String name : strange) {
      draft.refuse(name, "belongs to no part of a bundle");
    }
  }

  private void conclude(
      Checkpoint head, long records, KeyChain keys, SortedMap<Long, SignedNote> notes) {
    draft.proved("manifests_intact", files.names().size());
    draft.proved("bundle_intact", records, keys.origin(), head.size());
    if (pins.first().isPresent()) {
      draft.proved("first_key_pinned");
    } else {
      draft.notProved("first_key_not_given");
    }
    Cosigned.conclude(notes.values(), pins, draft);
    absences.conclude(draft);
    draft.limits();
    draft.notProved("limit_views");
  }
}
