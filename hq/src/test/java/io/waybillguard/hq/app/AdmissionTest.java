package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.report.Enroller;
import io.waybillguard.agent.report.Reporter;
import io.waybillguard.agent.report.TestDesk;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.Refusal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real HQ whose places are taken by workstations that do not come to an end. */
final class AdmissionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Places for segments, and for those who wait for one. */
  private static final int SEGMENTS = 6 + 12;

  @TempDir private Path folder;
  private final List<SSLSocket> holding = new ArrayList<>();
  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;
  private EnrollReply reply;

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk().append("usb.attach", 4);
    HttpResponse<byte[]> answer =
        hq.stranger().post("/v1/enroll", desk.enrolment(hq.token("HZ-001")).encode());
    reply = EnrollReply.decode(answer.body());
    client = hq.client(desk, reply);
  }

  @AfterEach
  void end() throws Exception {
    letGo();
    hq.close();
  }

  private void letGo() throws IOException {
    for (SSLSocket each : holding) {
      each.close();
    }
    holding.clear();
  }

  /** Begins a segment and sends its first bytes only. */
  private void hold() throws Exception {
    SSLContext tls = hq.context(desk, reply.chain());
    URI url = URI.create(hq.running().agentUrl());
    SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(url.getHost(), url.getPort());
    holding.add(socket);
    String head =
        "POST /v1/logs/"
            + desk.logId()
            + "/segments HTTP/1.1\r\nHost: hq\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(new byte[] {0x1f, (byte) 0x8b});
    socket.getOutputStream().flush();
  }

  private HttpResponse<byte[]> segment() throws Exception {
    return client.segment(desk, desk.segment(0, 4));
  }

  /** Asks until HQ is full, or free again. */
  private HttpResponse<byte[]> until(int status) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    HttpResponse<byte[]> answer = segment();
    while (answer.statusCode() != status && Instant.now().isBefore(end)) {
      answer = segment();
    }
    assertEquals(status, answer.statusCode());
    return answer;
  }

  @Test
  void whoFindsNoPlaceIsToldItsOwnMomentAndNothingOfItIsLost() throws Exception {
    for (int i = 0; i < SEGMENTS; i++) {
      hold();
    }
    Refusal refusal = Refusal.decode(until(503).body());
    assertEquals(Refusal.BUSY, refusal.error());
    Set<Integer> moments = new TreeSet<>();
    Instant end = Instant.now().plus(PATIENCE);
    while (moments.size() < 3 && Instant.now().isBefore(end)) {
      hold();
      String after = until(503).headers().firstValue("Retry-After").orElseThrow();
      moments.add(Integer.parseInt(after));
    }
    assertTrue(moments.size() >= 3, "all are told " + moments);
    moments.forEach(m -> assertTrue(m >= 5 && m <= 15, "after " + m + " s"));
    assertEquals(0, hq.logs().state(desk.logId()).orElseThrow().mirror().size());

    HttpResponse<byte[]> head = client.post("/v1/add-checkpoint", desk.claim(0, 4).bytes());
    assertEquals(200, head.statusCode(), "a head is pinned in any crowd");
    Heartbeat beat =
        new Heartbeat(
            desk.origin(), 4, desk.head(4).root().base64(), 0, "0.1.0", "", 1, "boot", 1, 1);
    assertEquals(200, client.post("/v1/heartbeat", beat.encode()).statusCode());
    assertEquals(200, client.get("/healthz").statusCode());

    letGo();
    until(200);
    Checkpoint held = hq.logs().state(desk.logId()).orElseThrow().mirror();
    assertEquals(desk.head(4), held);
    assertEquals(4, hq.records().count(desk.logId()));
  }

  @Test
  void anAgentComesAgainWhenItWasToldToAndLosesNothing() throws Exception {
    Path data = folder.resolve("agent");
    Reporter.Rhythm rhythm =
        new Reporter.Rhythm(
            Duration.ofMinutes(30),
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofMinutes(15));
    try (TestDesk agent = new TestDesk(data, Reporter.overHttps(data, rhythm))) {
      enrol(data);
      agent.work(7);
      for (int i = 0; i < SEGMENTS; i++) {
        hold();
      }
      until(503);
      agent.reporter().hurry();
      IOException busy = assertThrows(IOException.class, () -> stepUntilIdle(agent));
      assertTrue(String.valueOf(busy.getMessage()).contains("status 503"), busy.toString());
      long pause = agent.reporter().failed(busy);
      assertTrue(pause >= 5_000, "it comes again after " + pause + " ms");
      letGo();
      until(200);
      agent.report(10);
      assertEquals(agent.log().durableSize(), hq.records().count(agent.log().logId()));
    }
  }

  private static void stepUntilIdle(TestDesk agent) throws Exception {
    for (int i = 0; i < 10 && agent.reporter().step() != 0; i++) {
      agent.pass(Duration.ofSeconds(1));
    }
  }

  private void enrol(Path data) throws Exception {
    new Enroller(data, Duration.ofSeconds(10), Duration.ofSeconds(60))
        .enrol(
            URI.create(hq.running().agentUrl()),
            hq.token("HZ-001"),
            Optional.empty(),
            EvidenceLog.firstKey(data).orElseThrow(),
            new EnrollRequest.Host("desk-3", "Debian 12", "0.1.0"));
  }
}
