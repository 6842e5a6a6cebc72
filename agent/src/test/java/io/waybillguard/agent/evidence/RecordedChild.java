package io.waybillguard.agent.evidence;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.event.Urgency;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/**
 * The process of {@link PowerLossTest}: writes a log with all that happens to one, and marks in the
 * trace of its requests to the disk what it holds for durable.
 */
final class RecordedChild {
  private final HandClock clock = new HandClock(TestLog.NOON);
  private final Path data;
  private final Random random;
  private final int commits;

  private RecordedChild(Path data, int commits, long seed) {
    this.data = data;
    this.commits = commits;
    this.random = new Random(seed);
  }

  /**
   * @param args data folder, file of the trace, commits, seed
   */
  public static void main(String[] args) throws IOException {
    DiskShim.Lever.record(Path.of(args[1]));
    new RecordedChild(Path.of(args[0]), Integer.parseInt(args[2]), Long.parseLong(args[3])).live();
  }

  private void live() throws IOException {
    int number = 0;
    for (int done = 0; done < commits; ) {
      // Ends without a word now and then: the next start finds a WAL.
      int until = Math.min(commits, done + 90 + random.nextInt(120));
      try (EvidenceLog log = EvidenceLog.open(data, TestLog.SETTINGS, TestLog.around(clock))) {
        for (; done < until; done++) {
          List<String> durable = new ArrayList<>();
          for (int i = random.nextInt(4); i >= 0; i--) {
            Urgency urgency = random.nextInt(12) == 0 ? Urgency.CRITICAL : Urgency.ROUTINE;
            String serial = "S" + number++ + "x".repeat(random.nextInt(30) == 0 ? 6_000 : 0);
            long seq = log.append(Seen.attached(clock.instant(), serial), urgency);
            durable.add("ack " + seq + " " + serial.length() + " " + serial.replace("x", ""));
          }
          log.commit();
          durable.forEach(DiskShim.Lever::mark);
          clock.pass(Duration.ofSeconds(1 + random.nextInt(40)));
          something(log);
        }
      }
    }
  }

  private void something(EvidenceLog log) throws IOException {
    switch (random.nextInt(16)) {
      case 0 -> log.changeKey();
      case 1 -> cosign(log, EvidenceLog.Witness.HEAD);
      case 2 -> cosign(log, EvidenceLog.Witness.MIRROR);
      case 3 -> {
        long one = random.nextLong(log.durableSize());
        for (Span gone : log.erase(new TreeSet<>(List.of(one)), "PI-1").erased()) {
          DiskShim.Lever.mark("erased " + gone.from());
        }
      }
      case 4 -> {
        long one = random.nextLong(log.durableSize());
        Span records = new Span(one, one + 5);
        if (log.hold("HZ-1", records)) {
          DiskShim.Lever.mark("held " + records.from());
        }
      }
      case 5, 6 -> {
        while (log.tidy()) {
          clock.pass(Duration.ofMillis(10));
        }
      }
      default -> {}
    }
  }

  private void cosign(EvidenceLog log, EvidenceLog.Witness witness) throws IOException {
    log.seal();
    long size = log.sealedSize();
    SignedNote head;
    try (LogReader reader = LogReader.open(data)) {
      head = reader.newestCheckpoint().orElseThrow();
    }
    SigningKey key = witness == EvidenceLog.Witness.HEAD ? TestLog.HEAD : TestLog.MIRROR;
    log.accept(witness, size, key.cosign(head.text(), clock.instant()));
    DiskShim.Lever.mark("pinned " + size);
  }
}
