package io.waybillguard.agent.app;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.Enrolment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeSet;

/** A home with a real log, as a running agent leaves it behind. One thread. */
final class TestHome implements AutoCloseable {
  private final Path root;
  private final HandClock clock;
  private final EvidenceLog log;
  private final SigningKey head = cosigner("hq.example/witness1");
  private final SigningKey mirror = cosigner("hq.example/mirror1");

  private TestHome(Path root, Instant now) throws IOException {
    this.root = root;
    this.clock = new HandClock(now);
    EvidenceLog.Settings settings =
        new EvidenceLog.Settings(
            "desk.example",
            Duration.ofMinutes(1),
            256,
            Duration.ofDays(1),
            4096,
            Duration.ofHours(1),
            TestLog.RETENTION);
    this.log =
        EvidenceLog.open(
            data(),
            settings,
            new EvidenceLog.Surroundings(clock, clock::micros, "boot", TestHome::desk));
  }

  /** A home whose log is new. */
  static TestHome in(Path root, Instant now) throws IOException {
    return new TestHome(root, now);
  }

  private static Desk desk(String id) {
    Desk.Os os = new Desk.Os(200, "Debian", "12");
    return new Desk(id, "SH-0021", "desk-3", os, "boot", ZoneOffset.ofHours(8), "0.1.0");
  }

  private static SigningKey cosigner(String name) {
    try {
      return SigningKey.of(name, VerifierKey.COSIGNER, SigningKey.freshPair());
    } catch (EvidenceException e) {
      throw new AssertionError(e);
    }
  }

  Path root() {
    return root;
  }

  Path data() {
    return Home.at(root).data();
  }

  String origin() {
    return log.origin();
  }

  /** Writes records. */
  TestHome record(Event... events) throws IOException {
    for (Event event : events) {
      log.append(event);
    }
    log.commit();
    return this;
  }

  TestHome seal() throws IOException {
    log.seal();
    return this;
  }

  TestHome changeKey() throws IOException {
    log.changeKey();
    return this;
  }

  /** This PC belongs to an HQ, which has not seen anything of it yet. */
  TestHome enrol() throws IOException {
    new Enrolment(
            URI.create("https://hq.example:8443"),
            log.origin(),
            log.keys().epochs().get(0).key(),
            "SH-0021",
            List.of(),
            head.verifier(),
            mirror.verifier(),
            head.verifier())
        .save(data());
    return this;
  }

  /** HQ has seen the newest checkpoint. */
  TestHome pin(Instant at) throws Exception {
    return cosign(EvidenceLog.Witness.HEAD, head, at);
  }

  /** HQ holds all records under the newest checkpoint. */
  TestHome witness(Instant at) throws Exception {
    return cosign(EvidenceLog.Witness.MIRROR, mirror, at);
  }

  private TestHome cosign(EvidenceLog.Witness witness, SigningKey key, Instant at)
      throws Exception {
    try (LogReader reader = LogReader.open(data())) {
      SignedNote note = reader.newestCheckpoint().orElseThrow();
      log.accept(witness, log.sealedSize(), key.cosign(note.text(), at));
    }
    return this;
  }

  VerifierKey headKey() {
    return head.verifier();
  }

  /** Does to the file what its writer never would. */
  void tamper(String... sql) {
    TestLog.sql(data().resolve("evidence.db"), sql);
  }

  /** Erases the content of a record, as HQ has the agent do. */
  void erase(long record) throws IOException {
    log.erase(new TreeSet<>(List.of(record)), "PI-1");
  }

  CalledMain call(Language language, String... args) {
    return CalledMain.in(language, root, args);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
