package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.store.Alarms;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WitnessTest {
  private static final String ADD = "/v1/add-checkpoint";

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
  void aHeadThatContinuesTheLastOneIsCosigned() throws Exception {
    desk.append("usb.attach", 3);
    cosigned(desk.claim(0, 3));
    desk.append("usb.detach", 4);
    cosigned(desk.claim(3, 7));
    cosigned(desk.claim(7, 7)); // the same again gives a fresh cosignature
    assertEquals(7, size());
  }

  @Test
  void anEmptyLogMayBeCosigned() throws Exception {
    cosigned(desk.claim(0, 0));
  }

  @Test
  void anOldSizeOtherThanHqsGetsHqsSizeInTheC2spForm() throws Exception {
    desk.append("usb.attach", 5);
    cosigned(desk.claim(0, 3));
    HttpResponse<byte[]> answer = client.post(ADD, desk.claim(0, 5).bytes());
    assertEquals(409, answer.statusCode());
    assertEquals("text/x.tlog.size", answer.headers().firstValue("Content-Type").orElse(""));
    assertEquals("3\n", text(answer));
    assertEquals(3, size());
  }

  @Test
  void anOldSizeBeyondTheCheckpointIsABadRequest() throws Exception {
    desk.append("usb.attach", 5);
    cosigned(desk.claim(0, 5));
    refused(400, Refusal.MALFORMED, new ConsistencyClaim(5, List.of(), desk.note(3)).toString());
  }

  @Test
  void aWrongProofIsRefusedKeptAndMarksAFork() throws Exception {
    desk.append("usb.attach", 3);
    cosigned(desk.claim(0, 3));
    desk.append("usb.attach", 2);
    List<Hash> proof = new ArrayList<>(desk.claim(3, 5).proof());
    Collections.swap(proof, 0, 1);
    ConsistencyClaim wrong = new ConsistencyClaim(3, proof, desk.note(5));
    refused(422, Refusal.PROOF_WRONG, wrong.toString());
    refused(422, Refusal.PROOF_WRONG, wrong.toString());
    assertEquals(3, size());
    List<Alarms.Alarm> alarms = hq.alarms().of(desk.logId(), 10);
    assertEquals(1, alarms.size(), "the same refusal again proves nothing new");
    assertEquals(wrong.note().toString(), alarms.get(0).note().orElse(""));
    assertTrue(hq.logs().workstation(desk.logId()).orElseThrow().forked().isPresent());
  }

  @Test
  void twoRootsOfOneSizeAreAFork() throws Exception {
    Desk twin = desk.twin();
    cosigned(desk.append("usb.attach", 3).claim(0, 3));
    refused(409, Refusal.OTHER_ROOT, twin.append("usb.detach", 3).claim(3, 3).toString());
    assertEquals(1, hq.alarms().count(Alarms.Kind.FORKED));
  }

  @Test
  void aProofFromNothingMustBeEmpty() throws Exception {
    desk.append("usb.attach", 2);
    ConsistencyClaim claim = new ConsistencyClaim(0, List.of(desk.head(1).root()), desk.note(2));
    refused(422, Refusal.PROOF_WRONG, claim.toString());
  }

  @Test
  void aHeadSignedByNoKnownKeyIsAskedForTheKeysFirst() throws Exception {
    Desk stranger = new Desk();
    desk.append("usb.attach", 2);
    String forged =
        new ConsistencyClaim(0, List.of(), desk.head(2).signedBy(stranger.key())).toString();
    HttpResponse<byte[]> answer = client.post(ADD, Desk.utf8(forged));
    assertEquals(403, answer.statusCode());
    assertEquals("unknown epoch 0\n", text(answer));
    assertEquals(0, size());
  }

  @Test
  void aLogThatIsNotEnrolledIsUnknown() throws Exception {
    Desk stranger = new Desk();
    refused(404, Refusal.LOG_UNKNOWN, stranger.append("usb.attach", 1).claim(0, 1).toString());
    Checkpoint odd = new Checkpoint("example.com/log42", 1, desk.head(0).root());
    refused(
        404,
        Refusal.LOG_UNKNOWN,
        new ConsistencyClaim(0, List.of(), odd.signedBy(stranger.key())).toString());
  }

  @Test
  void aRequestAboutAnotherLogIsForbidden() throws Exception {
    Desk other = new Desk();
    TestHq.Client otherClient = hq.enrol(other);
    HttpResponse<byte[]> answer =
        otherClient.post(ADD, desk.append("usb.attach", 1).claim(0, 1).bytes());
    assertEquals(403, answer.statusCode());
    assertEquals(Refusal.OTHER_LOG, Refusal.decode(answer.body()).error());
    assertEquals(403, otherClient.segment(desk, desk.segment(0, 1)).statusCode());
    assertEquals(
        403, otherClient.post("/v1/logs/" + desk.logId() + "/keys", new byte[1]).statusCode());
  }

  @Test
  void aTextInAnyOtherSpellingIsABadRequest() throws Exception {
    String good = desk.append("usb.attach", 1).claim(0, 1).toString();
    for (String bad :
        List.of(
            "",
            "old 0\n",
            good.replace("old 0", "old 00"),
            good.replace("old 0", "old -1"),
            good.replace("old 0", "old 9223372036854775808"),
            good.replace("old 0", "Old 0"),
            good.replace("\n1\n", "\n01\n"),
            good.replace("\n1\n", "\n9223372036854775808\n"),
            good.replace("\n", "\r\n"),
            good + "x",
            good.substring(0, good.length() - 1),
            "old 0\nAAAA\n" + good.substring("old 0\n".length()))) {
      HttpResponse<byte[]> answer = client.post(ADD, Desk.utf8(bad));
      assertEquals(400, answer.statusCode(), bad);
    }
    byte[] notUtf8 = Desk.utf8(good);
    notUtf8[9] = (byte) 0xFF;
    assertEquals(400, client.post(ADD, notUtf8).statusCode());
    assertEquals(0, size());
    assertEquals(200, client.post(ADD, Desk.utf8(good)).statusCode());
  }

  @Test
  void tooManyProofLinesAreTooLarge() throws Exception {
    String note = desk.append("usb.attach", 1).note(1).toString();
    String line = "A".repeat(43) + "=\n";
    refused(413, Refusal.TOO_LARGE, "old 0\n" + line.repeat(64) + "\n" + note);
    refusedOrCutOff("old 0\n" + line.repeat(1_000_000) + "\n" + note);
    assertEquals(0, size());
    refused(422, Refusal.PROOF_WRONG, "old 0\n" + line.repeat(63) + "\n" + note);
  }

  @Test
  void signaturesOfOthersAreIgnored() throws Exception {
    desk.append("usb.attach", 1);
    NoteSignature other = new Desk().key().sign(desk.head(1).text());
    cosigned(new ConsistencyClaim(0, List.of(), desk.note(1).with(other)));
  }

  @Test
  void aBacklogOfManyKeysIsPinnedBeforeItsRecordsAreThrough() throws Exception {
    List<TlogProof> handOvers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      handOvers.add(desk.append("usb.attach", 10).rotate());
    }
    desk.append("usb.detach", 3);
    ConsistencyClaim newest = desk.claim(0, desk.size());
    assertEquals("unknown epoch 0\n", text(client.post(ADD, newest.bytes())));
    for (int i = 0; i < 4; i++) {
      HttpResponse<byte[]> learnt = learn(handOvers.get(i));
      assertEquals(200, learnt.statusCode(), text(learnt));
      assertEquals(i + 1, NumberLine.decode(learnt.body()));
      assertEquals(i + 1, NumberLine.decode(learn(handOvers.get(i)).body()), "sent again");
    }
    cosigned(newest);
    assertEquals(desk.size(), size());
  }

  @Test
  void aHandOverOutOfTurnIsAskedForTheOnesBefore() throws Exception {
    desk.append("usb.attach", 1).rotate();
    TlogProof second = desk.append("usb.attach", 1).rotate();
    HttpResponse<byte[]> answer = learn(second);
    assertEquals(403, answer.statusCode());
    assertEquals("unknown epoch 0\n", text(answer));
  }

  @Test
  void aHandOverThatItsCheckpointDoesNotHoldIsRefused() throws Exception {
    TlogProof good = desk.append("usb.attach", 4).rotate();
    TlogProof otherLeaf = TlogProof.withLeaf(desk.leaf(3), good.index(), good.path(), good.note());
    HttpResponse<byte[]> answer = learn(otherLeaf);
    assertEquals(422, answer.statusCode());
    assertEquals(Refusal.KEY_CONFLICT, Refusal.decode(answer.body()).error());
    assertEquals(400, client.post(keys(), Desk.utf8("no proof")).statusCode());
    assertEquals(200, learn(good).statusCode());
  }

  @Test
  void anEndedKeyThatSignsOnIsRefusedAndRaisesAnAlarm() throws Exception {
    Desk thief = desk.twin(); // has the key that desk is about to destroy
    assertEquals(200, learn(desk.append("usb.attach", 3).rotate()).statusCode());
    thief.append("usb.detach", 9);
    refused(403, Refusal.BAD_SIGNATURE, thief.claim(0, 9).toString());
    assertEquals(1, hq.alarms().count(Alarms.Kind.KEY_MISUSED));
    cosigned(desk.append("usb.attach", 1).claim(0, 5));
  }

  @Test
  void aHandOverBehindTheHeadThatTheOldKeySignedIsRefused() throws Exception {
    Desk twin = desk.twin();
    cosigned(desk.append("usb.attach", 9).claim(0, 9));
    HttpResponse<byte[]> answer = learn(twin.append("usb.attach", 3).rotate());
    assertEquals(422, answer.statusCode());
    assertEquals(Refusal.KEY_CONFLICT, Refusal.decode(answer.body()).error());
    assertEquals(1, hq.alarms().count(Alarms.Kind.KEY_MISUSED));
  }

  @Test
  void requestsThatRaceOnOneLogNeverBothAdvanceFromOneSize() throws Exception {
    desk.append("usb.attach", 64);
    ExecutorService racers = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 6; round++) {
        long old = size();
        List<Callable<HttpResponse<byte[]>>> requests = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
          byte[] body = desk.claim(old, old + i).bytes();
          requests.add(() -> client.post(ADD, body));
        }
        int won = 0;
        for (Future<HttpResponse<byte[]>> answer : racers.invokeAll(requests)) {
          int status = answer.get().statusCode();
          assertTrue(status == 200 || status == 409, "status " + status);
          won += status == 200 ? 1 : 0;
        }
        assertEquals(1, won);
      }
    } finally {
      racers.shutdownNow();
    }
    assertEquals(0, hq.alarms().count(Alarms.Kind.FORKED));
  }

  private void cosigned(ConsistencyClaim claim) throws Exception {
    HttpResponse<byte[]> answer = client.post(ADD, claim.bytes());
    assertEquals(200, answer.statusCode(), text(answer));
    SignedNote note = SignedNote.parse(claim.note() + text(answer));
    Cosignature seen = note.cosignedBy(hq.running().keys().witness().verifier()).orElseThrow();
    assertEquals(hq.clock().instant(), seen.at());
    assertTrue(
        hq.logs()
            .state(desk.logId())
            .orElseThrow()
            .headNote()
            .orElseThrow()
            .toString()
            .endsWith(text(answer)),
        "kept before it was answered");
  }

  /** HQ does not read 45 MB to the end; a client that is still sending may see it hang up first. */
  private void refusedOrCutOff(String body) throws Exception {
    HttpResponse<byte[]> answer;
    try {
      answer = client.post(ADD, Desk.utf8(body));
    } catch (IOException cutOff) {
      assertEquals(0, size(), "what was cut off was not taken: " + cutOff);
      return;
    }
    assertEquals(413, answer.statusCode());
    assertEquals(Refusal.TOO_LARGE, Refusal.decode(answer.body()).error());
  }

  private void refused(int status, String error, String body) throws Exception {
    HttpResponse<byte[]> answer = client.post(ADD, Desk.utf8(body));
    assertEquals(error, Refusal.decode(answer.body()).error(), text(answer));
    assertEquals(status, answer.statusCode());
  }

  private HttpResponse<byte[]> learn(TlogProof proof) throws Exception {
    return client.post(keys(), proof.bytes());
  }

  private String keys() throws Exception {
    return "/v1/logs/" + desk.logId() + "/keys";
  }

  private long size() throws Exception {
    return hq.logs().state(desk.logId()).orElseThrow().head().size();
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
