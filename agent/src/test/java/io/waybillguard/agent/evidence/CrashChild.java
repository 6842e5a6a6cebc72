package io.waybillguard.agent.evidence;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Urgency;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The process that {@link CrashLoopTest} kills: writes records as fast as it can, changes its key
 * every few commits, and says of each record when it is durable. Runs until it is killed.
 */
final class CrashChild {
  private CrashChild() {}

  /**
   * @param args data folder, seed, and a mark that all records of this run bear
   */
  public static void main(String[] args) throws IOException {
    Path data = Path.of(args[0]);
    Random random = new Random(Long.parseLong(args[1]));
    String mark = args[2];
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    HandClock clock = new HandClock(Instant.now());
    try (EvidenceLog log = EvidenceLog.open(data, TestLog.SETTINGS, TestLog.around(clock))) {
      say(out, "open " + log.durableSize());
      long number = 0;
      while (true) {
        List<String> acked = new ArrayList<>();
        int batch = 1 + random.nextInt(32);
        for (int i = 0; i < batch; i++) {
          Urgency urgency = random.nextInt(20) == 0 ? Urgency.CRITICAL : Urgency.ROUTINE;
          String serial = mark + "-" + number++;
          acked.add(
              "ack "
                  + log.append(Seen.attached(clock.instant(), serial), urgency)
                  + " "
                  + serial
                  + " .");
        }
        log.commit();
        say(out, String.join("\n", acked));
        switch (random.nextInt(12)) {
          case 0 -> log.changeKey();
          case 1 -> cosign(log, data, clock);
          default -> {}
        }
      }
    }
  }

  /** HQ's word on the newest head: kept, and now and then followed by another key. */
  private static void cosign(EvidenceLog log, Path data, HandClock clock) throws IOException {
    log.seal();
    long size = log.sealedSize();
    SignedNote head;
    try (LogReader reader = LogReader.open(data)) {
      head = reader.newestCheckpoint().orElseThrow();
    }
    clock.pass(TestLog.SETTINGS.keyEpochPause().dividedBy(2));
    log.accept(EvidenceLog.Witness.HEAD, size, TestLog.HEAD.cosign(head.text(), clock.instant()));
  }

  /** A line that the parent can rely on: it is in the pipe when this returns. */
  private static void say(PrintStream out, String line) {
    out.println(line);
    out.flush();
  }
}
