package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HuntFinding;
import io.waybillguard.agent.event.HuntFinished;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.agent.report.wire.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A workstation's log with real keys, grown by hand so that it can also do what no agent does. Not
 * thread-safe.
 */
final class Desk {
  private static final String BOOT = "7f1c3d52-6f3e-4d7a-9a52-0d9d1c1d9d10";

  private final List<byte[]> leaves = new ArrayList<>();
  private final List<BodyPart> bodies = new ArrayList<>();
  private final SigningKey first;
  private final String origin;
  private final KeyPair tls;
  private SigningKey key;
  private long epoch;

  Desk() throws GeneralSecurityException, EvidenceException {
    this("evidence.example");
  }

  /** A desk whose log is named after this domain. */
  Desk(String domain) throws GeneralSecurityException, EvidenceException {
    KeyPair pair = SigningKey.freshPair();
    this.origin = Checkpoint.origin(domain, SigningKey.logId(pair.getPublic()));
    this.first = SigningKey.of(origin, VerifierKey.SIGNER, pair);
    this.key = first;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    this.tls = generator.generateKeyPair();
  }

  /** The same keys and records, from here on growing on its own: a clone of the machine. */
  Desk twin() {
    return new Desk(this, tls);
  }

  /** The same log behind another TLS key. */
  Desk withTlsOf(Desk other) {
    return new Desk(this, other.tls);
  }

  private Desk(Desk other, KeyPair tls) {
    this.first = other.first;
    this.origin = other.origin;
    this.tls = tls;
    this.key = other.key;
    this.epoch = other.epoch;
    this.leaves.addAll(other.leaves);
    this.bodies.addAll(other.bodies);
  }

  String origin() {
    return origin;
  }

  String logId() throws EvidenceException {
    return Checkpoint.logIdOf(origin);
  }

  VerifierKey firstKey() {
    return first.verifier();
  }

  SigningKey key() {
    return key;
  }

  KeyPair tls() {
    return tls;
  }

  long size() {
    return leaves.size();
  }

  /** The enrolment that this desk would send. */
  EnrollRequest enrolment(String token) throws Exception {
    return enrolment(token, new EnrollRequest.Host("台-3", "Debian GNU/Linux 12", "0.1.0"));
  }

  /** As above, with this to say of itself. */
  EnrollRequest enrolment(String token, EnrollRequest.Host host) throws Exception {
    String spki = Base64.getEncoder().encodeToString(tls.getPublic().getEncoded());
    byte[] signed = EnrollRequest.signed(new EnrollToken(token), spki, first.verifier().toString());
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initSign(tls.getPrivate());
    ecdsa.update(signed);
    return new EnrollRequest(
        token,
        spki,
        first.verifier().toString(),
        host,
        Base64.getEncoder().encodeToString(ecdsa.sign()),
        Base64.getEncoder().encodeToString(first.raw(signed)));
  }

  /** Appends records of a type, each with an OCSF body. */
  Desk append(String type, int count) {
    for (int i = 0; i < count; i++) {
      append(type, Json.object(), body(type).canonical());
    }
    return this;
  }

  /**
   * Appends a record whose content is of the personal class, or no event at all.
   *
   * @param what {@code personal}, or the content
   */
  Desk append(String type, String what) {
    boolean isPersonal = what.equals("personal");
    return append(
        type,
        Json.object(),
        isPersonal ? body(type).canonical() : utf8(what),
        1_750_000_000_000L + leaves.size(),
        isPersonal ? "personal" : "critical");
  }

  private Json.Obj body(String type) {
    return Json.object()
        .put("class_uid", 1010)
        .put("activity_id", 1)
        .put("severity_id", 1)
        .put("time", 1_750_000_000_000L + leaves.size())
        .put("metadata", Json.object().put("event_code", type))
        .put(
            "peripheral_device",
            Json.object().put("name", "Cruzer <b>Blade</b>").put("serial_number", "4F2A"));
  }

  /** Appends a record with these leaf fields and this body part 0. */
  Desk append(String type, Json.Obj fields, byte[] body) {
    return append(type, fields, body, 1_750_000_000_000L + leaves.size());
  }

