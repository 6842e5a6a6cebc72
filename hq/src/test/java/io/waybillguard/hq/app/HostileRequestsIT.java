package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.trust.HqKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What no agent sends, from one that is enrolled, to a real HQ process with so little memory that
 * it would die of holding any of it. Each is refused, and HQ holds afterwards what it held before.
 */
final class HostileRequestsIT {
  private static final String ADD = "/v1/add-checkpoint";
  private static final String BEAT = "/v1/heartbeat";
  private static final String ENROLL = "/v1/enroll";
  private static final long TEN_GIB = 10L << 30;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** HQ hung up on what it will not read: no answer, and nothing taken. */
  private static final int CUT_OFF = 0;

  @TempDir private Path folder;

  // Each test serves with another amount of memory, and so begins by itself.
  @SuppressWarnings("NullAway.Init")
  private Desk desk;

  @SuppressWarnings("NullAway.Init")
  private SSLContext context;

  @SuppressWarnings("NullAway.Init")
  private HqProcess hq;

  /** Writes a body. */
  @FunctionalInterface
  private interface Body {
    void to(OutputStream out) throws IOException;
  }

  @Test
  void everyHostileRequestIsRefusedInLittleMemory() throws Exception {
    serve("128m");
    try {
      List<Object> before = held();
      byte[] segment = TestHq.gzip(desk.segment(2, 6).encode());
      for (int cut = 0; cut < segment.length; cut += segment.length / 8) {
        refused(Set.of(400), segments(), "gzip", Arrays.copyOf(segment, cut));
      }
      refused(Set.of(413, CUT_OFF), segments(), "gzip", packed(TEN_GIB));
      refused(Set.of(400, CUT_OFF), segments(), "gzip", zeros(TEN_GIB));
      for (String plain : List.of(ADD, BEAT, ENROLL, "/v1/logs/" + desk.logId() + "/keys")) {
        refused(Set.of(413, CUT_OFF), plain, "", zeros(TEN_GIB));
        refused(Set.of(415, CUT_OFF), plain, "gzip", packed(TEN_GIB));
      }
      wrongLengths();
      claims();
      json();
      assertEquals(before, held());
      HttpResponse<byte[]> good =
          new TestHq.Client(hq.agents(), context).post(ADD, desk.claim(2, 6).bytes());
      assertEquals(200, good.statusCode(), "and a good one is taken");
      assertTrue(hq.isAlive());
      assertEquals(List.of(), hq.failures());
    } finally {
      hq.close();
    }
  }

