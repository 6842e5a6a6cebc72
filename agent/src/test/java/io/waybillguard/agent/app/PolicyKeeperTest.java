package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.PolicyChanged;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.policy.Policy;
import io.waybillguard.agent.report.Enrolment;
import io.waybillguard.agent.report.wire.Command;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HQ's policy at a desk: a real log, the real rules, the real files. */
final class PolicyKeeperTest {
  private static final ConfigFile OWN = ConfigFile.defaults();
  private static final String ALLOWS_SSH =
      "rules: {remote_session: {allowed_peers: [10.8.0.7], allowed_tools: [sshd]}}";

  @TempDir Path temp;
  private SigningKey hq;
  private Scene desk;
  private PolicyKeeper keeper;
  private int ids;

  @BeforeEach
  void aDeskThatBelongsToAnHq() throws Exception {
    hq = SigningKey.of("hq.example/commands1", VerifierKey.SIGNER, SigningKey.freshPair());
    desk = Scene.judgedBy(data(), Rules.judge(OWN.config(), ZoneOffset.UTC));
    enrol(hq);
    desk.step();
    keeper = keeper();
  }

  @AfterEach
  void end() throws Exception {
    desk.close();
  }

  private Path data() {
    return temp.resolve("data");
  }

  private void enrol(SigningKey key) throws Exception {
    VerifierKey log = desk.log().firstKey();
    new Enrolment(
            URI.create("https://hq.example:1"),
            desk.log().log().origin(),
            log,
            "HZ-001",
            List.of(),
            log,
            log,
            key.verifier())
        .save(data());
  }

  private PolicyKeeper keeper() throws IOException {
    PolicyKeeper made = new PolicyKeeper(data(), OWN, desk.clock());
    made.adoptWith(
        (note, settings) -> {
          CompletableFuture<Long> done =
              desk.pipeline()
                  .adopt(
                      note,
                      () -> Rules.all(settings, ZoneOffset.UTC),
                      Rules.terms(settings, ZoneOffset.UTC),
                      () -> LogReader.open(data()));
          writeNow();
          return done;
        });
    return made;
  }

