package io.waybillguard.agent.evidence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every byte of a small log's database, WAL and key file changes once, by decay or by hand:
 * refused, or nothing that is evidence has changed. Never a crash, a hang or a silent change. Which
 * bit of a byte changes is drawn from a seed.
 */
final class EveryByteTest {
  private static final long SEED = 20_260_612;

  @TempDir Path slow;
  private Path temp;

  /** Some hundred thousand openings: in memory, where the system has a folder there. */
  @BeforeEach
  void whereItIsQuick() throws IOException {
    Path memory = Path.of("/dev/shm");
    temp = Files.isWritable(memory) ? Files.createTempDirectory(memory, "every-byte") : slow;
  }

  @AfterEach
  void tidyUp() throws IOException {
    LogVerifierTest.deleteAll(temp);
  }

  // -- database
  // --------------------------------------------------------------------------------------

  @Test
  @Timeout(600)
  void noByteOfTheDatabaseChangesEvidenceUnseen() throws IOException {
    Path data = temp.resolve("data");
    Pins pins;
    try (TestLog desk = TestLog.in(data)) {
      desk.add(2).changeKey().add(1).cosign(EvidenceLog.Witness.HEAD).add(1).seal();
      pins = desk.pins();
    }
    assertTrue(Files.notExists(data.resolve(EvidenceLog.FILE + "-wal")), "all is in one file");
    Map<String, Integer> outcomes = flipAll(data, EvidenceLog.FILE, pins, 0);
    assertOnly(
        outcomes,
        "same content",
        "refused",
        "cannot be read",
        "a note fewer",
        "content absent, and said so");
    assertTrue(outcomes.getOrDefault("refused", 0) > 0, outcomes.toString());
    assertTrue(outcomes.getOrDefault("cannot be read", 0) > 0, outcomes.toString());
  }

  // -- WAL
  // -------------------------------------------------------------------------------------------

  /**
   * A frame of the WAL whose checksum is wrong ends it, as a torn write does: the log is then the
   * one of an earlier commit. HQ, which has seen more, sees that.
   */
  @Test
  @Timeout(600)
  void noByteOfTheWalChangesEvidenceUnseen() throws IOException {
    Path data = temp.resolve("data");
    try (TestLog desk = TestLog.in(data)) {
      desk.add(2).cosign(EvidenceLog.Witness.HEAD);
    }
    Path killed;
    Pins pins;
    try (TestLog desk = TestLog.in(data)) {
      desk.add(1).seal();
      killed = TestLog.copy(data, temp.resolve("killed"));
      pins = desk.firstKeyOnly();
    }
    Files.delete(killed.resolve(EvidenceLog.FILE + "-shm"));
    assertTrue(Files.size(killed.resolve(EvidenceLog.FILE + "-wal")) > 4096, "a record is in it");
    Map<String, Integer> outcomes = flipAll(killed, EvidenceLog.FILE + "-wal", pins, 3);
    assertOnly(
        outcomes, "same content", "an earlier commit, smaller than HQ knows", "a note fewer");
    assertTrue(
        outcomes.getOrDefault("an earlier commit, smaller than HQ knows", 0) > 4096,
        outcomes.toString());
  }

  // -- key
  // -------------------------------------------------------------------------------------------

