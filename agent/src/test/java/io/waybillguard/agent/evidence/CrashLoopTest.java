package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that writes is killed with SIGKILL at moments that nobody chose, again and again: what
 * it said was durable is there, and the next start goes on from it.
 *
 * <p>A dozen kills in the build; as many as you like by hand with {@code -Dwg.crash.kills=1000}.
 */
final class CrashLoopTest {
  private static final Logger LOG = LoggerFactory.getLogger(CrashLoopTest.class);
  private static final int KILLS = 12;

  /** Kills on one log before the next is begun, so that checking all of it stays quick. */
  private static final int KILLS_A_LOG = 12;

  @TempDir Path temp;

  private long acknowledged;
  private long unacknowledged;
  private long killedWhileOpening;
  private long slowestStartMillis;

  @Test
  void whatWasSaidToBeDurableSurvivesEveryKill() throws Exception {
    int kills = Integer.getInteger("wg.crash.kills", KILLS);
    long seed = Long.getLong("wg.crash.seed", 20_260_612L);
    Random random = new Random(seed);
    Map<Long, String> acked = new HashMap<>();
    Path data = temp.resolve("data-0");
    for (int kill = 0; kill < kills; kill++) {
      if (kill % KILLS_A_LOG == 0) {
        LogVerifierTest.deleteAll(Files.createDirectories(data));
        data = temp.resolve("data-" + kill);
        acked.clear();
      }
      Map<Long, String> more = runAndKill(data, random, "k" + kill);
      acked.putAll(more);
      acknowledged += more.size();
      check(data, acked, "kill " + kill + " of seed " + seed);
    }
    LOG.warn(
        "kills={} acknowledged={} durable_but_unacknowledged={} killed_while_opening={} slowest_start_ms={} lost=0",
        kills,
        acknowledged,
        unacknowledged,
        killedWhileOpening,
        slowestStartMillis);
    assertTrue(acknowledged > 0, "no child got as far as a commit");
  }

  /** Lets a child write and kills it; gives what it had acknowledged, by place. */
  private Map<Long, String> runAndKill(Path data, Random random, String mark) throws Exception {
    boolean early = random.nextInt(5) == 0;
    long millis = early ? 150 + random.nextInt(600) : 20 + random.nextInt(481);
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + Files.createDirectories(temp.resolve("unpacked")),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                CrashChild.class.getName(),
                data.toString(),
                String.valueOf(random.nextLong()),
                mark)
            .redirectError(temp.resolve("child.err").toFile())
            .start();
    Map<Long, String> acked = new HashMap<>();
    Thread reader = new Thread(() -> read(child, early, millis, acked), "crash-reader");
    reader.start();
    if (early) {
      kill(child, millis);
    }
    assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the child was not killed");
    reader.join();
    assertEquals(
        128 + 9, child.exitValue(), () -> "it ended by itself: " + text(temp.resolve("child.err")));
    if (acked.isEmpty()) {
      killedWhileOpening++;
    }
    return acked;
  }

  /** Reads what the child says; kills it some time after its first acknowledgement. */
  private static void read(Process child, boolean early, long millis, Map<Long, String> acked) {
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      boolean sentenced = early;
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        String[] words = line.split(" ");
        // A line without its full stop was cut by the kill: it is no acknowledgement.
        if (words[0].equals("ack") && words.length == 4) {
          acked.put(Long.parseLong(words[1]), words[2]);
          if (!sentenced) {
            sentenced = true;
            new Thread(() -> kill(child, millis), "crash-killer").start();
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The time is what is tried here, so this one waits by the clock. */
  private static void kill(Process child, long millis) {
    try {
      child.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Not Process.destroyForcibly: it closes the pipe, and what the child said last is lost.
    child.toHandle().destroyForcibly();
  }

  private void check(Path data, Map<Long, String> acked, String when) throws Exception {
    if (Files.notExists(data.resolve(EvidenceLog.FILE))) {
      assertTrue(acked.isEmpty(), when);
      return;
    }
    HandClock clock = new HandClock(Instant.now());
    long before = System.nanoTime();
    try (EvidenceLog log = EvidenceLog.open(data, TestLog.SETTINGS, TestLog.around(clock))) {
      slowestStartMillis =
          Math.max(slowestStartMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
      assertEquals(List.of(), names(data, "set-aside-"), when);
      KeyChain.Epoch live = log.keys().last();
      assertEquals(
          List.of("epoch-" + live.number() + ".key"), names(data.resolve("keys"), ""), when);
      try (LogReader reader = LogReader.open(data)) {
        assertEquals("ok", reader.integrity(), when);
        VerifierKey first = reader.keys().epochs().get(0).key();
        Verdict verdict =
            LogVerifier.verify(
                reader, new Pins(Optional.of(first), List.of(TestLog.HEAD.verifier())), done -> {});
        assertEquals(List.of(), verdict.refused(), when);
        assertEquals(log.durableSize(), verdict.records(), when);
        int last = 0;
        for (Map.Entry<Long, String> each : acked.entrySet()) {
          assertTrue(each.getKey() < reader.size(), () -> when + ": lost " + each);
          byte[] body = reader.bodies(each.getKey()).get(0).data();
          String serial = Json.parse(body).object("peripheral_device").text("serial_number");
          assertEquals(each.getValue(), serial, when);
          last++;
        }
        assertEquals(acked.size(), last);
        unacknowledged += unacknowledged(reader, acked);
      }
      // It goes on: under its key, without a gap.
      log.changeKey();
      assertFalse(log.commit());
    }
  }

  /** Records after the last that was acknowledged: durable, though nobody heard of it. */
  private static long unacknowledged(LogReader reader, Map<Long, String> acked) throws IOException {
    long newest = acked.keySet().stream().mapToLong(Long::longValue).max().orElse(-1);
    return reader.size() - newest - 1;
  }

  private static List<String> names(Path folder, String prefix) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> String.valueOf(p.getFileName()))
          .filter(n -> n.startsWith(prefix))
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