  @Test
  void manyBombsAtOnceTakeNoMoreThanAFewSegmentsMay() throws Exception {
    serve("384m");
    ExecutorService senders = Executors.newFixedThreadPool(40);
    try {
      List<Object> before = held();
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(senders.submit(() -> send(segments(), "gzip", packed(TEN_GIB))));
      }
      for (Future<Integer> answer : answers) {
        assertTrue(Set.of(413, 503, CUT_OFF).contains(answer.get()), "status " + answer.get());
      }
      assertEquals(before, held());
      assertTrue(hq.isAlive());
      assertEquals(List.of(), hq.failures());
    } finally {
      senders.shutdownNow();
      hq.close();
    }
  }

  /** Lengths that say more than there is, or more than can be. */
  private void wrongLengths() throws Exception {
    byte[] good = desk.segment(2, 6).encode();
    int leaf = desk.segment(2, 6).leavesAt();
    int body = good.length - desk.body(5).data().length - 4;
    for (int at : new int[] {leaf, body}) {
      for (int with : new int[] {0x7f, 0xff}) {
        byte[] wrong = good.clone();
        wrong[at] = (byte) with;
        refused(Set.of(400), segments(), "gzip", TestHq.gzip(wrong));
      }
    }
    String start = "POST " + ADD + " HTTP/1.1\r\nHost: hq\r\nContent-Length: ";
    assertTrue(Set.of(400, 413).contains(raw(start + "9223372036854775808\r\n\r\n")));
    assertTrue(Set.of(400, CUT_OFF).contains(raw(start + "-1\r\n\r\n")));
    assertTrue(Set.of(400, CUT_OFF).contains(raw(start + "5\r\nContent-Length: 6\r\n\r\nabcdef")));
    assertTrue(
        Set.of(400, CUT_OFF).contains(raw(start + "1000\r\n\r\nold 2\n")), "and then nothing");
    String chunked =
        "POST /v1/heartbeat HTTP/1.1\r\nHost: hq\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertTrue(Set.of(400, CUT_OFF).contains(raw(chunked + "zz\r\n{}\r\n0\r\n\r\n")));
    assertEquals(431, raw("GET /healthz HTTP/1.1\r\nHost: hq\r\nX: " + "x".repeat(100_000)));
  }

  private void claims() throws Exception {
    String claim = desk.claim(2, 6).toString();
    String line = desk.head(2).root().base64() + "\n";
    Body million =
        out -> {
          out.write(Desk.utf8("old 2\n"));
          byte[] thousand = Desk.utf8(line.repeat(1_000));
          for (int i = 0; i < 1_000; i++) {
            out.write(thousand);
          }
          out.write(Desk.utf8(claim.substring(claim.indexOf("\n\n") + 1)));
        };
    refused(Set.of(413, CUT_OFF), ADD, "", million);
    String many = "old 2\n" + line.repeat(1_200) + claim.substring(claim.indexOf("\n\n") + 1);
    refused(Set.of(413), ADD, "", Desk.utf8(many));
    for (String bad :
        List.of(
            claim.replace("old 2\n", "old 9223372036854775808\n"),
            claim.replace("old 2\n", "old -2\n"),
            claim.replace("old 2\n", "old 02\n"),
            claim.replace("\n6\n", "\n9223372036854775808\n"),
            claim.replace("\n6\n", "\n18446744073709551616\n"))) {
      refused(Set.of(400), ADD, "", Desk.utf8(bad));
    }
    // The largest number that is one; nobody signed it.
    String largest = claim.replace("\n6\n", "\n9223372036854775807\n");
    refused(Set.of(403), ADD, "", Desk.utf8(largest));
    byte[] notUtf8 = Desk.utf8(claim);
    notUtf8[4] = (byte) 0xff;
    refused(Set.of(400), ADD, "", notUtf8);
    String segment = new String(desk.segment(2, 6).encode(), StandardCharsets.ISO_8859_1);
    for (String size : List.of("9223372036854775807", "9223372036854775808")) {
      byte[] bad =
          segment.replace("\n6\n", "\n" + size + "\n").getBytes(StandardCharsets.ISO_8859_1);
      refused(Set.of(400, 413), segments(), "gzip", TestHq.gzip(bad));
    }
  }

  private void json() throws Exception {
    String root = desk.head(2).root().base64();
    String beat =
        new String(
            new Heartbeat(desk.origin(), 2, root, 2, "1", "", 1, "b", 1, 1).encode(),
            StandardCharsets.UTF_8);
    for (String bad :
        List.of(
            beat.replace("\"size\":2", "\"size\":2,\"size\":2"),
            beat.replace("\"size\":2", "\"size\":9223372036854775808"),
            beat.replace("\"size\":2", "\"size\":-2"),
            beat.replace("\"size\":2", "\"size\":1e1"),
            beat.replace("\"size\":2", "\"size\":" + "9".repeat(60_000)),
            "[".repeat(32_000) + "]".repeat(32_000),
            "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000))) {
      refused(Set.of(400), BEAT, "", Desk.utf8(bad));
      refused(Set.of(400), ENROLL, "", Desk.utf8(bad));
    }
    byte[] notUtf8 = Desk.utf8(beat);
    notUtf8[beat.indexOf("\"version\":\"") + 11] = (byte) 0xc0;
    refused(Set.of(400), BEAT, "", notUtf8);
  }

  private void refused(Set<Integer> statuses, String path, String encoding, byte[] body)
      throws Exception {
    refused(statuses, path, encoding, out -> out.write(body));
  }

  private void refused(Set<Integer> statuses, String path, String encoding, Body body)
      throws Exception {
    int status = send(path, encoding, body);
    assertTrue(
        statuses.contains(status),
        () -> path + " " + encoding + " answered " + status + ", expected one of " + statuses);
  }

  private String segments() throws Exception {
    return "/v1/logs/" + desk.logId() + "/segments";
  }

  private static Body zeros(long count) {
    return out -> {
      byte[] some = new byte[1 << 16];
      for (long left = count; left > 0; left -= some.length) {
        out.write(some);
      }
    };
  }

  private static Body packed(long zeros) {
    return out -> {
      try (GZIPOutputStream gzip = new GZIPOutputStream(out, 1 << 16)) {
        zeros(zeros).to(gzip);
      }
    };
  }

  /** Sends a body piece by piece until it ends or HQ hangs up. */
  private int send(String path, String encoding, Body body) throws Exception {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      String head =
          "POST "
              + path
              + " HTTP/1.1\r\nHost: hq\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
              + (encoding.isEmpty() ? "" : "Content-Encoding: " + encoding + "\r\n")
              + "\r\n";
      try {
        out.write(Desk.utf8(head));
        body.to(new Chunks(out));
        out.write(Desk.utf8("0\r\n\r\n"));
        out.flush();
      } catch (IOException e) {
        return answered(socket); // it hung up, perhaps after an answer
      }
      return answered(socket);
    }
  }

  /** Sends a request as it is and ends the sending side. */
  private int raw(String request) throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(Desk.utf8(request));
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      return answered(socket);
    }
  }

  private Socket connect() throws Exception {
    URI at = URI.create(hq.agents());
    Socket socket = context.getSocketFactory().createSocket(at.getHost(), at.getPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  private static int answered(Socket socket) {
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String line = in.readLine();
      return line == null ? CUT_OFF : Integer.parseInt(line.split(" ", -1)[1]);
    } catch (IOException e) {
      return CUT_OFF;
    }
  }

  /** Writes every piece as a chunk of HTTP/1.1. */
  private static final class Chunks extends OutputStream {
    private final OutputStream out;

    private Chunks(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int at, int length) throws IOException {
      if (length > 0) { // an empty chunk would end the body
        out.write(Desk.utf8(Integer.toHexString(length) + "\r\n"));
        out.write(bytes, at, length);
        out.write(Desk.utf8("\r\n"));
      }
    }
  }

  private void serve(String memory) throws Exception {
    Path data = folder.resolve("hq");
    hq =
        new HqProcess(
            folder,
            "hq",
            List.of("-Xmx" + memory, "-XX:+ExitOnOutOfMemoryError"),
            List.of("--data", data.toString()));
    hq.awaitReady();
    desk = new Desk().append("usb.attach", 6);
    Called token =
        Called.with(
            InstantSource.system(),
            "en",
            "token",
            "create",
            "--outlet",
            "HZ-001",
            "--data",
            data.toString());
    HqKeys keys = HqKeys.open(data);
    TestHq.Client stranger =
        new TestHq.Client(hq.agents(), TestHq.context(null, List.of(), keys.ca().certificate()));
    EnrollReply reply =
        EnrollReply.decode(
            stranger.post(ENROLL, desk.enrolment(token.out().strip()).encode()).body());
    context = TestHq.context(desk, reply.chain(), keys.ca().certificate());
    HttpResponse<byte[]> held =
        new TestHq.Client(hq.agents(), context).segment(desk, desk.segment(0, 2));
    assertEquals(200, held.statusCode());
  }

  /** What HQ vouches for. */
  private List<Object> held() throws Exception {
    try (Database database = Database.open(Location.embedded(folder.resolve("hq")))) {
      LogState log = new Logs(database).state(desk.logId()).orElseThrow();
      return List.of(
          log.head(),
          log.mirror(),
          log.headNote().toString(),
          log.mirrorNote().toString(),
          log.keys().epochs(),
          log.workstation().forked());
    }
  }
}
