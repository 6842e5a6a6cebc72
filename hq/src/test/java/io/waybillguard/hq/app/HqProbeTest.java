package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.Enroller;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.EnrolmentRefusedException;
import io.waybillguard.agent.report.HqProbe;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's question whether HQ takes its certificate, put to a real HQ. */
final class HqProbeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private TestHq hq;
  private SigningKey log;

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    KeyPair pair = SigningKey.freshPair();
    String origin = Checkpoint.origin("desk.example", SigningKey.logId(pair.getPublic()));
    log = SigningKey.of(origin, VerifierKey.SIGNER, pair);
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void anEnrolledPcIsTakenAndLeavesNoSignOfLife() throws Exception {
    Path data = folder.resolve("desk");
    Enrolment enrolment = enrol(data);
    Workstation before = workstation();
    hq.pass(Duration.ofMinutes(10));
    HqProbe.Answer answer = HqProbe.ask(data, enrolment, PATIENCE, PATIENCE);
    assertEquals(HqProbe.Welcome.TAKEN, answer.welcome());
    assertEquals(before, workstation(), "a question is not a heartbeat");
    assertTrue(answer.time().isPresent(), "HQ tells its time");
    assertEquals(hq.started().plus(Duration.ofDays(90)), HqProbe.certificateEnds(enrolment));
  }

  @Test
  void aCertificateThatAnotherHasReplacedIsRefused() throws Exception {
    Path data = folder.resolve("desk");
    Enrolment first = enrol(data);
    enrol(folder.resolve("desk-again"));
    assertEquals(HqProbe.Welcome.REFUSED, HqProbe.ask(data, first, PATIENCE, PATIENCE).welcome());
  }

  @Test
  void anotherHqAtTheSameAddressIsNotAsked() throws Exception {
    Path data = folder.resolve("desk");
    Enrolment mine = enrol(data);
    try (TestHq other = new TestHq(folder.resolve("other-hq"))) {
      Enrolment there =
          new Enrolment(
              URI.create(other.running().agentUrl()),
              mine.origin(),
              mine.log(),
              mine.outlet(),
              mine.chain(),
              mine.witness(),
              mine.mirror(),
              mine.command());
      assertThrows(IOException.class, () -> HqProbe.ask(data, there, PATIENCE, PATIENCE));
    }
  }

  @Test
  void anotherCaIsRefusedWithItsHashAndTheOneThatWasHandedOver() throws Exception {
    String here = "SHA-256 " + hq.running().caSha256() + " ≠ ";
    String right = hq.token("HZ-001");
    String halfOfAnother = right.substring(0, 45) + "A".repeat(21);
    assertEquals(
        here + EnrollToken.parse(halfOfAnother).pinHex() + "… (token)",
        refused(halfOfAnother, Optional.empty()));
    assertEquals(
        here + EnrollToken.parse(halfOfAnother).pinHex() + "… (token)",
        refused(halfOfAnother, Optional.of(hq.running().caSha256())));
    String another = "ab".repeat(32);
    assertEquals(here + another, refused(right, Optional.of(another)));
    assertEquals("HZ-001", enrol(folder.resolve("desk"), right, Optional.empty()).outlet());
  }

  private String refused(String token, Optional<String> ca) {
    EnrolmentRefusedException e =
        assertThrows(
            EnrolmentRefusedException.class, () -> enrol(folder.resolve("desk"), token, ca));
    assertEquals(EnrolmentRefusedException.Reason.WRONG_CA, e.reason());
    return String.valueOf(e.getMessage());
  }

  private Enrolment enrol(Path data) throws Exception {
    return enrol(data, hq.token("HZ-001"), Optional.empty());
  }

  private Enrolment enrol(Path data, String token, Optional<String> ca) throws Exception {
    return new Enroller(data, PATIENCE, PATIENCE)
        .enrol(
            URI.create(hq.running().agentUrl()),
            token,
            ca,
            log,
            new EnrollRequest.Host("desk-3", "Debian 12", "0.1.0"));
  }

  private Workstation workstation() throws Exception {
    return hq.logs().workstation(Checkpoint.logIdOf(log.verifier().name())).orElseThrow();
  }
}
