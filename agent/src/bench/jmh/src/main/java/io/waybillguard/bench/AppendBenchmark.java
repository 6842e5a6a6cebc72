package io.waybillguard.bench;

import io.waybillguard.agent.evidence.EvidenceLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One commit of so many records, to the disk under {@code java.io.tmpdir}: what is forced, is
 * forced. Beside it the same rows by SQLite alone is LogBench.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AppendBenchmark {
  /** Records that are sealed at once ("critical") bear a signature a commit. */
  @Param({"routine", "critical"})
  public String kind = "";

  @Param({"1", "8", "256"})
  public int batch;

  private Path data;
  private EvidenceLog log;
  private long n;

  @Setup(Level.Iteration)
  public void open() throws IOException {
    data = Files.createTempDirectory("append");
    log = SampleLog.open(data);
  }

  @TearDown(Level.Iteration)
  public void close() throws IOException {
    log.close();
    try (Stream<Path> all = Files.walk(data)) {
      for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(each);
      }
    }
  }

  @Benchmark
  public void commit() throws IOException {
    for (int i = 0; i < batch; i++) {
      log.append(kind.equals("routine") ? SampleLog.routine(n++) : SampleLog.critical(n++));
    }
    log.commit();
  }
}
