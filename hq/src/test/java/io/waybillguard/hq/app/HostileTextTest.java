package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.hq.store.FleetRows;
import io.waybillguard.hq.store.Records;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Text that one database or another cannot keep or index. A workstation may send it; what it signed
 * is taken, and shown as well as it can be.
 */
final class HostileTextTest {
  private static final String NUL = "a\0b";
  private static final String SHOWN = "a\uFFFDb";
  private static final byte[] NO_EVENT = Desk.utf8("{}");

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
  void aMachineMayCallItselfAnything() throws Exception {
    String edge = "x".repeat(254) + "\uD83D\uDE9A"; // a lorry across the limit
    Desk desk = new Desk();
    TestHq.Client client = enrol(desk, new EnrollRequest.Host(NUL, edge, NUL));
    FleetRows.Row row = new FleetRows(hq.database()).find(desk.logId()).orElseThrow();
    assertEquals(SHOWN, row.workstation().hostname());
    assertEquals("x".repeat(254), row.workstation().os());
    Heartbeat beat = new Heartbeat(desk.origin(), 0, NUL, 0, "9" + NUL, NUL, -1, NUL, 0, 0);
    assertEquals(200, client.post("/v1/heartbeat", beat.encode()).statusCode());
    row = new FleetRows(hq.database()).find(desk.logId()).orElseThrow();
    assertEquals("9" + SHOWN, row.workstation().version());
  }

  @Test
  void recordsOfAnyTypeAreTakenAndKeptAsTheyWereSigned() throws Exception {
    Desk desk = new Desk();
    TestHq.Client client = enrol(desk, new EnrollRequest.Host("", "", ""));
    String longest = "电".repeat(1_200);
    desk.append("usb" + NUL, Json.object(), NO_EVENT);
    desk.append(longest, Json.object(), NO_EVENT);
    desk.append("sensor.blind", Json.object().put("sensor", NUL), NO_EVENT);
    desk.append("sensor.blind", Json.object().put("sensor", longest), NO_EVENT);
    assertEquals(200, client.segment(desk, desk.segment(0, 4)).statusCode());
    assertEquals(
        List.of("sensor.blind", "sensor.blind", longest.substring(0, 255), "usb" + SHOWN),
        hq.records().newest(desk.logId(), Long.MAX_VALUE, "", 9).stream()
            .map(r -> r.row().type())
            .toList());
    Records.Held first = hq.records().find(desk.logId(), 0).orElseThrow();
    assertArrayEquals(desk.leaf(0), first.leaf());
    assertEquals(2, new FleetRows(hq.database()).find(desk.logId()).orElseThrow().blind().size());
  }

  @Test
  void aLogWithANameTooLongToBeFoundByIsRefused() throws Exception {
    Desk desk = new Desk("e".repeat(3_000) + ".example");
    HttpResponse<byte[]> answer =
        hq.stranger().post("/v1/enroll", desk.enrolment(hq.token("HZ-001")).encode());
    assertEquals(400, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    assertEquals(Refusal.BAD_KEY, Refusal.decode(answer.body()).error());
  }

  private TestHq.Client enrol(Desk desk, EnrollRequest.Host host) throws Exception {
    HttpResponse<byte[]> answer =
        hq.stranger().post("/v1/enroll", desk.enrolment(hq.token("HZ-001"), host).encode());
    assertEquals(200, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    return hq.client(desk, EnrollReply.decode(answer.body()));
  }
}
