package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.store.Alarms;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EnrolmentTest {
  @TempDir private Path folder;
  private TestHq hq;

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void aTokenAndTwoKeysBecomeACertificateForThatLogAndOutlet() throws Exception {
    Desk desk = new Desk();
    EnrollReply reply = enrolled(desk.enrolment(hq.token("杭州-01")));
    assertEquals("杭州-01", reply.outlet());
    assertEquals(desk.origin(), reply.origin());
    assertEquals(hq.started(), reply.hqTime());
    for (String vkey : List.of(reply.witnessVkey(), reply.mirrorVkey(), reply.commandVkey())) {
      assertTrue(VerifierKey.parse(vkey).name().startsWith("hq.waybill-guard.local/"), vkey);
    }
    X509Certificate certificate = certificate(reply.chain().get(0));
    assertEquals(
        "CN=" + desk.logId() + ",OU=杭州-01", certificate.getSubjectX500Principal().getName());
    assertEquals(hq.started().plus(Duration.ofDays(90)), certificate.getNotAfter().toInstant());
    assertEquals(List.of("1.3.6.1.5.5.7.3.2"), certificate.getExtendedKeyUsage());
    X509Certificate ca = certificate(reply.chain().get(1));
    certificate.verify(ca.getPublicKey());
    assertEquals(hq.running().caSha256(), Hash.sha256(ca.getEncoded()).hex());
  }

  @Test
  void theSameTokenWithTheSameKeysGetsTheSameAnswerEvenWhenItHasExpired() throws Exception {
    Desk desk = new Desk();
    String token = hq.token("HZ-001");
    EnrollReply first = enrolled(desk.enrolment(token));
    hq.pass(Duration.ofHours(100));
    assertEquals(first.chain(), enrolled(desk.enrolment(token)).chain());
    assertEquals(0, hq.alarms().count(Alarms.Kind.TOKEN_REUSED));
  }

  @Test
  void aUsedTokenWithOtherKeysIsRefusedAndRaisesAnAlarm() throws Exception {
    String token = hq.token("HZ-001");
    enrolled(new Desk().enrolment(token));
    refused(409, Refusal.TOKEN_USED, new Desk().enrolment(token));
    assertEquals(1, hq.alarms().count(Alarms.Kind.TOKEN_REUSED));
  }

  @Test
  void anUnknownOrMistypedTokenIsRefused() throws Exception {
    Desk desk = new Desk();
    String token = hq.token("HZ-001");
    refused(403, Refusal.TOKEN_UNKNOWN, desk.enrolment("wg" + "A".repeat(64)));
    refused(403, Refusal.TOKEN_UNKNOWN, desk.enrolment(token.substring(0, 60)));
    assertTrue(hq.logs().workstation(desk.logId()).isEmpty());
  }

  @Test
  void anExpiredTokenIsRefused() throws Exception {
    String token = hq.token("HZ-001");
    hq.pass(Duration.ofDays(3));
    refused(410, Refusal.TOKEN_EXPIRED, new Desk().enrolment(token));
  }

  @Test
  void aSignatureByAnotherKeyIsRefusedAndTheTokenStaysGood() throws Exception {
    Desk desk = new Desk();
    String token = hq.token("HZ-001");
    EnrollRequest good = desk.enrolment(token);
    EnrollRequest other = new Desk().enrolment(token);
    refused(403, Refusal.BAD_SIGNATURE, with(good, other.sigTls(), good.sigLog()));
    refused(403, Refusal.BAD_SIGNATURE, with(good, good.sigTls(), other.sigLog()));
    refused(403, Refusal.BAD_SIGNATURE, with(good, "AAAA", good.sigLog()));
    enrolled(good);
  }

  @Test
  void anOriginThatIsNotTheKeysOwnIsRefused() throws Exception {
    Desk desk = new Desk();
    EnrollRequest good = desk.enrolment(hq.token("HZ-001"));
    String stolen =
        VerifierKey.of(
                "evidence.example/agent/0123456789abcdef",
                VerifierKey.SIGNER,
                desk.firstKey().raw())
            .toString();
    refused(
        400,
        Refusal.BAD_KEY,
        new EnrollRequest(
            good.token(), good.tlsSpki(), stolen, good.host(), good.sigTls(), good.sigLog()));
  }

  @Test
  void aTlsKeyOfAnotherKindIsRefused() throws Exception {
    EnrollRequest good = new Desk().enrolment(hq.token("HZ-001"));
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    String spki =
        Base64.getEncoder().encodeToString(rsa.generateKeyPair().getPublic().getEncoded());
    refused(
        400,
        Refusal.BAD_KEY,
        new EnrollRequest(
            good.token(), spki, good.logVkey(), good.host(), good.sigTls(), good.sigLog()));
  }

  @Test
  void anEnrolledDeskMayEnrolAgainWithAFreshTokenAndItsOldCertificateStopsCounting()
      throws Exception {
    Desk desk = new Desk();
    TestHq.Client before = hq.enrol(desk);
    assertEquals(200, before.post("/v1/add-checkpoint", first(desk)).statusCode());
    Desk moved = new Desk(); // another TLS key under the same log key
    EnrollRequest again = relabelled(desk, moved, hq.token("SH-9"));
    assertEquals("SH-9", enrolled(again).outlet());
    HttpResponse<byte[]> answer = before.post("/v1/add-checkpoint", first(desk));
    assertEquals(403, answer.statusCode());
    assertEquals(Refusal.CERTIFICATE_REPLACED, Refusal.decode(answer.body()).error());
  }

  @Test
  void bytesThatAreNoEnrolmentAreRefused() throws Exception {
    TestHq.Client stranger = hq.stranger();
    for (String body :
        List.of("", "[]", "{", "{\"token\":1}", "{\"a\":1,\"a\":2}", "{\"token\":\"\\ud800\"}")) {
      assertEquals(400, stranger.post("/v1/enroll", Desk.utf8(body)).statusCode(), body);
    }
    assertEquals(400, stranger.post("/v1/enroll", new byte[] {(byte) 0xFF}).statusCode());
    assertEquals(413, stranger.post("/v1/enroll", new byte[100_000]).statusCode());
  }

  @Test
  void withoutACertificateNothingButEnrolmentAndHealthIsOpen() throws Exception {
    TestHq.Client stranger = hq.stranger();
    Desk desk = new Desk().append("usb.attach", 1);
    assertEquals(200, stranger.get("/healthz").statusCode());
    assertEquals(401, stranger.post("/v1/add-checkpoint", first(desk)).statusCode());
    assertEquals(401, stranger.post("/v1/heartbeat", Desk.utf8("{}")).statusCode());
    assertEquals(401, stranger.segment(desk, desk.segment(0, 1)).statusCode());
    assertEquals(404, stranger.get("/v1/nothing").statusCode());
    assertEquals(404, stranger.get("/").statusCode());
  }

  @Test
  void aCertificateOfAnotherHqDoesNotConnect() throws Exception {
    Desk desk = new Desk();
    try (TestHq other = new TestHq(folder.resolve("other"))) {
      EnrollReply reply =
          EnrollReply.decode(
              other
                  .stranger()
                  .post("/v1/enroll", desk.enrolment(other.token("X")).encode())
                  .body());
      TestHq.Client client =
          new TestHq.Client(hq.running().agentUrl(), hq.context(desk, reply.chain()));
      assertThrows(java.io.IOException.class, () -> client.post("/v1/add-checkpoint", first(desk)));
    }
  }

  @Test
  void anAgentThatPinsAnotherCaDoesNotConnect() throws Exception {
    try (TestHq other = new TestHq(folder.resolve("other"))) {
      TestHq.Client client =
          new TestHq.Client(
              hq.running().agentUrl(),
              TestHq.context(null, List.of(), other.running().keys().ca().certificate()));
      assertThrows(SSLException.class, () -> client.get("/healthz"));
    }
  }

  @Test
  void enrolmentOutlivesARestart() throws Exception {
    Desk desk = new Desk();
    String token = hq.token("HZ-001");
    EnrollReply first = enrolled(desk.enrolment(token));
    String ca = hq.running().caSha256();
    hq.restart();
    assertEquals(ca, hq.running().caSha256());
    assertEquals(200, hq.client(desk, first).post("/v1/add-checkpoint", first(desk)).statusCode());
  }

  @Test
  void onlyTheOwnerCanReadTheKeysAndNoTokenIsKept() throws Exception {
    String token = hq.token("HZ-001");
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(hq.data().resolve("keys"))));
    try (Stream<Path> files = Files.walk(hq.data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".key") || name.endsWith(".pem")) {
          assertEquals(
              "rw-------",
              PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
              name);
        }
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(content.contains(token), name + " holds the token");
      }
    }
  }

  private static byte[] first(Desk desk) throws Exception {
    return desk.claim(0, desk.size()).bytes();
  }

  private EnrollReply enrolled(EnrollRequest request) throws Exception {
    HttpResponse<byte[]> answer = hq.stranger().post("/v1/enroll", request.encode());
    assertEquals(200, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    return EnrollReply.decode(answer.body());
  }

  private void refused(int status, String error, EnrollRequest request) throws Exception {
    HttpResponse<byte[]> answer = hq.stranger().post("/v1/enroll", request.encode());
    assertEquals(error, Refusal.decode(answer.body()).error());
    assertEquals(status, answer.statusCode());
  }

  private static EnrollRequest with(EnrollRequest r, String sigTls, String sigLog) {
    return new EnrollRequest(r.token(), r.tlsSpki(), r.logVkey(), r.host(), sigTls, sigLog);
  }

  /** An enrolment of one desk's log with another's TLS key, rightly signed by both. */
  private static EnrollRequest relabelled(Desk log, Desk tls, String token) throws Exception {
    return log.withTlsOf(tls).enrolment(token);
  }

  private static X509Certificate certificate(String pem) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }
}
