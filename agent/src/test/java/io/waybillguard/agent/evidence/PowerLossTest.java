package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The power goes, at every moment of a run. What the run asked of the disk is recorded; after each
 * request the disk is laid out as a power loss may leave it, and the log is opened: all that was
 * said to be durable is there, and the log goes on.
 *
 * <p>In the build a share of the moments of a short run; by hand all of a long one, with {@code
 * -Dwg.power.commits=500 -Dwg.power.every=1}, from one request on with {@code -Dwg.power.first}.
 */
final class PowerLossTest {
  private static final Logger LOG = LoggerFactory.getLogger(PowerLossTest.class);

  @TempDir Path temp;

  private final Map<Long, String> acked = new HashMap<>();
  private final Set<Long> erased = new TreeSet<>();
  private final Set<Long> held = new TreeSet<>();

  /** Leaves whose content was seen to be what was acknowledged. */
  private final Map<Long, Hash> proven = new HashMap<>();

  private long pinned;

  @Test
  void whatWasSaidToBeDurableSurvivesThePowerGoingAtAnyMoment() throws Exception {
    int commits = Integer.getInteger("wg.power.commits", 120);
    int every = Integer.getInteger("wg.power.every", 31);
    int first = Integer.getInteger("wg.power.first", 0);
    long seed = Long.getLong("wg.power.seed", 20_260_612L);
    DiskShim shim = DiskShim.builtIn(temp);
    Path root = Files.createDirectories(temp.resolve("root"));
    Path trace = temp.resolve("trace");
    shim.run(RecordedChild.class, root, root, trace, commits, seed);
    List<DiskTrace.Op> ops = DiskTrace.read(trace);

    DiskImage disk = new DiskImage();
    Random random = new Random(seed);
    int moments = 0;
    int losses = 0;
    int offset = random.nextInt(every);
    Set<Integer> tried = new HashSet<>();
    for (int i = 0; i < ops.size(); i++) {
      disk.take(ops.get(i));
      if (ops.get(i) instanceof DiskTrace.Mark mark) {
        heard(mark.text());
        tried.clear();
        continue;
      }
      if (i < first || i % every != offset) {
        continue;
      }
      moments++;
      for (DiskImage.Luck luck : DiskImage.Luck.values()) {
        if (disk.unsynced() == 0 && luck != DiskImage.Luck.NONE) {
          continue;
        }
        Map<String, byte[]> files = disk.after(luck, random);
        int sum =
            files.entrySet().stream()
                .mapToInt(f -> f.getKey().hashCode() * 31 + Arrays.hashCode(f.getValue()))
                .sum();
        if (tried.add(sum)) {
          losses++;
          check(files, "request " + i + " of seed " + seed + ", " + luck);
        }
      }
    }
    LOG.warn(
        "commits={} requests={} moments={} power_losses={} acknowledged={} violations=0",
        commits,
        ops.size(),
        moments,
        losses,
        acked.size());
    assertTrue(moments > 50 && losses > moments, moments + " moments, " + losses + " losses");
    assertTrue(acked.size() >= commits && pinned > 0 && !erased.isEmpty() && !held.isEmpty());
  }

  private void heard(String mark) {
    String[] words = mark.split(" ");
    long number = Long.parseLong(words[1]);
    switch (words[0]) {
      case "ack" -> acked.put(number, words[2] + " " + words[3]);
      case "erased" -> erased.add(number);
      case "held" -> held.add(number);
      case "pinned" -> pinned = Math.max(pinned, number);
      default -> throw new AssertionError(mark);
    }
  }

  private void check(Map<String, byte[]> files, String when) throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try {
      DiskImage.lay(files, data);
      goesOn(data, when);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when + ": " + e, e);
    } finally {
      LogVerifierTest.deleteAll(data);
    }
  }

  private void goesOn(Path data, String when) throws Exception {
    HandClock clock = new HandClock(TestLog.NOON);
    try (EvidenceLog log = EvidenceLog.open(data, TestLog.SETTINGS, TestLog.around(clock));
        LogReader reader = LogReader.open(data)) {
      assertEquals(
          List.of("epoch-" + log.keys().last().number() + ".key"),
          names(data.resolve("keys")),
          when);
      assertFalse(names(data).stream().anyMatch(n -> n.startsWith("set-aside")), when);
      assertEquals("ok", reader.integrity(), when);
      Verdict verdict =
          LogVerifier.verify(reader, TestLog.pins(reader.keys().epochs().get(0).key()), done -> {});
      assertEquals(List.of(), verdict.refused(), when);
      assertEquals(log.durableSize(), verdict.records(), when);
      assertTrue(reader.pinnedSize() >= pinned, when);
      for (Map.Entry<Long, String> each : acked.entrySet()) {
        assertTrue(each.getKey() < reader.size(), () -> when + ": lost " + each);
        List<BodyPart> bodies = reader.bodies(each.getKey());
        if (bodies.isEmpty()) {
          // Erased: said so, or just about to be.
          assertTrue(
              erased.contains(each.getKey()) || isErasedByALeaf(reader, each.getKey()), when);
        } else {
          assertFalse(erased.contains(each.getKey()), () -> when + ": back is " + each);
          // A leaf promises its body, and the verifier has compared them.
          Hash leaf = Merkle.leaf(reader.leaf(each.getKey()).orElseThrow());
          if (!Objects.equals(proven.get(each.getKey()), leaf)) {
            String serial =
                Json.parse(bodies.get(0).data()).object("peripheral_device").text("serial_number");
            assertEquals(each.getValue(), serial.length() + " " + serial.replace("x", ""), when);
            proven.put(each.getKey(), leaf);
          }
        }
      }
      List<Long> holds = reader.holds().stream().map(h -> h.records().from()).toList();
      assertTrue(holds.containsAll(held), when);
      log.changeKey();
      assertFalse(log.commit());
    }
  }

  private static boolean isErasedByALeaf(LogReader reader, long index) throws Exception {
    for (long i = reader.size() - 1; i >= 0; i--) {
      Entry entry = reader.entry(i).orElseThrow();
      if (entry.type().equals("log.erase")) {
        return entry.leaf().toString().contains(String.valueOf(index));
      }
    }
    return false;
  }

  private static List<String> names(Path folder) throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> String.valueOf(p.getFileName())).toList();
    }
  }
}
