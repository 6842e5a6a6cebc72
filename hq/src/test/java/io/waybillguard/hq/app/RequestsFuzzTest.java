package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.hq.store.LogState;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole requests to a real HQ, over TLS, of an enrolled desk: good ones with a few bytes changed,
 * cut out, put in or said twice, and rubbish. HQ never fails, and what it holds stays what the desk
 * signed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RequestsFuzzTest {
  /** A desk is renewed when it has become this long, so that each request costs the same. */
  private static final int LONGEST = 128;

  private static final int MOST_CHANGES = 4;
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "0",
          "00",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551616",
          "1e3",
          "999999999999999999999999");
  private static final List<String> ENCODINGS = List.of("", "gzip", "identity", "br", "gzip, gzip");

  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;
  private TestHq.Client stranger;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    stranger = hq.stranger();
    renew();
  }

  @AfterAll
  void end() {
    hq.close();
  }

  private void renew() throws Exception {
    desk = new Desk();
    client = hq.enrol(desk);
    desk.append("usb.attach", 3);
    assertEquals(200, client.segment(desk, desk.segment(0, 2)).statusCode());
  }

  @FuzzTest
  void request(FuzzedDataProvider data) throws Exception {
    try (SilentCloseable here =
        BugDetectors.allowNetworkConnections((host, port) -> host.equals("localhost"))) {
      ask(data);
    }
  }

  private void ask(FuzzedDataProvider data) throws Exception {
    LogState before = state();
    if (desk.size() >= LONGEST || before.keys().last().number() > 0) {
      renew();
      before = state();
    }
    Message good = good(data.consumeInt(0, 6), before);
    byte[] body = changed(good.body, data);
    boolean packs = data.consumeBoolean() ? good.packed : data.consumeBoolean();
    if (packs) {
      body = packed(body, data);
    }
    String encoding =
        data.consumeBoolean() ? (good.packed ? "gzip" : "") : data.pickValue(ENCODINGS);
    TestHq.Client sender = data.consumeInt(0, 9) == 0 ? stranger : client;
    HttpResponse<byte[]> answer = sender.encoded(good.path, encoding, body);
    int status = answer.statusCode();
    assertTrue(
        status == 200 || (status >= 400 && status < 500),
        () -> status + " " + new String(answer.body(), StandardCharsets.UTF_8));
    LogState after = state();
    moved(status, before.head(), after.head());
    moved(status, before.mirror(), after.mirror());
  }

  /** Nothing moves but forward, with a yes, and to what the desk has signed. */
  private void moved(int status, Checkpoint before, Checkpoint after) throws Exception {
    if (status != 200) {
      assertEquals(before, after);
    }
    assertTrue(after.size() >= before.size());
    assertEquals(desk.head(after.size()), after);
  }

  private LogState state() throws Exception {
    return hq.logs().state(desk.logId()).orElseThrow();
  }

  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  private record Message(String path, boolean packed, byte[] body) {}

  /** A request that HQ would take as it is. */
  private Message good(int which, LogState log) throws Exception {
    long head = log.head().size();
    long mirror = log.mirror().size();
    String own = "/v1/logs/" + desk.logId();
    if (desk.size() <= Math.max(head, mirror)) {
      desk.append("usb.attach", 1);
    }
    return switch (which) {
      case 0 -> new Message("/v1/enroll", false, desk.enrolment(hq.token("HZ-001")).encode());
      case 1 -> new Message("/v1/add-checkpoint", false, desk.claim(head, desk.size()).bytes());
      case 2, 3 -> new Message(own + "/segments", true, desk.segment(mirror, desk.size()).encode());
      case 4 -> new Message(own + "/keys", false, handOver().bytes());
      case 5 -> new Message("/v1/heartbeat", false, beat(head).encode());
      default -> new Message("/v1/logs/" + "0".repeat(16) + "/segments", true, new byte[0]);
    };
  }

  /**
   * A true hand-over, which the desk itself never sees: HQ may learn it only from untouched bytes.
   */
  private TlogProof handOver() throws Exception {
    return desk.twin().rotate();
  }

  private Heartbeat beat(long size) throws Exception {
    String root = desk.head(size).root().base64();
    return new Heartbeat(desk.origin(), size, root, 0, "0.1.0", "", 1L << 30, "boot", 1, 1);
  }

  private static byte[] changed(byte[] good, FuzzedDataProvider data) {
    byte[] body = good;
    int changes = data.consumeInt(0, MOST_CHANGES);
    for (int i = 0; i < changes; i++) {
      int at = data.consumeInt(0, body.length);
      int end = Math.min(body.length, at + data.consumeInt(0, 64));
      byte[] piece =
          switch (data.consumeInt(0, 5)) {
            case 0 -> new byte[0];
            case 1 -> data.consumeBytes(32);
            case 2 -> Desk.utf8(data.pickValue(NUMBERS));
            case 3 -> repeated(Arrays.copyOfRange(body, at, end), data.consumeInt(2, 40));
            case 4 -> flipped(Arrays.copyOfRange(body, at, end), data.consumeByte());
            default -> Desk.utf8(data.consumeString(32));
          };
      body = spliced(body, at, end, piece);
    }
    return data.consumeInt(0, 19) == 0 ? data.consumeRemainingAsBytes() : body;
  }

  private static byte[] repeated(byte[] piece, int times) {
    byte[] all = new byte[piece.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(piece, 0, all, i * piece.length, piece.length);
    }
    return all;
  }

  private static byte[] flipped(byte[] piece, byte with) {
    for (int i = 0; i < piece.length; i++) {
      piece[i] ^= with;
    }
    return piece;
  }

  private static byte[] spliced(byte[] body, int at, int end, byte[] piece) {
    byte[] all = Arrays.copyOf(body, body.length - (end - at) + piece.length);
    System.arraycopy(piece, 0, all, at, piece.length);
    System.arraycopy(body, end, all, at + piece.length, body.length - end);
    return all;
  }

  private static byte[] packed(byte[] body, FuzzedDataProvider data) throws Exception {
    byte[] packed = TestHq.gzip(body);
    return switch (data.consumeInt(0, 5)) {
      case 0 -> Arrays.copyOf(packed, data.consumeInt(0, packed.length));
      case 1 ->
          spliced(packed, Math.min(packed.length, data.consumeInt(0, 40)), packed.length, packed);
      case 2 -> repeated(packed, 2); // gzip allows several members
      default -> packed;
    };
  }
}