  /**
   * Each bit, since they are few. Some say the same key in other words, such as another version of
   * the envelope.
   */
  @Test
  void noBitOfTheKeyFileGivesAnotherKey() throws Exception {
    Path data = temp.resolve("data");
    VerifierKey key;
    try (TestLog desk = TestLog.in(data)) {
      desk.add(1).changeKey();
      key = desk.log().keys().last().key();
    }
    Path file = data.resolve("keys").resolve("epoch-1.key");
    byte[] sound = Files.readAllBytes(file);
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int bit = 0; bit < 8 * sound.length; bit++) {
      byte[] flipped = sound.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, flipped);
      outcomes.merge(keyOutcome(data, key), 1, Integer::sum);
    }
    assertOnly(outcomes, "refused", "same key");
    assertTrue(outcomes.getOrDefault("refused", 0) >= 8 * 32, "all of the secret: " + outcomes);
    report("key file, bit by bit", sound.length, outcomes);
  }

  private static String keyOutcome(Path data, VerifierKey key) throws IOException {
    try {
      SigningKey read = new KeyFiles(data.resolve("keys")).read(1, key).orElseThrow();
      String text = "what it signs";
      boolean same = key.verifies(text.getBytes(UTF_8), read.sign(text).signature());
      return same && read.verifier().equals(key) ? "same key" : "ANOTHER KEY";
    } catch (EvidenceException e) {
      return "refused";
    }
  }

  // -- flipping
  // --------------------------------------------------------------------------------------

  /** One worker a processor, each with a copy of the folder. */
  private Map<String, Integer> flipAll(Path data, String name, Pins pins, long hqKnows)
      throws IOException {
    String before;
    try (LogReader reader = LogReader.open(data)) {
      assertEquals(List.of(), LogVerifier.verify(reader, pins, n -> {}).refused());
      before = content(reader);
    }
    restore(data, name, Files.readAllBytes(data.resolve(name)));
    byte[] sound = Files.readAllBytes(data.resolve(name));
    int workers = Runtime.getRuntime().availableProcessors();
    List<Path> copies = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      copies.add(TestLog.copy(data, temp.resolve(name + "-" + w)));
    }
    byte[] masks = new byte[sound.length];
    Random random = new Random(SEED);
    for (int at = 0; at < masks.length; at++) {
      masks[at] = (byte) (1 << random.nextInt(8));
    }
    Map<String, Integer> outcomes =
        IntStream.range(0, workers)
            .parallel()
            .mapToObj(
                w -> {
                  Map<String, Integer> mine = new TreeMap<>();
                  for (int at = w; at < sound.length; at += workers) {
                    String outcome =
                        flip(copies.get(w), name, sound, at, masks[at], pins, before, hqKnows);
                    mine.merge(outcome, 1, Integer::sum);
                  }
                  return mine;
                })
            .flatMap(mine -> mine.entrySet().stream())
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, Map.Entry::getValue, Integer::sum, TreeMap::new));
    report(name, sound.length, outcomes);
    assertEquals(
        sound.length, outcomes.values().stream().mapToInt(Integer::intValue).sum(), "each once");
    return outcomes;
  }

  private static String flip(
      Path data,
      String name,
      byte[] sound,
      int at,
      byte mask,
      Pins pins,
      String before,
      long hqKnows) {
    try {
      try (RandomAccessFile out = new RandomAccessFile(data.resolve(name).toFile(), "rw")) {
        out.seek(at);
        out.write(sound[at] ^ mask);
      }
      String outcome = outcome(data, pins, before, hqKnows, at + "^" + mask);
      restore(data, name, sound);
      return outcome;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A reader leaves an index of the WAL behind, and may have taken the WAL in. */
  private static void restore(Path data, String name, byte[] sound) throws IOException {
    Files.deleteIfExists(data.resolve(EvidenceLog.FILE + "-shm"));
    if (name.equals(EvidenceLog.FILE)) {
      Files.deleteIfExists(data.resolve(EvidenceLog.FILE + "-wal"));
    }
    Files.write(data.resolve(name), sound);
  }

  private static String outcome(Path data, Pins pins, String before, long hqKnows, String where) {
    try (LogReader reader = LogReader.open(data)) {
      String now = content(reader);
      if (now.equals(before)) {
        return "same content";
      }
      Verdict verdict = LogVerifier.verify(reader, pins, n -> {});
      if (!verdict.holds()) {
        return "refused";
      }
      if (reader.size() < hqKnows && isPrefix(now, before)) {
        return "an earlier commit, smaller than HQ knows";
      }
      if (onlyNotesAreFewer(now, before)) {
        // A note that closed no epoch may be thinned out: without it, less is proved.
        return "a note fewer";
      }
      // Erasure and decay look alike; either way the verdict says that content is absent.
      boolean said = verdict.notProved().stream().anyMatch(s -> s.key().equals("bodies_absent"));
      return said && withoutBodies(before).equals(withoutBodies(now))
          ? "content absent, and said so"
          : "CHANGED UNSEEN at " + where + ": " + difference(now, before);
    } catch (IOException e) {
      return "cannot be read";
    } catch (RuntimeException e) {
      throw new AssertionError("byte " + where + " crashed the verifier", e);
    }
  }

  private static void assertOnly(Map<String, Integer> outcomes, String... allowed) {
    List<String> others = new ArrayList<>(outcomes.keySet());
    others.removeAll(Arrays.asList(allowed));
    assertEquals(List.of(), others);
  }

  // -- what is evidence
  // ------------------------------------------------------------------------------

  private static final String NOTES = "\u0001";
  private static final String BODY = "body ";

  /** All that is evidence, as text. The tables "search" and "state" are not. */
  private static String content(LogReader reader) throws IOException {
    List<String> all = new ArrayList<>();
    reader.keys().epochs().forEach(e -> all.add(e.toString()));
    long size = Math.min(reader.size(), 100);
    for (long i = 0; i < size; i++) {
      all.add(reader.leaf(i).map(leaf -> Hash.sha256(leaf).hex()).orElse("-"));
      for (BodyPart body : reader.bodies(i)) {
        all.add(BODY + body.part() + Hash.sha256(body.salt(), body.data()).hex());
      }
    }
    reader.checkpoints(0, Long.MAX_VALUE).forEach((s, note) -> all.add(NOTES + s + "\n" + note));
    return String.join("\n", all) + NOTES;
  }

  private static boolean isPrefix(String now, String before) {
    return before.startsWith(records(now))
        && onlyNotesAreFewer(NOTES + notesOf(now), NOTES + notesOf(before));
  }

  private static String records(String content) {
    return content.substring(0, content.indexOf(NOTES)).strip();
  }

  private static String notesOf(String content) {
    return content.substring(content.indexOf(NOTES));
  }

  /**
   * Whether all lines of one content are in the other, and what is missing there are whole notes.
   */
  private static boolean onlyNotesAreFewer(String now, String before) {
    return records(now).equals(records(before))
        && notes(notesOf(before)).containsAll(notes(notesOf(now)));
  }

  private static List<String> notes(String text) {
    return Stream.of(text.split(NOTES, -1)).map(String::strip).toList();
  }

  private static String withoutBodies(String content) {
    return content.lines().filter(l -> !l.startsWith(BODY)).collect(Collectors.joining("\n"));
  }

  /** What one content has that the other lacks, for a failure's message. */
  private static String difference(String now, String before) {
    List<String> more = new ArrayList<>(List.of(now.split("\n", -1)));
    more.removeAll(List.of(before.split("\n", -1)));
    List<String> fewer = new ArrayList<>(List.of(before.split("\n", -1)));
    fewer.removeAll(List.of(now.split("\n", -1)));
    return "more " + more + ", fewer " + fewer;
  }

  private static void report(String what, int length, Map<String, Integer> outcomes) {
    org.slf4j.LoggerFactory.getLogger(EveryByteTest.class)
        .warn("{}: all {} bytes flipped once: {}", what, length, outcomes);
  }
}
