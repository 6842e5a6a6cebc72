package io.waybillguard.bench;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The body of a {@code program.new}, as it lies in a log, read and made into canonical bytes again.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JsonBenchmark {
  private byte[] bytes = {};
  private Json.Obj body = Json.object();

  @Setup
  public void record() throws IOException, JsonException {
    Path data = Files.createTempDirectory("json");
    try (EvidenceLog log = SampleLog.open(data)) {
      long seq = log.append(SampleLog.critical(1));
      log.commit();
      try (LogReader reader = LogReader.open(data)) {
        bytes = reader.bodies(seq).get(0).data();
      }
    }
    body = Json.parse(bytes);
  }

  @Benchmark
  public Json.Obj parse() throws JsonException {
    return Json.parse(bytes);
  }

  @Benchmark
  public byte[] canonical() {
    return body.canonical();
  }
}