  /** As above, at this moment by the desk's clock. */
  Desk append(String type, Json.Obj fields, byte[] body, long wall) {
    return append(type, fields, body, wall, "critical");
  }

  /** The records of a hunt that HQ ordered and that ended at a time with these findings. */
  Desk answerHunt(String id, List<HuntFinding> findings, Instant at) {
    HuntFinished end =
        new HuntFinished(
            at, id, "t", new HuntFinished.Looked(10, 1, 0), Duration.ofSeconds(1), findings, 0);
    Json.Obj body =
        Json.object()
            .put("scan", Json.object().put("uid", id).put("name", "t"))
            .put("num_detections", end.found())
            .put(
                "unmapped",
                Json.object().put("findings", findings.stream().map(HuntFinding::json).toList()));
    append("hq.cmd", Json.object().put("id", id).put("verdict", "taken"), new byte[] {1});
    append("hunt.end", end.leaf(), body.canonical());
    return append(
        "hq.result",
        Json.object().put("id", id).put("outcome", "done").put("found", end.found()),
        new byte[] {1});
  }

  /** The records of another command of HQ's, and what came of it. */
  Desk answerCommand(String id, String outcome, String why) {
    append("hq.cmd", Json.object().put("id", id).put("verdict", "taken"), new byte[] {1});
    return append(
        "hq.result",
        Json.object().put("id", id).put("outcome", outcome),
        Json.object()
            .put("status_detail", why)
            .put("unmapped", Json.object().put("command_id", id).put("outcome", outcome))
            .canonical());
  }

  private Desk append(String type, Json.Obj fields, byte[] body, long wall, String bodyClass) {
    byte[] salt = new byte[16];
    new SecureRandom().nextBytes(salt);
    BodyPart part = new BodyPart(leaves.size(), 0, salt, body);
    Json.Obj promise =
        Json.object()
            .put("h", part.commitment().base64())
            .put("n", body.length)
            .put("ct", "application/json")
            .put("cls", bodyClass);
    leaves.add(
        fields
            .put("v", 1)
            .put("seq", leaves.size())
            .put("type", type)
            .put("wall", wall)
            .put("mono", leaves.size())
            .put("boot", BOOT)
            .put("body", List.of(promise))
            .canonical());
    bodies.add(part);
    return this;
  }

  /**
   * Ends the epoch.
   *
   * @return the proof that teaches HQ the next key
   */
  TlogProof rotate() throws Exception {
    SigningKey next = SigningKey.of(origin, VerifierKey.SIGNER, SigningKey.freshPair());
    append(
        "log.key",
        Json.object().put("epoch", ++epoch).put("next", next.verifier().toString()),
        body("log.key").canonical());
    long n = size();
    TlogProof proof =
        TlogProof.withLeaf(
            leaves.get((int) n - 1), n - 1, Merkle.inclusion(this::node, n - 1, n), note(n));
    key = next;
    return proof;
  }

  /** The signed head of a size, by the key that is live now. */
  SignedNote note(long size) throws IOException {
    return head(size).signedBy(key);
  }

  Checkpoint head(long size) throws IOException {
    return new Checkpoint(origin, size, Merkle.root(this::node, size));
  }

  /** An add-checkpoint body. */
  ConsistencyClaim claim(long old, long size) throws IOException {
    return new ConsistencyClaim(old, Merkle.consistency(this::node, old, size), note(size));
  }

  /** The records from one size to another with all their bodies, under a note. */
  Segment segment(long from, SignedNote note, long to) {
    return new Segment(
        from,
        note,
        leaves.subList((int) from, (int) to),
        bodies.stream().filter(b -> b.index() >= from && b.index() < to).toList());
  }

  Segment segment(long from, long to) throws IOException {
    return segment(from, note(to), to);
  }

  byte[] leaf(long index) {
    return leaves.get((int) index);
  }

  BodyPart body(long index) {
    return bodies.get((int) index);
  }

  /** Root of a complete subtree, folded from its leaves. */
  private Hash node(int level, long index) {
    if (level == 0) {
      return Merkle.leaf(leaves.get((int) index));
    }
    return Merkle.parent(node(level - 1, index * 2), node(level - 1, index * 2 + 1));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
