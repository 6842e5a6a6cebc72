package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.http.Address;
import io.waybillguard.hq.store.Bucket;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.S3Engine;
import io.waybillguard.hq.store.SegmentsUnusable;
import io.waybillguard.hq.trust.HqKeys;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole HQ whose segments lie in a bucket of a real S3-compatible server. */
final class BucketTest {
  @TempDir private static Path engineFolder;
  private static S3Engine engine;

  @TempDir private Path folder;
  private Bucket bucket;
  private Location at;

  @BeforeAll
  static void start() throws Exception {
    engine = new S3Engine(engineFolder);
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @BeforeEach
  void emptyBucket() throws Exception {
    bucket = engine.bucket();
    Path data = folder.resolve("hq");
    at = new Location(data, TestDatabase.of(data).server(), Optional.of(bucket));
  }

  private static Segment all(Desk desk) throws Exception {
    return desk.segment(0, desk.size());
  }

  private static Desk deskWithRecords() throws Exception {
    Desk desk = new Desk();
    desk.append("usb.attach", 3);
    desk.append("usb.detach", 2);
    return desk;
  }

  @Test
  void whatIsHeldLiesInTheBucketAloneAndIsReadFromThere() throws Exception {
    Desk desk = deskWithRecords();
    try (TestHq hq = new TestHq(at)) {
      assertEquals(200, hq.enrol(desk).segment(desk, all(desk)).statusCode());
      assertEquals(desk.size(), hq.records().newest(desk.logId(), Long.MAX_VALUE, "", 9).size());
      assertFalse(Files.exists(hq.data().resolve("segments")));
      hq.restart();
      assertEquals(desk.size(), hq.records().newest(desk.logId(), Long.MAX_VALUE, "", 9).size());
    }
  }

  @Test
  void anOutageIsAnswered503AndWhatComesAfterItIsHeldOnce() throws Exception {
    Desk desk = deskWithRecords();
    try (TestHq hq = new TestHq(at)) {
      TestHq.Client client = hq.enrol(desk);
      engine.stop();
      HttpResponse<byte[]> away;
      try {
        away = client.segment(desk, all(desk));
      } finally {
        engine.start();
      }
      assertEquals(503, away.statusCode());
      assertTrue(away.headers().firstValueAsLong("Retry-After").orElse(0) >= 5);
      assertEquals(0, hq.logs().state(desk.logId()).orElseThrow().mirror().size());
      assertEquals(200, client.segment(desk, all(desk)).statusCode());
      assertEquals(desk.size(), hq.records().count(desk.logId()));
    }
  }

  private static Hq.Settings settings(Location at) {
    Address anyPort = new Address("127.0.0.1", 0);
    return new Hq.Settings(
        at,
        Optional.empty(),
        anyPort,
        anyPort,
        List.of(),
        Duration.ofMinutes(5),
        Duration.ofDays(90));
  }

  @Test
  void erasedContentIsInNoObjectOfTheBucket() throws Exception {
    Desk desk = deskWithRecords();
    try (TestHq hq = new TestHq(at)) {
      assertEquals(200, hq.enrol(desk).segment(desk, all(desk)).statusCode());
      byte[] body = hq.records().find(desk.logId(), 1).orElseThrow().body().orElseThrow();
      assertTrue(isIn(engine.folder(bucket), body));
      assertEquals(
          new TreeSet<>(List.of(1L)),
          hq.contents().erase(desk.logId(), new TreeSet<>(List.of(1L)), Instant.EPOCH).erased());
      assertFalse(isIn(engine.folder(bucket), body));
      assertTrue(hq.records().find(desk.logId(), 1).orElseThrow().body().isEmpty());
      assertEquals(0, hq.contents().doomed());
    }
  }

  private static boolean isIn(Path folder, byte[] content) throws Exception {
    String wanted = new String(content, StandardCharsets.ISO_8859_1);
    try (var files = Files.walk(folder)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(each, StandardCharsets.ISO_8859_1).contains(wanted)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void anHqIsNotServedFromAnotherPlaceThanWhereItsSegmentsLie() throws Exception {
    Desk desk = deskWithRecords();
    try (TestHq hq = new TestHq(at)) {
      assertEquals(200, hq.enrol(desk).segment(desk, all(desk)).statusCode());
    }
    Location plain = new Location(at.data(), at.server());
    SegmentsUnusable refused =
        assertThrows(SegmentsUnusable.class, () -> Hq.start(settings(plain), Instant::now).close());
    assertEquals(SegmentsUnusable.Reason.ELSEWHERE, refused.reason());
    assertEquals(List.of(bucket.toString(), "segments"), refused.values());
  }

  @Test
  void segmentsMoveFromTheFolderIntoABucketAndAreServedAndPulledFromThere() throws Exception {
    Desk desk = deskWithRecords();
    Location plain = new Location(at.data(), at.server());
    try (TestHq hq = new TestHq(plain)) {
      assertEquals(200, hq.enrol(desk).segment(desk, all(desk)).statusCode());
    }
    Called moved =
        call("store", "segments", "--to", bucket.toString(), "--to-endpoint", engine.endpoint());
    assertEquals(0, moved.exit(), moved.err());
    Files.move(at.data().resolve("segments"), folder.resolve("old"));
    Path bundle = folder.resolve("bundle.zip");
    Called pulled =
        call(
            "evidence",
            "pull",
            "--workstation",
            desk.logId(),
            "-o",
            bundle.toString(),
            "--segments",
            bucket.toString(),
            "--s3-endpoint",
            engine.endpoint());
    assertEquals(0, pulled.exit(), pulled.err());
    try (TestHq hq = new TestHq(at)) {
      assertEquals(desk.size(), hq.records().newest(desk.logId(), Long.MAX_VALUE, "", 9).size());
    }
    Called verified =
        call(
            "evidence",
            "verify",
            bundle.toString(),
            "--first",
            desk.firstKey().toString(),
            "--witness",
            HqKeys.open(at.data()).mirror().verifier().toString(),
            "--witness",
            HqKeys.open(at.data()).witness().verifier().toString());
    assertEquals(0, verified.exit(), verified.out());
  }

  @Test
  void aBackupBringsTheSegmentsAlongAndTheyArePutIntoAnotherBucket() throws Exception {
    Assumptions.assumeFalse(
        TestDatabase.ON_POSTGRES, "SKIPPED: on PostgreSQL its own tools make backups");
    Desk desk = deskWithRecords();
    try (TestHq hq = new TestHq(at)) {
      assertEquals(200, hq.enrol(desk).segment(desk, all(desk)).statusCode());
    }
    Path backup = folder.resolve("backup");
    String[] here = {"--segments", bucket.toString(), "--s3-endpoint", engine.endpoint()};
    Called made = call("backup", backup.toString(), here[0], here[1], here[2], here[3]);
    assertEquals(0, made.exit(), made.err());
    Bucket other = engine.bucket();
    Location elsewhere = new Location(folder.resolve("other"), at.server(), Optional.of(other));
    Called restored =
        Called.signedOn(
            engine.environment(),
            "",
            Instant::now,
            "en",
            "restore",
            backup.toString(),
            "--data",
            elsewhere.data().toString(),
            "--segments",
            other.toString(),
            "--s3-endpoint",
            engine.endpoint());
    assertEquals(0, restored.exit(), restored.err());
    Files.move(engine.folder(bucket), folder.resolve("lost"));
    try (TestHq hq = new TestHq(elsewhere)) {
      assertEquals(desk.size(), hq.records().newest(desk.logId(), Long.MAX_VALUE, "", 9).size());
    }
  }

  private Called call(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    if (!args[1].equals("verify")) {
      all.addAll(List.of("--data", at.data().toString()));
    }
    return Called.signedOn(
        engine.environment(), "", Instant::now, "en", all.toArray(String[]::new));
  }
}