  private void writeNow() {
    try {
      desk.write();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] document(String yaml) throws Exception {
    return Policy.of(PolicyFile.parse(yaml.getBytes(StandardCharsets.UTF_8), "p")).document();
  }

  private Command command(long version, byte[] document) {
    return new Command(
        String.format("%032x", ++ids),
        "*",
        TestLog.NOON,
        TestLog.NOON.plus(Duration.ofDays(30)),
        "policy",
        Json.object().put("version", version).put("sha256", Policy.sha256(document)));
  }

  private void apply(long version, byte[] document) throws Exception {
    Command command = command(version, document);
    Command.Message message = command.signedBy(hq);
    keeper.prepare(command, message);
    keeper.apply(command, message, document);
  }

  private void loginFrom(String peer, String uid) throws Exception {
    Instant now = desk.clock().instant();
    RemoteSession session =
        new RemoteSession(
            uid,
            "sshd",
            "sshd",
            "courier",
            peer,
            1,
            "",
            0,
            "remote",
            "",
            RemoteSession.Confidence.HIGH,
            List.of("socket"),
            ProcessRef.UNKNOWN,
            now);
    desk.sees(new RemoteSessionStarted(now, session, false));
  }

  private long count(String type) throws IOException {
    return desk.kinds().stream().filter(type::equals).count();
  }

  @Test
  void aPeerThatWasUnexpectedIsExpectedFromTheNextRecordOnAndTheIncidentGoesOn() throws Exception {
    loginFrom("10.8.0.7", "a");
    assertEquals(1, count("finding.new"));
    assertEquals(1, count("incident.new"));
    apply(7, document(ALLOWS_SSH));
    loginFrom("10.8.0.7", "b");
    assertEquals(1, count("finding.new"), "it is arranged now");
    loginFrom("203.0.113.7", "c");
    assertEquals(2, count("finding.new"));
    assertEquals(7, keeper.standing().version());
    assertEquals(1, count("policy.change"));
    desk.log().assertSound();
  }

  @Test
  void theNextStartGoesByItAndSaysNothingNew() throws Exception {
    apply(7, document("title: 双十一\n" + ALLOWS_SSH));
    PolicyKeeper next = keeper();
    assertEquals(7, next.standing().version());
    assertEquals("双十一", next.standing().title());
    assertEquals(
        List.of("10.8.0.7"),
        next.standing().settings().config().rules().remoteSession().allowedPeers());
    assertEquals(Optional.empty(), atStart(next));
    assertFalse(next.standing().settings().fingerprint().equals(OWN.fingerprint()));
  }

  private Optional<Event> atStart(PolicyKeeper started) throws Exception {
    try (LogReader past = LogReader.open(data())) {
      return started.atStart(past);
    }
  }

  /** Killed after the file was written and before the log was. */
  @Test
  void aCrashBetweenFileAndLogIsMadeGoodAtTheNextStart() throws Exception {
    byte[] document = document(ALLOWS_SSH);
    Command command = command(7, document);
    Command.Message message = command.signedBy(hq);
    keeper.prepare(command, message);
    StoredPolicy.of(command, message, document).keep(data());
    PolicyKeeper next = keeper();
    PolicyChanged said = (PolicyChanged) atStart(next).orElseThrow();
    assertEquals(0, said.from());
    assertEquals(7, said.version());
    assertEquals(PolicyChanged.Cause.FOUND, said.cause());
    assertTrue(next.isInForce(command), "the command goes on, and there is nothing left to do");
    assertEquals(Optional.of(message), next.prepared(command.id()));
  }

  @Test
  void anOlderVersionIsRefusedAlsoAfterAStartAndWhenTheFileIsGone() throws Exception {
    apply(7, document(ALLOWS_SSH));
    byte[] old = document("rules:");
    assertThrows(IllegalArgumentException.class, () -> apply(6, old));
    Files.delete(StoredPolicy.file(data()));
    keeper = keeper();
    PolicyChanged said = (PolicyChanged) atStart(keeper).orElseThrow();
    assertEquals(PolicyChanged.Cause.UNUSABLE, said.cause());
    assertEquals(7, said.from());
    assertEquals(0, said.version());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> apply(6, old));
    assertEquals("policy version 6 is older than 7, which this PC has had", refused.getMessage());
    apply(7, document(ALLOWS_SSH));
    assertEquals(7, keeper.standing().version(), "the same again is no step back");
  }

  @Test
  void aFileThatSomebodyChangedIsNoPolicy() throws Exception {
    apply(7, document(ALLOWS_SSH));
    Path file = StoredPolicy.file(data());
    Files.writeString(file, Files.readString(file).replace("10.8.0.7", "10.8.0.8"));
    PolicyKeeper next = keeper();
    assertEquals(0, next.standing().version());
    PolicyChanged said = (PolicyChanged) atStart(next).orElseThrow();
    assertTrue(said.detail().contains("signed is"), said.detail());
  }

  @Test
  void thePolicyOfAnotherHqIsNone() throws Exception {
    apply(7, document(ALLOWS_SSH));
    enrol(SigningKey.of("hq.example/commands1", VerifierKey.SIGNER, SigningKey.freshPair()));
    assertEquals(0, keeper().standing().version());
  }

  @Test
  void whatIsNotUnderstoodIsRefusedAndTheOldOneHolds() throws Exception {
    apply(7, document(ALLOWS_SSH));
    for (String bad :
        List.of(
            "{\"rules\":{\"telepathy\":true}}",
            "{\"sensors\":{\"usb\":{\"enabled\":false}}}",
            "{\"rules\":{\"images_carried_off\":{\"surplus\":1000}}}",
            "not a policy")) {
      byte[] document = bad.getBytes(StandardCharsets.UTF_8);
      assertThrows(IllegalArgumentException.class, () -> apply(8, document), bad);
    }
    byte[] signed = document("rules:");
    Command command = command(8, signed);
    byte[] other = document(ALLOWS_SSH);
    assertThrows(
        IllegalArgumentException.class,
        () -> keeper.apply(command, command.signedBy(hq), other),
        "not the document that was signed");
    assertEquals(7, keeper.standing().version());
    assertEquals(1, count("policy.change"));
    assertEquals(7, keeper().standing().version(), "nor after a start");
  }
}
