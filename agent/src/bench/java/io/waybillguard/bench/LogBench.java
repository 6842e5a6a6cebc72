package io.waybillguard.bench;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.LogVerifier;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.Verdict;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;

/**
 * What the evidence log costs, beside what it cannot do without: SQLite for appending, SHA-256 for
 * checking. Prints a table and writes JSON.
 */
public final class LogBench {
  private static final int[] ALL_BATCHES = {1, 8, 64, 256};
  private static final int[] TWO_BATCHES = {8, 256};

  private final Path work;
  private final int[] batches;
  private final int rounds;
  private final List<Json.Obj> results = new ArrayList<>();

  private LogBench(Path work, boolean quick) {
    this.work = work;
    this.batches = quick ? TWO_BATCHES : ALL_BATCHES;
    this.rounds = quick ? 1 : 3;
  }

  /** {@code LogBench FOLDER LEAVES OUT.json [quick]}. */
  public static void main(String[] args) throws Exception {
    LogBench bench = new LogBench(Path.of(args[0]), args.length > 3);
    bench.appends("routine", SampleLog::routine);
    bench.appends("critical", SampleLog::critical);
    bench.large(Long.parseLong(args[1]));
    Path out = Path.of(args[2]);
    Files.writeString(out, Json.object().put("results", bench.results).indented() + "\n");
    System.out.println("JSON: " + out);
  }

  // -- appending ---------------------------------------------------------------------------------

  private void appends(String kind, LongFunction<Event> events) throws Exception {
    System.out.println(
        "durable appends a second of " + kind + " records, median of " + rounds + " rounds each");
    System.out.println("  batch    log/s    plain sqlite-jdbc/s    ratio");
    for (int batch : batches) {
      int records = Math.min(20_000, Math.max(1_500, batch * 100));
      double[] log = new double[rounds];
      double[] plain = new double[rounds];
      // One round of each is not counted: it warms up the compiler and the disk.
      for (int round = -1; round < rounds; round++) {
        Path data = work.resolve("append-" + kind + "-" + batch + "-" + round);
        double one = append(data, batch, records, events);
        double other =
            new PlainSqlite(data.resolve("evidence.db"), batch).write(work.resolve("plain.db"));
        if (round >= 0) {
          log[round] = one;
          plain[round] = other;
        }
        delete(data);
      }
      double ratio = median(log) / median(plain);
      System.out.printf(
          Locale.ROOT, "  %5d %8.0f %22.0f %8.2f%n", batch, median(log), median(plain), ratio);
      results.add(
          Json.object()
              .put("what", "append")
              .put("kind", kind)
              .put("batch", batch)
              .put("log_per_s", Math.round(median(log)))
              .put("sqlite_per_s", Math.round(median(plain)))
              .put("ratio_percent", Math.round(100 * ratio)));
    }
  }

  private static double append(Path data, int batch, int records, LongFunction<Event> events)
      throws IOException {
    Files.createDirectories(data);
    try (EvidenceLog log = SampleLog.open(data)) {
      long began = System.nanoTime();
      for (int n = 0; n < records; ) {
        for (int i = 0; i < batch && n < records; i++) {
          log.append(events.apply(n++));
        }
        log.commit();
        log.tidy(); // as the pipeline does after each commit
      }
      return records * 1e9 / (System.nanoTime() - began);
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  // -- a large log -------------------------------------------------------------------------------

  private void large(long leaves) throws Exception {
    Path data = Files.createDirectories(work.resolve("large"));
    long began = System.nanoTime();
    try (EvidenceLog log = SampleLog.open(data)) {
      for (long n = 0; n < leaves; ) {
        for (int i = 0; i < 256 && n < leaves; i++) {
          log.append(SampleLog.routine(n++));
        }
        log.commit();
        log.tidy();
      }
      log.seal();
    }
    double made = seconds(began);

    began = System.nanoTime();
    try (EvidenceLog log = SampleLog.open(data)) {
      double start = seconds(began);
      System.out.printf(
          Locale.ROOT,
          "start on %,d leaves: %.3f s (they were made in %.0f s)%n",
          log.durableSize(),
          start,
          made);
      results.add(
          Json.object()
              .put("what", "start")
              .put("leaves", leaves)
              .put("ms", Math.round(1000 * start)));
    }

    Path bytes = work.resolve("bytes");
    long size = dump(data, bytes);
    double sum = sha256sum(bytes);
    began = System.nanoTime();
    try (LogReader reader = LogReader.open(data)) {
      Verdict verdict = LogVerifier.verify(reader, Pins.NONE, done -> {});
      if (!verdict.holds()) {
        throw new IllegalStateException("the log does not hold: " + verdict.refused());
      }
    }
    double verify = seconds(began);
    System.out.printf(
        Locale.ROOT,
        "verify %,d leaves, %,d bytes of leaves, salts and bodies: %.1f s, %.0f leaves/s, %.1f MB/s;"
            + " sha256sum over the same bytes: %.1f s, %.1f MB/s; ratio %.3f%n",
        leaves,
        size,
        verify,
        leaves / verify,
        size / verify / 1e6,
        sum,
        size / sum / 1e6,
        sum / verify);
    results.add(
        Json.object()
            .put("what", "verify")
            .put("leaves", leaves)
            .put("bytes", size)
            .put("ms", Math.round(1000 * verify))
            .put("sha256sum_ms", Math.round(1000 * sum)));
  }

  /** Everything that a verifier has to hash, in one file. */
  private static long dump(Path data, Path to) throws IOException {
    try (LogReader reader = LogReader.open(data);
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(to), 1 << 20)) {
      long leaves = reader.size();
      for (long i = 0; i < leaves; i++) {
        out.write(reader.leaf(i).orElseThrow());
        for (var body : reader.bodies(i)) {
          out.write(body.salt());
          out.write(body.data());
        }
      }
    }
    return Files.size(to);
  }

  private double sha256sum(Path file) throws IOException, InterruptedException {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      long began = System.nanoTime();
      Process process =
          new ProcessBuilder("sha256sum", file.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() != 0) {
        throw new IOException("sha256sum failed");
      }
      best = Math.min(best, seconds(began));
    }
    return best;
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path each :
          (Iterable<Path>) files.sorted(java.util.Comparator.reverseOrder())::iterator) {
        Files.delete(each);
      }
    }
  }
}
