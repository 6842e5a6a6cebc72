package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A byte of the log's file changes, by decay or by hand: refused, or nothing that is evidence has
 * changed. Never a crash.
 *
 * <p>The build flips a seeded sample, about one byte in {@value #STEP}; all of them by hand with
 * {@code -Dwg.flip.step=1} (some ten minutes).
 */
final class FlippedByteTest {
  private static final int STEP = 80;

  @TempDir Path temp;

  @Test
  void noFlippedByteChangesEvidenceUnseen() throws IOException {
    Path data = temp.resolve("data");
    Pins pins;
    try (TestLog desk = TestLog.in(data)) {
      desk.add(7).seal().add(4).changeKey();
      desk.add(5).cosign(EvidenceLog.Witness.HEAD).add(6).changeKey().add(6).seal();
      assertEquals(30, desk.log().durableSize());
      pins = desk.pins();
    }
    Path file = data.resolve(EvidenceLog.FILE);
    assertTrue(Files.notExists(data.resolve(EvidenceLog.FILE + "-wal")), "all is in one file");
    String before;
    try (LogReader reader = LogReader.open(data)) {
      assertEquals(List.of(), LogVerifier.verify(reader, pins, n -> {}).refused());
      before = content(reader);
    }
    removeSideFiles(data);
    byte[] sound = Files.readAllBytes(file);
    int step = Integer.getInteger("wg.flip.step", STEP);
    Random random = new Random(20_260_612);
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int at = random.nextInt(step); at < sound.length; at += 1 + random.nextInt(2 * step - 1)) {
      byte mask = (byte) (1 << random.nextInt(8));
      set(file, at, (byte) (sound[at] ^ mask));
      String outcome = outcome(data, pins, before, at, mask);
      outcomes.merge(outcome, 1, Integer::sum);
      removeSideFiles(data);
      set(file, at, sound[at]);
    }
    assertEquals(before, contentOf(data), "the file is as it was");
    assertEquals(0, outcomes.getOrDefault("CHANGED UNSEEN", 0), outcomes.toString());
    assertTrue(outcomes.getOrDefault("refused", 0) > 0, outcomes.toString());
    assertTrue(outcomes.getOrDefault("same content", 0) > 0, outcomes.toString());
    report(sound.length, outcomes);
  }

  /** Before each note in a content, and at its end. */
  private static final String NOTES = "\u0001";

  private static String outcome(Path data, Pins pins, String before, int at, byte mask) {
    try (LogReader reader = LogReader.open(data)) {
      if (content(reader).equals(before)) {
        return "same content";
      }
      Verdict verdict = LogVerifier.verify(reader, pins, n -> {});
      if (!verdict.holds()) {
        return "refused";
      }
      if (onlyNotesAreFewer(content(reader), before)) {
        // A note that closed no epoch may be thinned out at any time: without it less is proved,
        // and
        // nothing else is.
        return "a note fewer";
      }
      // Erasure and decay look alike; either way the verdict says that content is absent.
      boolean said = verdict.notProved().stream().anyMatch(s -> s.key().equals("bodies_absent"));
      return said ? "content absent, and said so" : "CHANGED UNSEEN";
    } catch (IOException e) {
      return "cannot be read";
    } catch (RuntimeException e) {
      throw new AssertionError("byte " + at + " ^ " + mask + " crashed the verifier", e);
    }
  }

  /**
   * Whether all lines of one content are in the other, and what is missing there are whole notes.
   */
  private static boolean onlyNotesAreFewer(String now, String before) {
    String records = before.substring(0, before.indexOf(NOTES));
    List<String> notes = List.of(before.substring(before.indexOf(NOTES)).split(NOTES, -1));
    return now.startsWith(records)
        && notes.containsAll(List.of(now.substring(records.length()).split(NOTES, -1)));
  }

  /** All that is evidence, as text. The tables "search" and "state" are not. */
  private static String content(LogReader reader) throws IOException {
    List<String> all = new ArrayList<>();
    reader.keys().epochs().forEach(e -> all.add(e.toString()));
    long size = Math.min(reader.size(), 1_000);
    for (long i = 0; i < size; i++) {
      all.add(reader.leaf(i).map(leaf -> Hash.sha256(leaf).hex()).orElse("-"));
      for (BodyPart body : reader.bodies(i)) {
        all.add(
            body.part() + " " + Hash.sha256(body.salt()).hex() + Hash.sha256(body.data()).hex());
      }
    }
    reader.checkpoints(0, Long.MAX_VALUE).forEach((s, note) -> all.add(NOTES + s + "\n" + note));
    return String.join("\n", all) + NOTES;
  }

  private static String contentOf(Path data) throws IOException {
    try (LogReader reader = LogReader.open(data)) {
      return content(reader);
    }
  }

  private static void set(Path file, int at, byte value) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(at);
      out.write(value);
    }
  }

  /** A reader leaves a WAL of no length and its index behind. */
  private static void removeSideFiles(Path data) throws IOException {
    Files.deleteIfExists(data.resolve(EvidenceLog.FILE + "-wal"));
    Files.deleteIfExists(data.resolve(EvidenceLog.FILE + "-shm"));
  }

  private static void report(int length, Map<String, Integer> outcomes) {
    int flips = outcomes.values().stream().mapToInt(Integer::intValue).sum();
    org.slf4j.LoggerFactory.getLogger(FlippedByteTest.class)
        .warn("flipped {} of {} bytes: {}", flips, length, outcomes);
  }
}
