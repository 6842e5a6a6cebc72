package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is asked of an engine that can do more than the one that runs here: a server that writes
 * down each request and answers in the words of the S3 API reference.
 */
final class SegmentBucketRequestsTest {
  private static final Instant NOW = Instant.parse("2026-11-28T08:00:00Z");
  private static final byte[] CONTENT = "segment".getBytes(StandardCharsets.UTF_8);
  private static final String LOCKED =
      """
      <ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>
      <Rule><DefaultRetention><Mode>%s</Mode><%s>%d</%s></DefaultRetention></Rule>
      </ObjectLockConfiguration>""";

  /** One request: its method, what was asked for, and its headers. */
  private record Asked(String method, String path, String query, Map<String, String> headers) {
    @Nullable String header(String name) {
      return headers.get(name.toLowerCase(java.util.Locale.ROOT));
    }
  }

  private record Answer(int status, Map<String, String> headers, String body) {
    Answer(int status, String body) {
      this(status, Map.of(), body);
    }
  }

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private HttpServer server;
  private SegmentBucket store;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    answers.put("GET object-lock", error(404, "ObjectLockConfigurationNotFoundError"));
    answers.put("PUT", new Answer(200, Map.of("ETag", tag(CONTENT)), ""));
    answers.put("GET", new Answer(200, "segment"));
    answers.put("GET versions", error(501, "NotImplemented"));
    Bucket bucket =
        Bucket.of(
            "s3://evidence/hq",
            "http://127.0.0.1:" + server.getAddress().getPort(),
            Map.of("AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "the-secret"));
    store = new SegmentBucket(bucket, () -> NOW);
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  private static String tag(byte[] content) throws Exception {
    return '"' + HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content)) + '"';
  }

  private static Answer error(int status, String code) {
    return new Answer(status, "<Error><Code>" + code + "</Code></Error>");
  }

  private void answer(HttpExchange request) throws IOException {
    Map<String, String> headers = new ConcurrentHashMap<>();
    request
        .getRequestHeaders()
        .forEach((k, v) -> headers.put(k.toLowerCase(java.util.Locale.ROOT), v.get(0)));
    String query = String.valueOf(request.getRequestURI().getQuery());
    Asked one =
        new Asked(request.getRequestMethod(), request.getRequestURI().getPath(), query, headers);
    request.getRequestBody().readAllBytes();
    asked.add(one);
    String what = query.split("[=&]")[0];
    String key =
        one.method() + (headers.containsKey("if-none-match") ? " if-none-match" : " " + what);
    Answer found = answers.getOrDefault(key, answers.get(one.method()));
    Answer answer = found == null ? error(404, "NoSuchKey") : found;
    answer.headers().forEach((k, v) -> request.getResponseHeaders().add(k, v));
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    boolean empty = one.method().equals("HEAD") || body.length == 0;
    request.sendResponseHeaders(answer.status(), empty ? -1 : body.length);
    if (!empty) {
      request.getResponseBody().write(body);
    }
    request.close();
  }

  private List<Asked> asked(String method) {
    return asked.stream().filter(a -> a.method().equals(method)).toList();
  }

  private String write() throws IOException {
    return store.write("log", 0, 1, CONTENT);
  }

