package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.detect.Circumstances;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.pipeline.Inbox;
import io.waybillguard.agent.pipeline.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The process of {@link RefusedDiskTest}: the same short life of a log over and over, with the disk
 * refusing from the first request on, from the second, and so on until it was never asked so often.
 */
final class RefusedDiskChild {
  private static final int STEPS = 24;
  private static final Retention RETENTION =
      new Retention(
          Duration.ofDays(30), Duration.ofDays(180), Duration.ofDays(1095), 2L << 30, 64 << 10);

  private final Path data;
  private final Random random;
  private final HandClock clock = new HandClock(TestLog.NOON);
  private final List<String> shown = new ArrayList<>();
  private final Map<String, CompletableFuture<?>> promised = new HashMap<>();
  private int starts;

  private RefusedDiskChild(Path data, long seed) {
    this.data = data;
    this.random = new Random(seed);
  }

  /**
   * @param args folder, errno, first request to refuse, and how many requests to go further each
   *     time
   */
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    int error = Integer.parseInt(args[1]);
    long from = Long.parseLong(args[2]);
    int stride = Integer.parseInt(args[3]);
    long lives = 0;
    long told = 0;
    long startsRefused = 0;
    while (true) {
      Path data = root.resolve("data-" + from);
      // So many in a row, that what is tried again at once, a second later, or only much later
      // fails.
      int count = new int[] {1, 3, 40}[(int) (lives % 3)];
      int part = new int[] {0, 512, 1700}[(int) (lives / 3 % 3)];
      RefusedDiskChild life = new RefusedDiskChild(data, 1);
      DiskShim.Lever.refuse(from, count, error, part);
      life.live();
      long asked = DiskShim.Lever.refuse(0, 0, 0, 0);
      told += life.check("refused from request " + from + ", " + count + " of them") ? 1 : 0;
      startsRefused += life.starts - 1;
      lives++;
      LogVerifierTest.deleteAll(data);
      if (asked < from) {
        System.out.println(
            "lives="
                + lives
                + " requests="
                + asked
                + " with_store_full="
                + told
                + " starts_refused="
                + startsRefused);
        return;
      }
      from += stride;
    }
  }

  private EvidenceLog open() throws IOException {
    for (starts = 1; ; starts++) {
      try {
        return EvidenceLog.open(data, TestLog.settings(RETENTION), TestLog.around(clock));
      } catch (IOException refused) {
        if (starts > 60) {
          throw refused;
        }
      }
    }
  }

  private void live() throws Exception {
    Inbox inbox = new Inbox(64);
    EvidenceLog log = open();
    try (log) {
      Pipeline pipeline =
          new Pipeline(
              inbox,
              log,
              new Judge(List::of, new Circumstances(Circumstances.Terms.NONE)),
              new Pipeline.BatchLimits(256, Duration.ZERO),
              clock,
              clock::micros,
              types -> {});
      for (int step = 0; step < STEPS; step++) {
        for (int i = random.nextInt(4); i >= 0; i--) {
          String serial = "S" + shown.size();
          inbox.offer(Seen.attached(clock.instant(), serial));
          shown.add(serial);
        }
        ask(pipeline, step);
        turn(pipeline, inbox);
        clock.pass(Duration.ofMillis(1100));
      }
      for (int more = 0; log.pendingSize() > 0 || log.isErasing(); more++) {
        assertTrue(more < 200, "it never writes what waits");
        turn(pipeline, inbox);
        clock.pass(Duration.ofMillis(1100));
      }
      pipeline.end();
    }
  }

  private static void turn(Pipeline pipeline, Inbox inbox) throws Exception {
    inbox.wake();
    pipeline.step();
  }

  private void ask(Pipeline pipeline, int step) throws IOException {
    switch (step) {
      case 3, 9, 15 -> promised.put("seal " + step, pipeline.seal());
      case 4, 10, 16 -> cosign(pipeline, step);
      case 5 -> promised.put("hold", pipeline.hold("HZ-1", new Span(0, 2)));
      case 7 -> promised.put("erase", pipeline.erase(new TreeSet<>(List.of(1L, 3L, 4L)), "PI-1"));
      case 12 -> promised.put("release", pipeline.release("HZ-1", new Span(0, 2)));
      case 18 -> clock.pass(Duration.ofHours(25));
      default -> {}
    }
  }

  private void cosign(Pipeline pipeline, int step) throws IOException {
    try (LogReader reader = LogReader.open(data)) {
      if (reader.newestCheckpoint().isPresent()) {
        String text = reader.newestCheckpoint().get().text();
        long size = Checkpoint.parse(text).size();
        promised.put(
            "cosign " + step,
            pipeline.accept(
                EvidenceLog.Witness.MIRROR, size, TestLog.MIRROR.cosign(text, clock.instant())));
      }
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }

  /** Everything shown is there once and in order, or counted; says whether the log told of it. */
  private boolean check(String when) throws Exception {
    try (Stream<Path> all = Files.list(data)) {
      assertEquals(List.of(), all.filter(p -> p.toString().contains("set-aside")).toList(), when);
    }
    try (EvidenceLog log =
            EvidenceLog.open(data, TestLog.settings(RETENTION), TestLog.around(clock));
        LogReader reader = LogReader.open(data)) {
      assertEquals("ok", reader.integrity(), when);
      VerifierKey first = reader.keys().epochs().get(0).key();
      Verdict verdict = LogVerifier.verify(reader, TestLog.pins(first), done -> {});
      assertEquals(List.of(), verdict.refused(), when);
      assertEquals(log.durableSize(), verdict.records(), when);
      List<String> serials = new ArrayList<>();
      List<String> erased = new ArrayList<>();
      boolean full = false;
      for (long seq = 0; seq < reader.size(); seq++) {
        Entry entry = reader.entry(seq).orElseThrow();
        full |= entry.type().equals("store.full");
        assertTrue(!entry.type().equals("log.gap"), when + ": nothing was too much for the memory");
        if (entry.type().equals("usb.attach")) {
          if (entry.bodies().isEmpty()) {
            erased.add("S" + serials.size());
            serials.add("S" + serials.size());
          } else {
            Json.Obj body = Json.parse(entry.bodies().get(0).data());
            serials.add(body.object("peripheral_device").text("serial_number"));
          }
        }
      }
      assertEquals(shown, serials, when);
      assertTrue(erased.size() <= 3, when + ": erased " + erased);
      promised.forEach(
          (what, answer) -> assertTrue(answer.isDone(), when + ": nobody answered " + what));
      return full;
    }
  }
}
