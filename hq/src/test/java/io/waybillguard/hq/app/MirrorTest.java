package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.ImpliedHashes;
import io.waybillguard.agent.report.wire.Limits;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.State;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Records;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MirrorTest {
  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    client = hq.enrol(desk);
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void recordsAreHeldByteForByteBeforeTheMirrorSigns() throws Exception {
    desk.append("usb.attach", 5);
    Segment segment = desk.segment(0, 5);
    held(segment, true);
    try (Stream<Path> files = Files.walk(hq.data().resolve("segments"))) {
      List<Path> kept = files.filter(Files::isRegularFile).toList();
      assertEquals(1, kept.size());
      assertArrayEquals(segment.encode(), Files.readAllBytes(kept.get(0)));
    }
    List<Records.Held> newest = hq.records().newest(desk.logId(), Long.MAX_VALUE, "", 3);
    assertEquals(List.of(4L, 3L, 2L), newest.stream().map(r -> r.row().seq()).toList());
    assertArrayEquals(desk.leaf(4), newest.get(0).leaf());
    assertArrayEquals(desk.body(4).data(), newest.get(0).body().orElseThrow());
  }

  @Test
  void aSegmentWithoutTheHashesThatItsBodiesGiveIsHeldWhole() throws Exception {
    desk.append("usb.attach", 5);
    Segment segment = desk.segment(0, 5);
    assertEquals(200, lean(ImpliedHashes.leaveOut(segment).orElseThrow()).statusCode());
    try (Stream<Path> files = Files.walk(hq.data().resolve("segments"))) {
      Path kept = files.filter(Files::isRegularFile).findFirst().orElseThrow();
      assertArrayEquals(segment.encode(), Files.readAllBytes(kept));
    }
    held(segment, true);
    assertEquals(5, hq.records().count(desk.logId()));
  }

  @Test
  void aSegmentThatLeavesOutAHashWithoutItsBodyIsRefused() throws Exception {
    desk.append("usb.attach", 2);
    Segment lean = ImpliedHashes.leaveOut(desk.segment(0, 2)).orElseThrow();
    Segment without = new Segment(0, lean.note(), lean.leaves(), List.of(lean.bodies().get(0)));
    HttpResponse<byte[]> answer = lean(without);
    assertEquals(400, answer.statusCode());
    assertEquals(Refusal.MALFORMED, Refusal.decode(answer.body()).error());
    assertEquals(0, state().mirror().size());
  }

  @Test
  void aBodyThatIsAnotherThanTheLeafsLeadsToNoSignedRoot() throws Exception {
    desk.append("usb.attach", 1);
    Segment lean = ImpliedHashes.leaveOut(desk.segment(0, 1)).orElseThrow();
    BodyPart good = lean.bodies().get(0);
    byte[] changed = good.data().clone();
    changed[changed.length / 2] ^= 1;
    BodyPart bad = new BodyPart(0, 0, good.salt(), changed);
    HttpResponse<byte[]> answer = lean(new Segment(0, lean.note(), lean.leaves(), List.of(bad)));
    assertEquals(422, answer.statusCode());
    assertEquals(0, state().mirror().size());
  }

  @Test
  void aHeadAlreadySeenIsNotMovedBackByItsRecords() throws Exception {
    desk.append("usb.attach", 10);
    assertEquals(200, client.post("/v1/add-checkpoint", desk.claim(0, 10).bytes()).statusCode());
    held(desk.segment(0, 4), false);
    assertEquals(10, state().head().size());
    held(desk.segment(4, 10), true);
    assertEquals(10, state().mirror().size());
  }

  @Test
  void theSameSegmentAgainIsAnsweredAgainAndHeldOnce() throws Exception {
    desk.append("usb.attach", 5);
    Segment segment = desk.segment(0, 5);
    held(segment, true);
    held(segment, true);
    held(segment, true);
    assertEquals(5, hq.records().count(desk.logId()));
  }

  @Test
  void aSegmentFromElsewhereGetsTheMirrorsSize() throws Exception {
    desk.append("usb.attach", 9);
    held(desk.segment(0, 5), true);
    for (Segment other : List.of(desk.segment(0, 9), desk.segment(7, 9), desk.segment(0, 3))) {
      HttpResponse<byte[]> answer = client.segment(desk, other);
      assertEquals(409, answer.statusCode());
      assertEquals("text/x.tlog.size", answer.headers().firstValue("Content-Type").orElse(""));
      assertEquals(5, NumberLine.decode(answer.body()));
    }
    held(desk.segment(5, 9), true);
  }

  @Test
  void leavesThatDoNotLeadToTheSignedRootAreRefusedAsAFork() throws Exception {
    Desk twin = desk.twin();
    desk.append("usb.attach", 5);
    twin.append("usb.detach", 5);
    refused(422, Refusal.PROOF_WRONG, twin.segment(0, desk.note(5), 5));
    assertEquals(0, state().mirror().size());
    assertEquals(State.FORKED, standing());
  }

  @Test
  void recordsThatContradictASeenHeadAreRefusedAsAFork() throws Exception {
    Desk twin = desk.twin();
    desk.append("usb.attach", 5);
    twin.append("usb.detach", 9);
    assertEquals(200, client.post("/v1/add-checkpoint", desk.claim(0, 5).bytes()).statusCode());
    refused(422, Refusal.PROOF_WRONG, twin.segment(0, 9));
    assertEquals(State.FORKED, standing());
    held(desk.segment(0, 5), true);
  }

  @Test
  void aBodyThatTheLeafDidNotPromiseIsRefused() throws Exception {
    desk.append("usb.attach", 2);
    Segment good = desk.segment(0, 2);
    BodyPart first = good.bodies().get(0);
    byte[] changed = first.data().clone();
    changed[changed.length / 2] ^= 1;
    byte[] salt = first.salt().clone();
    salt[0] ^= 1;
    for (BodyPart bad :
        List.of(
            new BodyPart(0, 0, first.salt(), changed),
            new BodyPart(0, 0, salt, first.data()),
            new BodyPart(0, 0, first.salt(), Arrays.copyOf(first.data(), 5)),
            new BodyPart(0, 1, first.salt(), first.data()),
            new BodyPart(1, 0, first.salt(), first.data()))) {
      refused(422, Refusal.PROOF_WRONG, new Segment(0, good.note(), good.leaves(), List.of(bad)));
    }
    assertEquals(0, state().mirror().size());
    held(new Segment(0, good.note(), good.leaves(), List.of()), true);
  }

  @Test
  void aLeafThatNamesAnotherPlaceIsRefused() throws Exception {
    desk.append("usb.attach", 3);
    Segment good = desk.segment(0, 3);
    List<byte[]> swapped = new ArrayList<>(good.leaves());
    swapped.set(0, good.leaves().get(1));
    refused(400, Refusal.MALFORMED, new Segment(0, good.note(), swapped, List.of()));
    swapped.set(0, Desk.utf8("{\"seq\":0}"));
    refused(400, Refusal.MALFORMED, new Segment(0, good.note(), swapped, List.of()));
  }

  @Test
  void theNextKeyIsLearntFromTheRecordThatEndsASegment() throws Exception {
    desk.append("usb.attach", 3);
    Desk before = desk.twin();
    desk.rotate();
    SignedNote closing = desk.head(4).signedBy(before.key());
    held(desk.segment(0, closing, 4), true);
    assertEquals(1, state().keys().last().number());
    desk.append("usb.detach", 2);
    held(desk.segment(4, 6), true);
  }

  @Test
  void aKeyNamedInsideASegmentByItsOwnSignerIsNotBelieved() throws Exception {
    // A thief without the live key appends a hand-over to his own key and signs with that.
    desk.append("usb.attach", 3).rotate();
    desk.append("usb.detach", 1);
    HttpResponse<byte[]> answer = client.segment(desk, desk.segment(0, 5));
    assertEquals(403, answer.statusCode());
    assertEquals("unknown epoch 0\n", text(answer));
    assertEquals(0, state().mirror().size());
  }

  @Test
  void anOldKeyThatSignsPastItsOwnHandOverIsRefused() throws Exception {
    SigningKey old = desk.key();
    desk.append("usb.attach", 3).rotate();
    desk.append("usb.detach", 1);
    refused(422, Refusal.KEY_CONFLICT, desk.segment(0, desk.head(5).signedBy(old), 5));
    assertEquals(1, hq.alarms().count(Alarms.Kind.KEY_MISUSED));
  }

  @Test
  void aHandOverThatDiffersFromTheOneHqWasTaughtIsRefused() throws Exception {
    SigningKey old = desk.key();
    Desk twin = desk.twin();
    assertEquals(
        200,
        client
            .post(
                "/v1/logs/" + desk.logId() + "/keys", desk.append("usb.attach", 3).rotate().bytes())
            .statusCode());
    twin.append("usb.attach", 3).rotate();
    refused(422, Refusal.PROOF_WRONG, twin.segment(0, twin.head(4).signedBy(old), 4));
    held(desk.segment(0, desk.head(4).signedBy(old), 4), true);
  }

  @Test
  void oneSegmentMaySpanKeysThatHqWasTaught() throws Exception {
    for (int i = 0; i < 3; i++) {
      client.post(
          "/v1/logs/" + desk.logId() + "/keys", desk.append("usb.attach", 5).rotate().bytes());
    }
    desk.append("usb.detach", 2);
    held(desk.segment(0, desk.size()), true);
  }

  @Test
  void whatIsNotGzipOrTooMuchIsRefused() throws Exception {
    desk.append("usb.attach", 2);
    byte[] good = TestHq.gzip(desk.segment(0, 2).encode());
    assertEquals(400, client.segment(desk.logId(), new byte[0]).statusCode());
    assertEquals(400, client.segment(desk.logId(), new byte[100]).statusCode());
    for (int length : List.of(5, 11, good.length / 2, good.length - 9, good.length - 1)) {
      assertEquals(
          400,
          client.segment(desk.logId(), Arrays.copyOf(good, length)).statusCode(),
          "cut at " + length);
    }
    byte[] flipped = good.clone();
    flipped[good.length - 6] ^= 1; // in the CRC
    assertEquals(400, client.segment(desk.logId(), flipped).statusCode());
    byte[] bomb = TestHq.gzip(new byte[Limits.SEGMENT_UNPACKED + 1]);
    assertEquals(413, client.segment(desk.logId(), bomb).statusCode());
    byte[] huge = new byte[Limits.SEGMENT_PACKED + 2];
    new Random(1).nextBytes(huge);
    byte[] stored = TestHq.gzip(huge);
    assertTrue(stored.length > Limits.SEGMENT_PACKED);
    assertEquals(413, client.segment(desk.logId(), stored).statusCode());
    assertEquals(415, client.post("/v1/logs/" + desk.logId() + "/segments", good).statusCode());
    assertEquals(0, state().mirror().size());
    assertEquals(200, client.segment(desk.logId(), good).statusCode());
  }

  @Test
  void aFileWithoutARowIsIgnoredAndTheSegmentComesAgain() throws Exception {
    desk.append("usb.attach", 4);
    Segment segment = desk.segment(0, 4);
    held(segment, true);
    Path log = hq.data().resolve("segments").resolve(desk.logId());
    Path file;
    try (Stream<Path> files = Files.list(log)) {
      file = files.findFirst().orElseThrow();
    }
    // What a crash leaves behind: the file of the next segment, torn or whole, without its row.
    desk.append("usb.attach", 4);
    Files.write(log.resolve("000000000004-000000000007-0123456789abcdef.seg"), new byte[3]);
    Path part = Files.write(log.resolve(file.getFileName() + ".part"), new byte[7]);
    Files.setLastModifiedTime(part, FileTime.from(Instant.EPOCH));
    hq.restart();
    assertFalse(Files.exists(part));
    client = hq.client(desk, reply());
    held(segment, true);
    held(desk.segment(4, 8), true);
    assertArrayEquals(segment.encode(), Files.readAllBytes(file));
    assertEquals(8, hq.records().count(desk.logId()));
  }

  @Test
  void segmentsThatRaceAreHeldOnce() throws Exception {
    desk.append("usb.attach", 40);
    ExecutorService racers = Executors.newFixedThreadPool(5);
    try {
      for (int round = 0; round < 5; round++) {
        long from = state().mirror().size();
        List<Callable<HttpResponse<byte[]>>> requests = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
          Segment segment = desk.segment(from, from + (i + 1) / 2);
          requests.add(() -> client.segment(desk, segment));
        }
        int won = 0;
        for (Future<HttpResponse<byte[]>> answer : racers.invokeAll(requests)) {
          int status = answer.get().statusCode();
          assertTrue(status == 200 || status == 409, status + " " + text(answer.get()));
          won += status == 200 ? 1 : 0;
        }
        assertTrue(won >= 1);
      }
    } finally {
      racers.shutdownNow();
    }
    LogState state = state();
    assertEquals(state.mirror().size(), hq.records().count(desk.logId()));
    assertEquals(desk.head(state.mirror().size()), state.mirror());
    assertEquals(0, hq.alarms().count(Alarms.Kind.FORKED));
  }

  @Test
  void aHeartbeatTellsHqsSizesAndTime() throws Exception {
    desk.append("usb.attach", 4);
    client.post("/v1/add-checkpoint", desk.claim(0, 4).bytes());
    held(desk.segment(0, 2), false);
    HttpResponse<byte[]> answer = client.post("/v1/heartbeat", beat(4).encode());
    HeartbeatReply reply = HeartbeatReply.decode(answer.body());
    assertEquals(4, reply.hqSize());
    assertEquals(2, reply.mirrorSize());
    assertEquals(hq.clock().instant(), reply.hqTime());
    assertTrue(reply.nextAfter().compareTo(Duration.ofSeconds(150)) >= 0, reply.toString());
    assertTrue(reply.nextAfter().compareTo(Duration.ofSeconds(450)) <= 0, reply.toString());
    assertEquals("0.9", fleet().row().workstation().version());
  }

  @Test
  void aSmallerLogThanHqCosignedIsRolledBack() throws Exception {
    desk.append("usb.attach", 4);
    client.post("/v1/add-checkpoint", desk.claim(0, 4).bytes());
    client.post("/v1/heartbeat", beat(4).encode());
    assertEquals(State.LIVE, standing());
    client.post("/v1/heartbeat", beat(3).encode());
    client.post("/v1/heartbeat", beat(3).encode());
    assertEquals(State.ROLLED_BACK, standing());
    assertEquals(1, hq.alarms().count(Alarms.Kind.ROLLED_BACK));
  }

  @Test
  void silenceIsSeen() throws Exception {
    hq.pass(Duration.ofMinutes(15));
    assertEquals(State.LIVE, standing());
    hq.pass(Duration.ofSeconds(1));
    assertEquals(State.SILENT, standing());
    hq.pass(Duration.ofDays(1));
    assertEquals(State.DARK, standing());
    client.post("/v1/heartbeat", beat(0).encode());
    assertEquals(State.LIVE, standing());
  }

  @Test
  void aHeartbeatOfAnotherLogOrShapeIsRefused() throws Exception {
    Desk other = new Desk();
    hq.enrol(other);
    Heartbeat theirs = new Heartbeat(other.origin(), 0, "", 0, "", "", 0, "", 0, 0);
    assertEquals(403, client.post("/v1/heartbeat", theirs.encode()).statusCode());
    assertEquals(400, client.post("/v1/heartbeat", Desk.utf8("{}")).statusCode());
  }

  @Test
  void whatASensorSaysOfItselfIsShown() throws Exception {
    desk.append("sensor.live", Json.object().put("sensor", "usb"), Desk.utf8("{}"));
    desk.append("sensor.blind", Json.object().put("sensor", "program"), Desk.utf8("{}"));
    desk.append("sensor.blind", Json.object().put("sensor", "usb"), Desk.utf8("{}"));
    held(desk.segment(0, 3), true);
    assertEquals(List.of("program", "usb"), fleet().row().blind());
    desk.append("sensor.back", Json.object().put("sensor", "usb"), Desk.utf8("{}"));
    held(desk.segment(3, 4), true);
    assertEquals(List.of("program"), fleet().row().blind());
  }

  private Heartbeat beat(long size) throws Exception {
    return new Heartbeat(
        desk.origin(), size, desk.head(size).root().base64(), 0, "0.9", "", 1 << 30, "b", 1, 1);
  }

  private Fleet.Standing fleet() throws Exception {
    return new Fleet(hq.database(), hq.clock()).find(desk.logId()).orElseThrow();
  }

  private State standing() throws Exception {
    return fleet().state();
  }

  private EnrollReply reply() throws Exception {
    String certificate = hq.logs().workstation(desk.logId()).orElseThrow().certificate();
    return new EnrollReply(List.of(certificate), "", "", "", "", "", hq.clock().instant());
  }

  private HttpResponse<byte[]> lean(Segment segment) throws Exception {
    return client.encoded(
        "/v1/logs/" + desk.logId() + "/segments",
        ImpliedHashes.CODINGS,
        TestHq.gzip(segment.encode()));
  }

  private void held(Segment segment, boolean alsoSeen) throws Exception {
    HttpResponse<byte[]> answer = client.segment(desk, segment);
    assertEquals(200, answer.statusCode(), text(answer));
    SignedNote note = SignedNote.parse(segment.note() + text(answer));
    assertTrue(note.cosignedBy(hq.running().keys().mirror().verifier()).isPresent());
    assertEquals(alsoSeen, note.cosignedBy(hq.running().keys().witness().verifier()).isPresent());
    assertEquals(segment.newSize(), state().mirror().size());
  }

  private void refused(int status, String error, Segment segment) throws Exception {
    HttpResponse<byte[]> answer = client.segment(desk, segment);
    assertEquals(status, answer.statusCode(), text(answer));
    assertEquals(error, Refusal.decode(answer.body()).error());
  }

  private LogState state() throws Exception {
    return hq.logs().state(desk.logId()).orElseThrow();
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
