package io.waybillguard.bench;

import io.waybillguard.agent.detect.AllowedFiles;
import io.waybillguard.agent.detect.Circumstances;
import io.waybillguard.agent.detect.ImagesCarriedOff;
import io.waybillguard.agent.detect.ImagesTaken;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.detect.NewProgramInHiddenPlace;
import io.waybillguard.agent.detect.ProgramFromRemovableMedia;
import io.waybillguard.agent.detect.SensorSilenced;
import io.waybillguard.agent.detect.StartsByItself;
import io.waybillguard.agent.detect.UnknownKeyboard;
import io.waybillguard.agent.detect.UnknownUsbStorage;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.ImagesHandled;
import io.waybillguard.agent.event.ProcessRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A busy desk's records through the rules, time a record: of ten, eight are bytes that were sent,
 * one is images that a program read, one a program from a stick in a hidden place.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class JudgeBenchmark {
  private Judge judge;
  private long seq;

  @Setup(Level.Iteration)
  public void begin() {
    judge =
        new Judge(
            () ->
                List.of(
                    new UnknownUsbStorage(List.of()),
                    new UnknownKeyboard(List.of()),
                    new NewProgramInHiddenPlace(AllowedFiles.NONE),
                    new ProgramFromRemovableMedia(AllowedFiles.NONE),
                    new StartsByItself(AllowedFiles.NONE),
                    new ImagesTaken(3),
                    new ImagesCarriedOff(
                        new ImagesCarriedOff.Settings(3, 65_536, 3, Duration.ofMinutes(2))),
                    new SensorSilenced()),
            new Circumstances(Circumstances.Terms.NONE));
    judge.begin("0123456789abcdef");
    seq = 0;
  }

  @Benchmark
  public void record(Blackhole out) {
    Event event =
        switch ((int) (seq % 10)) {
          case 0 -> SampleLog.critical(seq);
          case 5 -> read(seq);
          default -> SampleLog.routine(seq);
        };
    out.consume(judge.on(seq++, event));
  }

  private static Event read(long n) {
    Instant at = Instant.ofEpochMilli(1_781_000_000_000L + n);
    return new ImagesHandled(
        at,
        at.minusSeconds(30),
        ImagesHandled.Act.READ,
        new ProcessRef(4_000 + n % 50, "/home/scan/app/uploader", "scan"),
        ProcessRef.UNKNOWN,
        false,
        4,
        4,
        4,
        3_200_000,
        "/srv/scan",
        "",
        "");
  }
}
