package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.WaybillNumbers;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.WaybillKey;
import io.waybillguard.agent.event.Waybills;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.hq.store.SearchIndex;
import io.waybillguard.hq.store.SegmentFiles;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole waybill number finds the records that hold none. */
final class FindWaybillTest {
  private static final String NUMBER = "SF1234567890123";
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path folder;
  private TestHq hq;
  private Desk one;
  private Desk two;

  /** Two desks saw the number, one of them another one too; a third desk has no key. */
  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    one = new Desk();
    two = new Desk();
    Desk old = new Desk();
    report(one, true, "/srv/" + NUMBER + ".jpg", "/srv/300527476792.jpg");
    report(two, true, "/srv/sf1234567890123_2.png");
    report(old, false, "/srv/" + NUMBER + ".jpg");
    SearchIndex index = new SearchIndex(hq.database(), new SegmentFiles(hq.data()));
    while (index.catchUp(10) == 10) {
      // more to read
    }
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void anInvestigatorTypesTheNumberAndSeesItsRecordsOnly() throws Exception {
    Browser browser = Browser.of(hq, "wang", "investigator");
    String page = asked(browser, "sf 1234-567890123", "zh");
    assertTrue(page.contains("/workstations/" + one.logId() + "/records/0"), page);
    assertTrue(page.contains("/workstations/" + two.logId() + "/records/0"), page);
    assertFalse(page.contains("/records/1"), page);
    assertTrue(page.contains("面单号 ***********0123"), page);
    assertTrue(asked(browser, "300527476792", "en").contains("/records/1"));
    assertTrue(asked(browser, "300527476793", "zh").contains("没有找到"));
    assertTrue(asked(browser, "20261127", "zh").contains("这不像面单号"));
    assertTrue(asked(browser, "'<b>", "en").contains("does not look like a waybill number"));
  }

  @Test
  void theCommandFindsThemTooAndTakesTheNumberFromStandardInput() throws Exception {
    Called told = called(NUMBER, "--json");
    assertEquals(0, told.exit(), told.err());
    Json.Obj json = Json.parse(Desk.utf8(told.out()));
    assertEquals("***********0123", json.text("waybill"));
    Set<String> logs = new TreeSet<>();
    json.objects("records").forEach(record -> logs.add(record.text("workstation", "")));
    assertEquals(Set.of(one.logId(), two.logId()), logs);
    assertTrue(called(NUMBER).err().contains("2 records"));
    assertTrue(called("300527476793").err().contains("no record"));
    assertEquals(2, called("").exit());
    assertEquals(2, called("wps").exit());
  }

  /** Each of them saw it on a day of its own; those are left out that saw it first. */
  @Test
  void moreLogsThanArePutIntoAnAddressAreCountedAndFoundByTheirDay() throws Exception {
    List<Desk> desks = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      Desk desk = new Desk();
      report(desk, true, NOON.minus(Duration.ofDays(100L - i)), "/srv/" + NUMBER + ".jpg");
      desks.add(desk);
    }
    SearchIndex index = new SearchIndex(hq.database(), new SegmentFiles(hq.data()));
    while (index.catchUp(10) == 10) {
      // more to read
    }
    Browser browser = Browser.of(hq, "wang", "investigator");
    String page = asked(browser, NUMBER, "zh");
    assertTrue(page.contains("共 66 份，这里只找了最近出现的 60 份"), page);
    assertTrue(asked(browser, NUMBER, "en").contains("66 logs have this number; only the 60"));
    assertFalse(page.contains(desks.get(0).logId()), page);
    String first = "&from=2026-03-04&to=2026-03-04";
    String narrowed = asked(browser, NUMBER, "zh", first);
    assertTrue(narrowed.contains(desks.get(0).logId()), narrowed);
    assertFalse(narrowed.contains("这里只找了"), narrowed);
    Called told = called(NUMBER, "--json");
    Json.Obj json = Json.parse(Desk.utf8(told.out()));
    assertEquals(66, json.number("logs"));
    assertEquals(60, json.number("logs_searched"));
    assertTrue(called(NUMBER).err().contains("66 logs have this number"));
  }

  @Test
  void theNumberIsKeptNowhereAtHqNotEvenInItsOwnLog() throws Exception {
    Browser browser = Browser.of(hq, "wang", "investigator");
    asked(browser, NUMBER, "zh");
    assertEquals(0, called(NUMBER).exit());
    String acts = Browser.of(hq, "root", "admin").get("/acts").body();
    assertTrue(acts.contains("waybill=***********0123"), acts);
    assertFalse(acts.contains(NUMBER), acts);
    hq.close();
    try (Stream<Path> files = Files.walk(hq.data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(bytes.contains("1234567890123"), file::toString);
      }
    }
  }

  /** Nothing that one desk knows tells of another desk's records. */
  @Test
  void eachDeskHasAKeyOfItsOwnWhichStaysTheSame() throws Exception {
    WaybillKey company = hq.running().keys().waybills().orElseThrow();
    assertNotEquals(company.forLog(one.logId()), company.forLog(two.logId()));
    hq.restart();
    assertEquals(company, hq.running().keys().waybills().orElseThrow());
  }

  private Called called(String number, String... more) {
    String[] args =
        Stream.concat(Stream.of("waybill", "--data", hq.data().toString()), Stream.of(more))
            .toArray(String[]::new);
    return Called.typing(number + "\n", hq.clock(), "en", args);
  }

  private static String asked(Browser browser, String number, String language) throws Exception {
    return asked(browser, number, language, "");
  }

  private static String asked(Browser browser, String number, String language, String days)
      throws Exception {
    HttpResponse<String> answer =
        browser.post(
            "/search/waybill",
            "csrf="
                + browser.csrf()
                + "&number="
                + URLEncoder.encode(number, StandardCharsets.UTF_8)
                + days);
    assertEquals(303, answer.statusCode(), answer.body());
    String shown = answer.headers().firstValue("Location").orElseThrow();
    assertFalse(shown.contains("1234567890123"), shown);
    return browser.get(shown.replaceFirst("https://[^/]*", "") + "&lang=" + language).body();
  }

  /** Records as a desk makes them, with the key that HQ gave it. */
  private void report(Desk desk, boolean withKey, String... paths) throws Exception {
    report(desk, withKey, NOON, paths);
  }

  private void report(Desk desk, boolean withKey, Instant at, String... paths) throws Exception {
    HttpResponse<byte[]> answer =
        hq.stranger().post("/v1/enroll", desk.enrolment(hq.token("HZ-001")).encode());
    assertEquals(200, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    EnrollReply reply = EnrollReply.decode(answer.body());
    WaybillNumbers carried = WaybillNumbers.carried();
    Waybills forms =
        new Waybills(carried.distinct(), carried.common())
            .taggedBy(withKey ? Optional.of(reply.waybillKey().orElseThrow()) : Optional.empty());
    io.waybillguard.agent.event.Desk writer =
        new io.waybillguard.agent.event.Desk(
            desk.logId(),
            "HZ-001",
            "desk",
            new io.waybillguard.agent.event.Desk.Os(200, "Linux", ""),
            "boot",
            ZoneOffset.UTC,
            "1",
            forms);
    for (String path : paths) {
      byte[] body = writer.body(new SensorBlind(at, "image", at, path), desk.size(), at);
      desk.append("sensor.blind", Json.object(), body, at.toEpochMilli());
    }
    TestHq.Client client = hq.client(desk, reply);
    assertEquals(200, client.segment(desk, desk.segment(0, desk.size())).statusCode());
  }
}
