package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.GenerationRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.RenewReply;
import io.waybillguard.agent.report.wire.RenewRequest;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.State;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Generations;
import io.waybillguard.hq.store.Workstation;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may speak for a workstation, and for how long. */
final class TrustTest {
  private static final String ADD = "/v1/add-checkpoint";

  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;

  /** HQ's clock is set back for the enrolment: TLS holds certificates against the real time. */
  @BeforeEach
  void aDeskThatWasEnrolledSixtyOneDaysAgo() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    hq.pass(Duration.ofDays(-61));
    desk = new Desk();
    client = hq.enrol(desk);
  }

  @AfterEach
  void end() {
    hq.close();
  }

  // -- renewal ---------------------------------------------------------------------------------

  @Test
  void aCertificateIsRenewedOnceTwoThirdsOfItsTimeAreOverAndTheOldOneHoldsOn() throws Exception {
    Desk next = desk.withTlsOf(new Desk());
    hq.pass(Duration.ofDays(59));
    refused(409, Refusal.TOO_EARLY, client.post("/v1/renew", renewal(next, desk).encode()));
    hq.pass(Duration.ofDays(2));
    RenewReply reply = renewed(client.post("/v1/renew", renewal(next, desk).encode()));
    TestHq.Client renewed = hq.client(next, enrolReply(reply.chain()));
    assertEquals(
        200, renewed.post(ADD, desk.append("usb.attach", 2).claim(0, 2).bytes()).statusCode());
    assertEquals(
        200, client.post(ADD, desk.append("usb.attach", 1).claim(2, 3).bytes()).statusCode());
    // The answer was lost: the same key gets the same certificate.
    RenewReply again = renewed(client.post("/v1/renew", renewal(next, desk).encode()));
    assertEquals(reply.chain(), again.chain());
  }

  @Test
  void anotherKeyAfterOneCertificateIsACloneAndGetsNothing() throws Exception {
    hq.pass(Duration.ofDays(61));
    Desk next = desk.withTlsOf(new Desk());
    renewed(client.post("/v1/renew", renewal(next, desk).encode()));
    Desk thief = desk.withTlsOf(new Desk());
    refused(403, Refusal.RESTRICTED, client.post("/v1/renew", renewal(thief, desk).encode()));
    assertEquals(1, hq.alarms().count(Alarms.Kind.CLONED));
    assertEquals(State.CLONED, state());
    // Restricted: it reports, and nothing else.
    refused(403, Refusal.RESTRICTED, client.post("/v1/renew", renewal(next, desk).encode()));
    assertEquals(
        200, client.post(ADD, desk.append("usb.attach", 2).claim(0, 2).bytes()).statusCode());
  }

  @Test
  void aStolenCertificateAloneRenewsNothing() throws Exception {
    hq.pass(Duration.ofDays(61));
    Desk stranger = new Desk();
    Desk next = desk.withTlsOf(stranger);
    HttpResponse<byte[]> answer =
        client.post("/v1/renew", renewal(next.tls(), desk.origin(), stranger).encode());
    assertEquals(403, answer.statusCode());
    assertEquals(0, NumberLine.decodeUnknownEpoch(answer.body()));
  }

  // -- revocation ------------------------------------------------------------------------------

  @Test
  void everyRequestOfARevokedCertificateIsRefused() throws Exception {
    hq.pass(Duration.ofDays(61));
    desk.append("usb.attach", 3);
    assertEquals(200, client.post(ADD, desk.claim(0, 3).bytes()).statusCode());
    Called done = call("workstation", "revoke", desk.logId(), "--reason", "stolen");
    assertEquals(0, done.exit(), done.err());
    assertEquals(State.REVOKED, state());
    refused(403, Refusal.REVOKED, client.post(ADD, desk.claim(3, 3).bytes()));
    refused(403, Refusal.REVOKED, client.segment(desk, desk.segment(0, 3)));
    refused(403, Refusal.REVOKED, client.post("/v1/heartbeat", beat(desk, "a", 1).encode()));
    refused(403, Refusal.REVOKED, client.post("/v1/renew", Desk.utf8("{}")));
    refused(403, Refusal.REVOKED, client.post("/v1/generation", Desk.utf8("{}")));
    refused(403, Refusal.REVOKED, client.post("/v1/logs/" + desk.logId() + "/keys", new byte[0]));
  }

  @Test
  void aRevokedDeskComesBackWithANewTokenAndANewKeyOnly() throws Exception {
    hq.pass(Duration.ofDays(61));
    call("workstation", "revoke", desk.logId(), "--reason", "stolen");
    refused(
        403,
        Refusal.REVOKED,
        hq.stranger().post("/v1/enroll", desk.enrolment(hq.token("HZ-001")).encode()));
    TestHq.Client again = hq.enrol(desk.withTlsOf(new Desk()));
    assertEquals(
        200, again.post(ADD, desk.append("usb.attach", 2).claim(0, 2).bytes()).statusCode());
    assertEquals(State.LIVE, state());
    refused(403, Refusal.REVOKED, client.post(ADD, desk.claim(2, 2).bytes()));
  }

  @Test
  void aDecisionNeedsAReasonAndAKnownWorkstation() throws Exception {
    assertEquals(2, call("workstation", "revoke", desk.logId(), "--reason", " ").exit());
    assertEquals(2, call("workstation", "clear", "0000000000000000", "--reason", "x").exit());
    assertFalse(hq.logs().workstation(desk.logId()).orElseThrow().revoked().isPresent());
  }

  // -- generations -----------------------------------------------------------------------------

  @Test
  void aNewLogIsLinkedToTheOneBeforeWithAnAlarmAndWithoutAToken() throws Exception {
    hq.pass(Duration.ofDays(61));
    desk.append("sensor.blind", Json.object().put("sensor", "usb"), Desk.utf8("{}"));
    assertEquals(200, client.segment(desk, desk.segment(0, 1)).statusCode());
    Heartbeat less = beat(desk.twin(), "a", 1, 0);
    HeartbeatReply reply =
        HeartbeatReply.decode(client.post("/v1/heartbeat", less.encode()).body());
    assertEquals(1, reply.hqSize());
    assertFalse(reply.head().isEmpty(), "HQ shows what it has signed");
    Desk next = new Desk().withTlsOf(desk);
    EnrollReply linked = linked(client.post("/v1/generation", generation(next).encode()));
    assertEquals(next.origin(), linked.origin());
    TestHq.Client after = hq.client(next, linked);
    assertEquals(
        200, after.post(ADD, next.append("log.recover", 1).claim(0, 1).bytes()).statusCode());
    refused(403, Refusal.CONTINUED, client.post(ADD, desk.claim(1, 1).bytes()));

    Workstation row = hq.logs().workstation(next.logId()).orElseThrow();
    assertEquals(desk.logId(), row.continues().orElse(""));
    assertEquals("HZ-001", row.outlet());
    Fleet.Standing standing = new Fleet(hq.database(), hq.clock()).find(next.logId()).orElseThrow();
    assertEquals(State.ROLLED_BACK, standing.state(), "until a person has looked");
    assertEquals(List.of("usb"), standing.row().blind());
    Alarms.Alarm alarm = hq.alarms().of(next.logId(), 1).get(0);
    assertEquals(Alarms.Kind.ROLLED_BACK, alarm.kind());
    assertTrue(alarm.held().orElse("").startsWith(desk.origin() + "\n1\n"));

    Called cleared = call("workstation", "clear", next.logId(), "--reason", "power was lost");
    assertEquals(0, cleared.exit(), cleared.err());
    assertEquals(0, hq.alarms().open());
    assertEquals("power was lost", hq.alarms().of(next.logId(), 1).get(0).reason());
    assertEquals(
        State.LIVE, new Fleet(hq.database(), hq.clock()).find(next.logId()).orElseThrow().state());
    assertEquals(State.ENDED, state());
  }

  @Test
  void theSameNewLogIsAnsweredTheSameAndAnotherOneIsNot() throws Exception {
    hq.pass(Duration.ofDays(61));
    Desk next = new Desk().withTlsOf(desk);
    EnrollReply first = linked(client.post("/v1/generation", generation(next).encode()));
    EnrollReply again = linked(client.post("/v1/generation", generation(next).encode()));
    assertEquals(first.chain(), again.chain());
    assertEquals(1, hq.alarms().count(Alarms.Kind.LOG_REPLACED));
    Desk other = new Desk().withTlsOf(desk);
    refused(403, Refusal.CONTINUED, client.post("/v1/generation", generation(other).encode()));
  }

  @Test
  void aDeskBeginsSoManyNewLogsADayAndNoMore() throws Exception {
    hq.pass(Duration.ofDays(61));
    Desk last = desk;
    TestHq.Client as = client;
    for (int i = 0; i < Generations.MOST; i++) {
      Desk next = new Desk().withTlsOf(desk);
      as = hq.client(next, linked(as.post("/v1/generation", generation(last, next).encode())));
      last = next;
    }
    Desk tooMany = new Desk().withTlsOf(desk);
    byte[] request = generation(last, tooMany).encode();
    refused(429, Refusal.TOO_MANY, as.post("/v1/generation", request));
    hq.pass(Generations.WITHIN.plusSeconds(1));
    linked(as.post("/v1/generation", request));
  }

  @Test
  void aNewLogOfSomebodyElseIsNotLinked() throws Exception {
    hq.pass(Duration.ofDays(61));
    Desk next = new Desk().withTlsOf(desk);
    GenerationRequest good = generation(next);
    GenerationRequest unsigned =
        new GenerationRequest(
            good.previous(),
            good.logVkey(),
            good.tlsSpki(),
            generation(new Desk().withTlsOf(desk)).sigLog());
    refused(403, Refusal.BAD_SIGNATURE, client.post("/v1/generation", unsigned.encode()));
    Desk stranger = new Desk();
    TestHq.Client strange = hq.enrol(stranger);
    refused(403, Refusal.OTHER_LOG, strange.post("/v1/generation", good.encode()));
  }

  // -- forks and clones ------------------------------------------------------------------------

  @Test
  void aForkKeepsBothNotesAndRestrictsUntilSomebodyHasLooked() throws Exception {
    hq.pass(Duration.ofDays(61));
    Desk twin = desk.twin();
    assertEquals(
        200, client.post(ADD, desk.append("usb.attach", 3).claim(0, 3).bytes()).statusCode());
    refused(
        409,
        Refusal.OTHER_ROOT,
        client.post(ADD, twin.append("usb.detach", 3).claim(3, 3).bytes()));
    Alarms.Alarm alarm = hq.alarms().of(desk.logId(), 1).get(0);
    assertEquals(twin.note(3).toString(), alarm.note().orElse(""));
    assertTrue(alarm.held().orElse("").startsWith(desk.note(3).toString()));
    Desk next = new Desk().withTlsOf(desk);
    refused(403, Refusal.RESTRICTED, client.post("/v1/generation", generation(next).encode()));
    assertTrue(reply(beat(desk, "a", 1)).restricted());
    call("workstation", "clear", desk.logId(), "--reason", "a copy for the repair shop");
    assertFalse(reply(beat(desk, "a", 2)).restricted());
    linked(client.post("/v1/generation", generation(next).encode()));
  }

  @Test
  void theThiefOfTheNewestKeyAndTheWholeDiskIsSeenWithHisFirstReport() throws Exception {
    hq.pass(Duration.ofDays(61));
    Desk thief = desk.twin();
    desk.append("usb.attach", 3);
    HttpResponse<byte[]> learnt =
        client.post("/v1/logs/" + desk.logId() + "/keys", Desk.utf8(desk.rotate().toString()));
    assertEquals(200, learnt.statusCode(), text(learnt));
    assertEquals(
        200, client.post(ADD, desk.append("usb.attach", 1).claim(0, 5).bytes()).statusCode());

    // He leaves the stick out, with every key there is, and comes back with a log that is longer.
    thief.append("log.start", 4);
    HttpResponse<byte[]> his =
        client.post("/v1/logs/" + desk.logId() + "/keys", Desk.utf8(thief.rotate().toString()));
    assertEquals(403, his.statusCode(), text(his));
    assertEquals(State.FORKED, state());
    assertEquals(1, hq.alarms().open());
    assertEquals(5, hq.logs().state(desk.logId()).orElseThrow().head().size());
  }

  @Test
  void twoStartsThatSpeakInTurnAreTwoMachines() throws Exception {
    hq.pass(Duration.ofDays(61));
    reply(beat(desk, "a", 100));
    hq.pass(Duration.ofMinutes(5));
    reply(beat(desk, "b", 10));
    assertEquals(0, hq.alarms().count(Alarms.Kind.CLONED), "a start after another is a start");
    hq.pass(Duration.ofMinutes(5));
    assertFalse(reply(beat(desk, "b", 20)).restricted());
    hq.pass(Duration.ofMinutes(5));
    assertTrue(reply(beat(desk, "a", 400)).restricted());
    assertEquals(State.CLONED, state());
    Alarms.Alarm alarm = hq.alarms().of(desk.logId(), 1).get(0);
    assertEquals(Alarms.Kind.CLONED, alarm.kind());
    assertTrue(alarm.note().orElse("").contains("\"boot\":\"a\""));
    assertTrue(alarm.held().orElse("").contains("\"boot\":\"b\""));
  }

  @Test
  void aMonotonicClockThatRunsBackwardsIsASecondMachine() throws Exception {
    hq.pass(Duration.ofDays(61));
    reply(beat(desk, "a", 900));
    reply(beat(desk, "a", 900)); // sent twice by a connection that broke
    assertEquals(0, hq.alarms().count(Alarms.Kind.CLONED));
    hq.pass(Duration.ofMinutes(5));
    reply(beat(desk, "a", 800));
    assertEquals(1, hq.alarms().count(Alarms.Kind.CLONED));
  }

  // --------------------------------------------------------------------------------------------

  private RenewRequest renewal(Desk next, Desk log) throws Exception {
    return renewal(next.tls(), log.origin(), log);
  }

  private static RenewRequest renewal(KeyPair tls, String origin, Desk log) throws Exception {
    String spki = Base64.getEncoder().encodeToString(tls.getPublic().getEncoded());
    byte[] signed = RenewRequest.signed(origin, spki);
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initSign(tls.getPrivate());
    ecdsa.update(signed);
    return new RenewRequest(
        spki,
        Base64.getEncoder().encodeToString(ecdsa.sign()),
        Base64.getEncoder().encodeToString(log.key().raw(signed)));
  }

  private GenerationRequest generation(Desk next) {
    return generation(desk, next);
  }

  private static GenerationRequest generation(Desk before, Desk next) {
    String spki = Base64.getEncoder().encodeToString(next.tls().getPublic().getEncoded());
    VerifierKey key = next.firstKey();
    byte[] signed = GenerationRequest.signed(before.origin(), key.toString(), spki);
    return new GenerationRequest(
        before.origin(),
        key.toString(),
        spki,
        Base64.getEncoder().encodeToString(next.key().raw(signed)));
  }

  private Heartbeat beat(Desk of, String boot, long mono) throws Exception {
    return beat(of, boot, mono, of.size());
  }

  private static Heartbeat beat(Desk of, String boot, long mono, long size) throws Exception {
    return new Heartbeat(
        of.origin(), size, of.head(size).root().base64(), 0, "0.9", "", 1, boot, 1, mono);
  }

  private HeartbeatReply reply(Heartbeat beat) throws Exception {
    HttpResponse<byte[]> answer = client.post("/v1/heartbeat", beat.encode());
    assertEquals(200, answer.statusCode(), text(answer));
    return HeartbeatReply.decode(answer.body());
  }

  private State state() throws Exception {
    return new Fleet(hq.database(), hq.clock()).find(desk.logId()).orElseThrow().state();
  }

  private EnrollReply enrolReply(List<String> chain) {
    return new EnrollReply(chain, "", "", "", "", "", hq.clock().instant());
  }

  private static EnrollReply linked(HttpResponse<byte[]> answer) throws Exception {
    assertEquals(200, answer.statusCode(), text(answer));
    return EnrollReply.decode(answer.body());
  }

  private static RenewReply renewed(HttpResponse<byte[]> answer) throws Exception {
    assertEquals(200, answer.statusCode(), text(answer));
    return RenewReply.decode(answer.body());
  }

  private static void refused(int status, String error, HttpResponse<byte[]> answer)
      throws Exception {
    assertEquals(status, answer.statusCode(), text(answer));
    assertEquals(error, Refusal.decode(answer.body()).error());
  }

  private Called call(String... args) {
    String[] all = Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--data";
    all[args.length + 1] = hq.data().toString();
    return Called.with(hq.clock(), "en", all);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
