package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.S3Engine;
import io.waybillguard.hq.trust.HqKeys;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real HQ process, killed again and again while a desk reports to it. */
final class KilledHqIT {
  private static final int KILLS = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private final List<String> place = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();

  @Test
  void whatWasAcknowledgedIsThereAfterEveryKillAndNothingComesTwice() throws Exception {
    everyKillIsSurvived();
  }

  @Test
  void soItIsWhereTheSegmentsLieInABucketAndHqIsKilledInTheMiddleOfAnUpload() throws Exception {
    try (S3Engine engine = new S3Engine(folder)) {
      place.addAll(
          List.of("--segments", engine.bucket().toString(), "--s3-endpoint", engine.endpoint()));
      environment.putAll(engine.environment());
      everyKillIsSurvived();
    }
  }

  private void everyKillIsSurvived() throws Exception {
    Path data = folder.resolve("hq");
    Random random = new Random(42);
    Desk desk = new Desk();
    EnrollReply reply = null;
    AtomicLong held = new AtomicLong();
    for (int kill = 0; kill <= KILLS; kill++) {
      Process hq = serve(data);
      try {
        String url = url(hq);
        if (reply == null) {
          reply = enrol(data, url, desk);
        }
        TestHq.Client client =
            new TestHq.Client(
                url, TestHq.context(desk, reply.chain(), HqKeys.open(data).ca().certificate()));
        boolean last = kill == KILLS;
        Thread killer = new Thread(() -> killIn(hq, last ? -1 : 200 + random.nextInt(1_200)));
        killer.start();
        report(desk, client, held, last ? 20 : Integer.MAX_VALUE);
        killer.join();
      } finally {
        hq.destroyForcibly().waitFor();
      }
      check(data, desk, held.get());
    }
    Called pulled =
        call(data, "evidence", "pull", "--workstation", desk.logId(), "-o", bundle(), "--data");
    assertEquals(0, pulled.exit(), pulled.err());
    Called verified =
        Called.with(
            InstantSource.system(),
            "en",
            "evidence",
            "verify",
            bundle(),
            "--first",
            desk.firstKey().toString(),
            "--witness",
            HqKeys.open(data).mirror().verifier().toString(),
            "--witness",
            HqKeys.open(data).witness().verifier().toString());
    assertEquals(0, verified.exit(), verified.out());
  }

  private String bundle() {
    return folder.resolve("bundle.zip").toString();
  }

  /** Everything that was acknowledged is in the database and in whole segment files. */
  private static void check(Path data, Desk desk, long held) throws Exception {
    try (Database database = Database.open(Location.embedded(data))) {
      LogState log = new Logs(database).state(desk.logId()).orElseThrow();
      assertTrue(
          log.mirror().size() >= held, "acknowledged " + held + ", there " + log.mirror().size());
      assertEquals(desk.head(log.mirror().size()), log.mirror());
      assertTrue(log.workstation().forked().isEmpty());
    }
  }

  /** Reports one record after the other until HQ is gone. */
  private static void report(Desk desk, TestHq.Client client, AtomicLong held, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      if (desk.size() == held.get()) {
        desk.append("usb.attach", 3);
      }
      Segment segment = desk.segment(held.get(), desk.size());
      HttpResponse<byte[]> answer;
      try {
        answer = client.segment(desk, segment);
      } catch (IOException e) {
        return; // killed in the middle: whether it was taken is to be found out
      }
      switch (answer.statusCode()) {
        case 200 -> held.set(segment.newSize());
        case 409 -> held.set(NumberLine.decode(answer.body()));
        default -> throw new AssertionError("status " + answer.statusCode());
      }
    }
  }

  private static void killIn(Process hq, int millis) {
    try {
      if (millis >= 0) {
        hq.waitFor(millis, TimeUnit.MILLISECONDS);
        hq.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private EnrollReply enrol(Path data, String url, Desk desk) throws Exception {
    Called token = call(data, "token", "create", "--outlet", "HZ-001", "--data");
    TestHq.Client stranger =
        new TestHq.Client(
            url, TestHq.context(null, List.of(), HqKeys.open(data).ca().certificate()));
    HttpResponse<byte[]> answer =
        stranger.post("/v1/enroll", desk.enrolment(token.out().strip()).encode());
    EnrollReply reply = EnrollReply.decode(answer.body());
    assertEquals(desk.logId(), Checkpoint.logIdOf(reply.origin()));
    return reply;
  }

  private Called call(Path data, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add(data.toString());
    all.addAll(place);
    return Called.signedOn(
        environment, "", InstantSource.system(), "en", all.toArray(String[]::new));
  }

  private Process serve(Path data) throws IOException {
    Path log = folder.resolve("serve.out");
    Files.deleteIfExists(log);
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--data",
                data.toString(),
                "--listen",
                "127.0.0.1:0",
                "--console",
                "127.0.0.1:0"));
    command.addAll(place);
    ProcessBuilder hq = new ProcessBuilder(command);
    hq.environment().putAll(environment);
    return hq.redirectOutput(log.toFile())
        .redirectError(folder.resolve("serve.err").toFile())
        .start();
  }

  private String url(Process hq) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end)) {
      String out = Files.readString(folder.resolve("serve.out"));
      if (out.startsWith("ready ") && out.endsWith("\n")) {
        return out.replaceFirst("(?s)ready agent=(\\S+).*", "$1");
      }
      if (!hq.isAlive()) {
        break;
      }
      hq.waitFor(100, TimeUnit.MILLISECONDS);
    }
    throw new AssertionError(
        "serve did not become ready: " + Files.readString(folder.resolve("serve.err")));
  }
}
