package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.feeds.FeedsFile;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.FeedRows;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A running HQ hands its records on, each at least once and in order, over restarts and failures.
 */
final class FeedsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private HttpServer receiver;
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final List<Json.Obj> bodies = new CopyOnWriteArrayList<>();
  private volatile int status = 200;
  private TestHq hq;

  @BeforeEach
  void start() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    receiver.createContext("/v1/logs", this::take);
    receiver.start();
    hq = new TestHq(folder.resolve("hq"), plans(""));
  }

  @AfterEach
  void end() {
    hq.close();
    receiver.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange;
        GZIPInputStream body = new GZIPInputStream(exchange.getRequestBody())) {
      Json.Obj request = Json.parse(body.readAllBytes());
      if (status == 200) {
        Json.Obj scope = request.objects("resourceLogs").get(0).objects("scopeLogs").get(0);
        for (Json.Obj record : scope.objects("logRecords")) {
          keys.add(record.objects("attributes").get(0).object("value").text("stringValue"));
          bodies.add(Json.parse(Desk.utf8(record.object("body").text("stringValue"))));
        }
      }
      exchange.sendResponseHeaders(status, -1);
    } catch (io.waybillguard.agent.event.JsonException e) {
      throw new IOException(e);
    }
  }

  private List<io.waybillguard.hq.feeds.Plan> plans(String more) throws Exception {
    Path file = folder.resolve("feeds.yaml");
    Files.writeString(
        file, "engine:\n  otlp: http://127.0.0.1:" + receiver.getAddress().getPort() + "\n" + more);
    return FeedsFile.read(file);
  }

  private static void await(BooleanSupplier what) {
    Instant end = Instant.now().plus(PATIENCE);
    while (!what.getAsBoolean() && Instant.now().isBefore(end)) {
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    assertTrue(what.getAsBoolean());
  }

  private static List<String> keys(Desk desk, long from, long to) throws Exception {
    String log = desk.logId();
    return LongStream.range(from, to).mapToObj(seq -> log + "-" + seq).toList();
  }

  private FeedRows.Row row() {
    return new FeedRows(hq.database()).all().get(0);
  }

  @Test
  void records_go_out_in_order_once_while_nothing_fails_and_a_restart_sends_none_again()
      throws Exception {
    Desk desk = new Desk().append("usb.attach", 1_200);
    TestHq.Client client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, 700)).statusCode());
    assertEquals(200, client.segment(desk, desk.segment(700, 1_200)).statusCode());
    await(() -> keys.size() >= 1_200 && row().waiting() == 0);
    assertEquals(keys(desk, 0, 1_200), keys);
    hq.restart();
    desk.append("usb.attach", 3);
    assertEquals(200, hq.again(desk).segment(desk, desk.segment(1_200, 1_203)).statusCode());
    await(() -> keys.size() >= 1_203 && row().waiting() == 0);
    assertEquals(keys(desk, 0, 1_203), keys);
    assertEquals(1_203, row().sent());
  }

  @Test
  void the_page_says_how_far_it_is_and_why_it_failed_last_also_when_it_goes_on() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    assertTrue(browser.get("/feeds").body().contains("没有失败过"));
    status = 503;
    Desk desk = new Desk().append("usb.attach", 5);
    assertEquals(200, hq.enrol(desk).segment(desk, desk.segment(0, 5)).statusCode());
    await(() -> !row().problem().isEmpty());
    hq.pass(Duration.ofMinutes(7));
    String failing = browser.get("/feeds").body();
    assertTrue(failing.contains("送不出去，正在重试"), failing);
    assertTrue(failing.contains("对方回应了，但没有收下"), failing);
    assertTrue(failing.contains("7 分钟"), failing);
    assertTrue(failing.contains("answered 503"), "the receiver's own words");
    String english = browser.get("/feeds?lang=en").body();
    assertTrue(english.contains("The receiver answered and did not take the records."), english);
    status = 200;
    await(() -> row().problem().isEmpty() && row().waiting() == 0);
    String well = browser.get("/feeds?lang=zh").body();
    assertTrue(well.contains("class=\"feed working\""), well);
    assertTrue(well.contains("没有落后") && well.contains("对方回应了，但没有收下"), well);
    assertFalse(well.contains("起没有成功过"), well);
    String csv = browser.get("/feeds.csv").body();
    assertTrue(csv.contains("\"engine\",\"正常\""), csv);
  }

  @Test
  void a_receiver_that_is_down_holds_nothing_up_and_gets_everything_later() throws Exception {
    status = 503;
    Desk desk = new Desk().append("usb.attach", 5);
    TestHq.Client client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, 5)).statusCode());
    await(() -> !row().problem().isEmpty());
    assertTrue(row().problem().contains("503"), row().problem());
    Called told = Called.with(hq.clock(), "en", "feeds", "--data", hq.data().toString(), "--json");
    Json.Obj feed = Json.parse(Desk.utf8(told.out())).objects("feeds").get(0);
    assertEquals("engine", feed.text("name"));
    assertEquals(1, feed.number("waiting_segments"));
    assertTrue(feed.text("problem").contains("503"), told.out());
    status = 200;
    await(() -> keys.size() >= 5 && row().problem().isEmpty());
    assertEquals(keys(desk, 0, 5), keys);
    String table = Called.with(hq.clock(), "zh", "feeds", "--data", hq.data().toString()).out();
    assertTrue(table.contains("engine") && table.contains("全部记录"), table);
  }

  @Test
  void what_a_person_may_keep_for_himself_goes_out_as_its_leaf_alone() throws Exception {
    Desk desk = new Desk();
    desk.append("usb.attach", 1).append("session.start", "personal").append("odd", "no event");
    TestHq.Client client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, 3)).statusCode());
    await(() -> keys.size() >= 3);
    assertEquals(1010, bodies.get(0).number("class_uid"));
    Json.Obj bare = bodies.get(1);
    assertEquals(0, bare.number("class_uid"));
    assertEquals("session.start", bare.object("metadata").text("event_code"));
    assertEquals(keys.get(1), bare.object("metadata").text("uid"));
    assertFalse(bare.toString().contains("Cruzer"), bare.toString());
    assertEquals(0, bodies.get(2).number("class_uid"), "a body that is no event stays at HQ");
  }

  @Test
  void a_feed_of_incidents_carries_those_and_passes_the_rest() throws Exception {
    hq.close();
    hq = new TestHq(folder.resolve("other"), plans("  records: incidents\n"));
    Desk desk = new Desk();
    Crime.in(desk, hq.started().minus(Duration.ofDays(5)));
    TestHq.Client client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, 2)).statusCode());
    assertEquals(200, client.segment(desk, desk.segment(2, desk.size())).statusCode());
    await(() -> row().waiting() == 0 && row().sent() > 0);
    assertEquals(5, keys.size());
    for (Json.Obj each : bodies) {
      assertEquals(2005, each.number("class_uid"));
    }
  }

  @Test
  void a_wrong_file_of_feeds_is_told_by_its_line_and_nothing_starts() throws Exception {
    List<List<String>> wrong = new ArrayList<>();
    wrong.add(List.of("a:\n  otlp: http://siem.example/v1/logs\n", "feeds.yaml:2", "in the clear"));
    wrong.add(List.of("a:\n  syslog: siem.example\n  topic: x\n", "feeds.yaml:3", "no \"topic\""));
    wrong.add(List.of("A b:\n  syslog: x\n", "feeds.yaml:1", "no name"));
    wrong.add(List.of("a:\n  records: all\n", "feeds.yaml:1", "kafka, otlp, syslog"));
    wrong.add(List.of("a:\n  kafka: b.example:9092\n  topic: t\n", "feeds.yaml:2", "guarded"));
    wrong.add(List.of("a:\n  syslog: x\n  records: some\n", "feeds.yaml:3", "not \"some\""));
    wrong.add(List.of("a:\n  syslog: x\n  ca: /none\n", "feeds.yaml:3", "/none"));
    wrong.add(List.of("a: [\n", "feeds.yaml:", "no YAML"));
    Path file = folder.resolve("feeds.yaml");
    for (List<String> each : wrong) {
      Files.writeString(file, each.get(0));
      Called told =
          Called.with(
              hq.clock(),
              "en",
              "serve",
              "--data",
              folder.resolve("fresh").toString(),
              "--feeds",
              file.toString());
      assertEquals(2, told.exit(), each + told.err());
      assertTrue(told.err().contains(each.get(1)), each + told.err());
      assertTrue(told.err().contains(each.get(2)), each + told.err());
      assertFalse(Files.exists(folder.resolve("fresh")), each.toString());
    }
  }

  @Test
  void a_forgotten_feed_is_gone_and_that_is_written_down() throws Exception {
    String data = hq.data().toString();
    assertEquals(2, Called.with(hq.clock(), "en", "feeds", "forget", "x", "--data", data).exit());
    assertEquals(
        0, Called.with(hq.clock(), "en", "feeds", "forget", "engine", "--data", data).exit());
    assertEquals(List.of(), new FeedRows(hq.database()).all());
    try (Database database = Database.open(TestDatabase.of(hq.data()))) {
      assertTrue(
          new io.waybillguard.hq.store.ActRows(database)
              .newest("", Instant.EPOCH, Instant.ofEpochMilli(Long.MAX_VALUE), 10).stream()
                  .anyMatch(act -> act.detail().equals("feed engine")));
    }
  }
}
