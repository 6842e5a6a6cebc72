package io.waybillguard.hq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Frontier;
import io.waybillguard.agent.evidence.HandOver;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.agent.report.wire.GenerationRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.RenewReply;
import io.waybillguard.agent.report.wire.RenewRequest;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.trust.CertificateAuthority;
import io.waybillguard.hq.trust.Pem;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of docs/protocol.md are one real exchange; here they are read from the page. */
final class ProtocolPageTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- example: ([a-z-]+) -->\n```[a-z]*\n(.*?)```\n", Pattern.DOTALL);

  private final Map<String, String> examples = new TreeMap<>();
  private EnrollReply enrolled;
  private KeyChain keys;

  @BeforeEach
  void readThePage() throws Exception {
    Matcher m = EXAMPLE.matcher(Files.readString(Path.of("../docs/protocol.md")));
    while (m.find()) {
      examples.put(m.group(1), m.group(2));
    }
    enrolled = EnrollReply.decode(json("enroll-reply"));
    keys =
        KeyChain.startingWith(
            VerifierKey.parse(EnrollRequest.decode(json("enroll-request")).logVkey()));
  }

  @Test
  void theEnrolmentIsSignedByBothKeysAndAnsweredWithACertificateForThem() throws Exception {
    EnrollRequest request = EnrollRequest.decode(json("enroll-request"));
    EnrollToken token = EnrollToken.parse(request.token());
    byte[] signed = EnrollRequest.signed(token, request.tlsSpki(), request.logVkey());
    assertTrue(keys.last().key().verifies(signed, request.sigLogBytes()));
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initVerify(CertificateAuthority.p256(request.tlsSpkiDer()));
    ecdsa.update(signed);
    assertTrue(ecdsa.verify(request.sigTlsBytes()));

    X509Certificate own = certificate(enrolled.chain().get(0));
    X509Certificate ca = certificate(enrolled.chain().get(1));
    own.verify(ca.getPublicKey());
    assertArrayEquals(request.tlsSpkiDer(), own.getPublicKey().getEncoded());
    assertEquals(
        "CN=" + Checkpoint.logIdOf(enrolled.origin()) + ",OU=" + enrolled.outlet(),
        own.getSubjectX500Principal().getName());
    assertTrue(token.pins(MessageDigest.getInstance("SHA-256").digest(ca.getEncoded())));
  }

  @Test
  void theHeadIsCosignedOnceTheKeyIsKnown() throws Exception {
    ConsistencyClaim claim = ConsistencyClaim.parse(text("add-checkpoint"));
    assertEquals(0, NumberLine.decodeUnknownEpoch(bytes("unknown-epoch")));
    KeyChain learnt = HandOver.learn(keys, TlogProof.parse(text("keys")));
    assertEquals(learnt.last().number(), NumberLine.decode(bytes("keys-reply")));
    Checkpoint head = learnt.verify(claim.note());
    assertEquals(head.size(), NumberLine.decode(bytes("size")));
    assertTrue(
        SignedNote.parse(claim.note() + text("add-checkpoint-reply"))
            .cosignedBy(VerifierKey.parse(enrolled.witnessVkey()))
            .isPresent());
  }

  @Test
  void theSegmentLeadsToItsCheckpointAndIsCosignedByTheMirror() throws Exception {
    byte[] message = Base64.getMimeDecoder().decode(text("segment"));
    Segment segment = Segment.decode(message);
    assertArrayEquals(message, segment.encode());
    String text = new String(message, 0, segment.leavesAt(), StandardCharsets.UTF_8);
    assertEquals(text("segment-text"), text);
    Checkpoint head = keys.verify(segment.note());
    Frontier tree = new Frontier();
    segment.leaves().forEach(leaf -> tree.append(Merkle.leaf(leaf)));
    assertEquals(head.root(), tree.root());
    Leaf.parse(segment.leaves().get(0)).check(segment.bodies().get(0));
    assertTrue(
        SignedNote.parse(segment.note() + text("segment-reply"))
            .cosignedBy(VerifierKey.parse(enrolled.mirrorVkey()))
            .isPresent());
  }

  @Test
  void theNewLogIsSignedByItsFirstKeyAndGetsACertificateOfTheSameTlsKey() throws Exception {
    GenerationRequest request = GenerationRequest.decode(json("generation-request"));
    EnrollReply reply = EnrollReply.decode(json("generation-reply"));
    byte[] signed =
        GenerationRequest.signed(request.previous(), request.logVkey(), request.tlsSpki());
    VerifierKey log = VerifierKey.parse(request.logVkey());
    assertTrue(log.verifies(signed, request.sigLogBytes()));
    assertEquals(log.name(), reply.origin());
    X509Certificate own = certificate(reply.chain().get(0));
    own.verify(certificate(reply.chain().get(1)).getPublicKey());
    assertEquals(request.tlsSpki(), Pem.spki(own));
    assertEquals(
        "CN=" + Checkpoint.logIdOf(log.name()) + ",OU=" + reply.outlet(),
        own.getSubjectX500Principal().getName());
  }

  @Test
  void theRenewalIsSignedByTheNewTlsKeyAndTheLogsKey() throws Exception {
    EnrollReply linked = EnrollReply.decode(json("generation-reply"));
    RenewRequest request = RenewRequest.decode(json("renew-request"));
    byte[] signed = RenewRequest.signed(linked.origin(), request.tlsSpki());
    VerifierKey log =
        VerifierKey.parse(GenerationRequest.decode(json("generation-request")).logVkey());
    assertTrue(log.verifies(signed, request.sigLogBytes()));
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initVerify(CertificateAuthority.p256(request.tlsSpkiDer()));
    ecdsa.update(signed);
    assertTrue(ecdsa.verify(request.sigTlsBytes()));
    RenewReply reply = RenewReply.decode(json("renew-reply"));
    X509Certificate renewed = certificate(reply.chain().get(0));
    renewed.verify(certificate(linked.chain().get(1)).getPublicKey());
    assertEquals(request.tlsSpki(), Pem.spki(renewed));
  }

  @Test
  void theHeadThatADeskLacksIsShownUnderTheWitnesssCosignature() throws Exception {
    HeartbeatReply reply = HeartbeatReply.decode(json("heartbeat-reply-other"));
    EnrollReply linked = EnrollReply.decode(json("generation-reply"));
    SignedNote head = SignedNote.parse(reply.head());
    assertTrue(head.cosignedBy(VerifierKey.parse(linked.witnessVkey())).isPresent());
    assertEquals(reply.hqSize(), Checkpoint.parse(head.text()).size());
    assertEquals(
        GenerationRequest.decode(json("generation-request")).previous(),
        Checkpoint.parse(head.text()).origin());
  }

  @Test
  void theJsonMessagesAreInTheirCanonicalForm() throws Exception {
    assertArrayEquals(json("renew-request"), RenewRequest.decode(json("renew-request")).encode());
    assertArrayEquals(json("renew-reply"), RenewReply.decode(json("renew-reply")).encode());
    assertArrayEquals(
        json("generation-request"), GenerationRequest.decode(json("generation-request")).encode());
    assertArrayEquals(
        json("generation-reply"), EnrollReply.decode(json("generation-reply")).encode());
    assertArrayEquals(
        json("heartbeat-reply-other"),
        HeartbeatReply.decode(json("heartbeat-reply-other")).encode());
    assertArrayEquals(json("heartbeat"), Heartbeat.decode(json("heartbeat")).encode());
    assertArrayEquals(
        json("heartbeat-reply"), HeartbeatReply.decode(json("heartbeat-reply")).encode());
    assertArrayEquals(json("refusal"), Refusal.decode(json("refusal")).encode());
    assertArrayEquals(
        json("enroll-request"), EnrollRequest.decode(json("enroll-request")).encode());
    assertArrayEquals(json("enroll-reply"), enrolled.encode());
  }

  @Test
  void everyMachineWordIsOnThePage() throws Exception {
    String page = Files.readString(Path.of("../docs/protocol.md"));
    for (Field field : Refusal.class.getFields()) {
      assertTrue(page.contains("`" + field.get(null) + "`"), field.getName());
    }
  }

  @Test
  void aCommandIsSignedAsThePageSays() throws Exception {
    String page = Files.readString(Path.of("../docs/protocol.md"));
    Matcher vkey = Pattern.compile("signed by\n`([^`]+/commands1[^`]+)`").matcher(page);
    assertTrue(vkey.find());
    Json.Obj message = Json.parse(json("command"));
    Command command =
        Command.verified(
            new Command.Message(message.text("note"), message.object("args")),
            VerifierKey.parse(vkey.group(1)));
    assertEquals("hold", command.type());
    assertTrue(command.isFor("evidence.example/agent/341ec227092d29d8", ""));
    assertEquals("HZ-2026-117", command.args().text("case"));
  }

  private String text(String example) {
    String text = examples.get(example);
    assertTrue(text != null, "no example " + example);
    return String.valueOf(text);
  }

  private byte[] bytes(String example) {
    return text(example).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] json(String example) {
    return text(example).strip().getBytes(StandardCharsets.UTF_8);
  }

  private static X509Certificate certificate(String pem) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }
}
