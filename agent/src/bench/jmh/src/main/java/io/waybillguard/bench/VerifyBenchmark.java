package io.waybillguard.bench;

import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.LogVerifier;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** All of a log of 10,000 records verified: leaves, tree, seals, keys and bodies; time a record. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class VerifyBenchmark {
  private static final int RECORDS = 10_000;

  private Path data;

  @Setup
  public void fill() throws Exception {
    data = Files.createTempDirectory("verify");
    try (EvidenceLog log = SampleLog.open(data)) {
      for (long n = 0; n < RECORDS; ) {
        for (int i = 0; i < 100; i++) {
          log.append(SampleLog.routine(n++));
        }
        log.commit();
      }
      log.seal();
    }
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public Verdict verify() throws Exception {
    try (LogReader reader = LogReader.open(data)) {
      Verdict verdict = LogVerifier.verify(reader, Pins.NONE, done -> {});
      if (!verdict.holds()) {
        throw new IllegalStateException("the log does not hold: " + verdict.refused());
      }
      return verdict;
    }
  }
}