  @Test
  void aSegmentIsSentWithItsSumUnderItsNameOnlyWhereNoneIs() throws Exception {
    String name = write();
    Asked put = asked("PUT").get(0);
    assertEquals("/evidence/hq/" + name, put.path());
    assertEquals("*", put.header("If-None-Match"));
    assertEquals(
        Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(CONTENT)),
        put.header("Content-MD5"));
    assertNull(put.header("x-amz-object-lock-mode"));
    assertFalse(put.headers().toString().contains("the-secret"));
    assertEquals(Retention.NONE, store.retention());
  }

  @Test
  void theBucketsRuleIsWhatEachSegmentIsLockedBy() throws Exception {
    answers.put(
        "GET object-lock", new Answer(200, LOCKED.formatted("COMPLIANCE", "Days", 30, "Days")));
    write();
    Asked put = asked("PUT").get(0);
    assertEquals("COMPLIANCE", put.header("x-amz-object-lock-mode"));
    assertEquals(
        NOW.plus(Duration.ofDays(30)),
        Instant.parse(String.valueOf(put.header("x-amz-object-lock-retain-until-date"))));
    assertEquals(new Retention(Retention.Mode.COMPLIANCE, Duration.ofDays(30)), store.retention());
    assertEquals(1, asked("GET").size(), "the rule is asked for once");
  }

  @Test
  void aRuleInYearsAndByGovernanceIsTakenToo() throws Exception {
    answers.put(
        "GET object-lock", new Answer(200, LOCKED.formatted("GOVERNANCE", "Years", 2, "Years")));
    assertEquals(new Retention(Retention.Mode.GOVERNANCE, Duration.ofDays(730)), store.retention());
  }

  @Test
  void whoMayNotReadTheRuleIsRefusedAndNotTakenForUnlocked() {
    answers.put("GET object-lock", error(403, "AccessDenied"));
    assertThrows(SegmentsUnusable.class, store::retention);
    assertThrows(SegmentsUnusable.class, this::write);
    assertTrue(asked("PUT").isEmpty());
  }

  @Test
  void whatIsThereAlreadyIsComparedAndCountsAsWritten() throws Exception {
    answers.put("PUT if-none-match", error(412, "PreconditionFailed"));
    write();
    assertEquals(1, asked("PUT").size());
  }

  @Test
  void otherBytesUnderItsNameAreNeverTakenForIt() {
    answers.put("PUT if-none-match", error(412, "PreconditionFailed"));
    answers.put("GET", new Answer(200, "another"));
    IOException refused = assertThrows(IOException.class, this::write);
    assertFalse(refused instanceof SegmentsUnusable);
    assertTrue(String.valueOf(refused.getMessage()).contains("7 bytes"), refused::toString);
  }

  @Test
  void anEngineWithoutConditionsIsWrittenToWithout() throws Exception {
    answers.put("PUT if-none-match", error(501, "NotImplemented"));
    write();
    Asked last = asked("PUT").get(asked("PUT").size() - 1);
    assertNull(last.header("If-None-Match"));
  }

  @Test
  void whereTheTagIsNoSumTheSegmentIsReadBack() throws Exception {
    answers.put("PUT", new Answer(200, Map.of("ETag", "\"of-another-kind\""), ""));
    write();
    assertEquals(1, asked("GET").stream().filter(a -> a.query().equals("null")).count());
    answers.put("GET", new Answer(200, "segmen"));
    assertThrows(IOException.class, this::write);
  }

  @Test
  void anEngineThatIsBusyIsAskedThreeTimesAndNoMore() {
    answers.put("PUT if-none-match", error(503, "SlowDown"));
    SegmentsUnusable busy = assertThrows(SegmentsUnusable.class, this::write);
    assertEquals(SegmentsUnusable.Reason.UNREACHABLE, busy.reason());
    assertEquals(3, asked("PUT").size());
    assertFalse(String.valueOf(busy.getMessage()).contains("the-secret"));
  }

  private static final String VERSIONS =
      """
      <ListVersionsResult><IsTruncated>false</IsTruncated>
      <Version><Key>hq/log/x.seg</Key><VersionId>v1</VersionId></Version>
      <DeleteMarker><Key>hq/log/x.seg</Key><VersionId>m2</VersionId></DeleteMarker>
      </ListVersionsResult>""";

  @Test
  void everyVersionIsDestroyedWithTheMarksThatHideThem() throws Exception {
    answers.put("GET versions", new Answer(200, VERSIONS));
    answers.put("DELETE", new Answer(204, ""));
    assertTrue(store.destroy("log/x.seg"));
    assertEquals(
        List.of("versionId=v1", "versionId=m2"),
        asked("DELETE").stream().map(Asked::query).toList());
  }

  @Test
  void whatALockHoldsIsSaidToBeHeld() throws Exception {
    answers.put("GET versions", new Answer(200, VERSIONS));
    answers.put("DELETE", error(403, "AccessDenied"));
    answers.put("HEAD", new Answer(200, Map.of("x-amz-object-lock-mode", "COMPLIANCE"), ""));
    assertFalse(store.destroy("log/x.seg"));
  }

  @Test
  void whoMayNotDeleteIsNotTakenForALock() {
    answers.put("GET versions", new Answer(200, VERSIONS));
    answers.put("DELETE", error(403, "AccessDenied"));
    answers.put("HEAD", new Answer(200, ""));
    assertThrows(SegmentsUnusable.class, () -> store.destroy("log/x.seg"));
  }

  @Test
  void segmentsAreNotSentInTheClearToAnotherMachineNorByAnAddressWithAKey() {
    Map<String, String> who = Map.of("AWS_ACCESS_KEY_ID", "i", "AWS_SECRET_ACCESS_KEY", "s");
    assertReason(SegmentsUnusable.Reason.BAD_ENDPOINT, "s3://b12", "http://10.0.0.9", who);
    assertReason(SegmentsUnusable.Reason.BAD_ENDPOINT, "s3://b12", "", who);
    assertReason(SegmentsUnusable.Reason.BAD_URL, "s3://id:hush@b12", "https://s3.example", who);
    assertReason(SegmentsUnusable.Reason.BAD_URL, "s3://b12/../c", "https://s3.example", who);
    assertReason(
        SegmentsUnusable.Reason.NO_CREDENTIALS, "s3://b12", "https://s3.example", Map.of());
  }

  private static void assertReason(
      SegmentsUnusable.Reason reason, String url, String endpoint, Map<String, String> who) {
    SegmentsUnusable refused =
        assertThrows(SegmentsUnusable.class, () -> Bucket.of(url, endpoint, who));
    assertEquals(reason, refused.reason(), url + " " + endpoint);
    assertFalse(refused.toString().contains("hush"));
  }
}
