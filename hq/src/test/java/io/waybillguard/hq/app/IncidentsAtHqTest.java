package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.hq.store.Days;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.SearchIndex;
import io.waybillguard.hq.store.WatchedDays;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What desks' logs say of incidents is found, told and counted. */
final class IncidentsAtHqTest {
  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private Instant begin;
  private String id = "";

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    begin = hq.started().minus(Duration.ofDays(5));
    id = Crime.in(desk, begin);
    TestHq.Client client = hq.enrol(desk);
    // In three reports, so that what is newest comes in pieces.
    assertEquals(200, client.segment(desk, desk.segment(0, 5)).statusCode());
    assertEquals(200, client.segment(desk, desk.segment(5, 11)).statusCode());
    assertEquals(200, client.segment(desk, desk.segment(11, desk.size())).statusCode());
    index();
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void theOverviewNamesTheIncidentAndItsOutlet() throws Exception {
    Browser browser = Browser.of(hq, "li", "viewer");
    String page = browser.get("/").body();
    assertTrue(page.contains("台-3：有程序在向网盘上传面单图片"), page);
    assertTrue(page.contains("/incidents/" + id), page);
    assertTrue(page.contains("/incidents?state=open&outlet=HZ-001"), page);
    assertTrue(page.contains("：1 起，其中高和紧急 1 起"), page);
    String english = browser.get("/?lang=en").body();
    assertTrue(english.contains("台-3: "), english);
    assertTrue(english.contains("of 1 workstations left records"), english);
  }

  @Test
  void thePageTellsTheStoryInOrderWithEachRecordAndWhatProvesIt() throws Exception {
    Browser browser = Browser.of(hq, "li", "viewer");
    String page = browser.get("/incidents/" + id).body();
    int last = 0;
    for (String step : List.of("没见过的U盘插入", "从U盘复制出程序", "被设为开机自启", "登录", "读取面单图片 1,204 张")) {
      int at = page.indexOf(step, last);
      assertTrue(at > 0, step + " after " + last + " in " + page);
      last = at;
    }
    assertTrue(page.contains("512 MB") && page.contains("pan.example"), page);
    assertTrue(page.contains("/workstations/" + desk.logId() + "/records/2"), page);
    assertTrue(page.contains("已落盘、已封签；总部核对过"), page);
    assertTrue(page.contains("<svg"), page);
    assertFalse(page.contains("style="), "the policy lets no page style itself");
    assertTrue(page.contains("没有回答的记录"), page);
    assertEquals(404, browser.get("/incidents/" + desk.logId() + "-9-9").statusCode());
    assertTrue(browser.get("/incidents/" + id + "?lang=en").body().contains("What happened"));
  }

  @Test
  void theDayShowsThatNobodyWasThereWhileTheScreenWasLocked() throws Exception {
    Browser browser = Browser.of(hq, "li", "viewer");
    var day = begin.minus(Duration.ofMinutes(14)).atZone(ZoneId.systemDefault()).toLocalDate();
    String page = browser.get("/workstations/" + desk.logId() + "?day=" + day).body();
    assertTrue(page.contains("band unattended"), page);
    assertFalse(page.contains("band unknown"), page);
  }

  @Test
  void theTableIsFilteredSortedAndExportedByItsAddress() throws Exception {
    Browser browser = Browser.of(hq, "li", "investigator");
    assertTrue(browser.get("/incidents?severity=5&outlet=HZ-001&q=台").body().contains(id));
    assertTrue(browser.get("/incidents?state=closed").body().contains("没有符合条件"));
    assertFalse(browser.get("/incidents?outlet=HZ-002").body().contains("/incidents/" + id));
    for (String sort : List.of("severity", "outlet", "opened", "x'")) {
      assertTrue(browser.get("/incidents?sort=" + sort.replace("'", "%27")).body().contains(id));
    }
    assertTrue(browser.get("/incidents?q=%25").body().contains("没有符合条件"), "% is itself");
    assertEquals(200, browser.get("/incidents?page=99999999").statusCode());
    String csv = browser.get("/incidents.csv").body();
    assertTrue(csv.contains("\"" + id + "\"") && csv.contains("\"紧急\""), csv);
  }

  @Test
  void itsEvidenceIsPulledByItsIdAnHourAroundIt() throws Exception {
    String bundle = folder.resolve("crime.zip").toString();
    Json.Obj pulled =
        json(called("evidence", "pull", "--incident", id, "-o", bundle, "--reason", "x", "--json"));
    assertEquals(desk.logId(), pulled.text("workstation"));
    assertEquals(1, pulled.number("first"), "hours before, somebody was at the desk");
    assertEquals(desk.size() - 1, pulled.number("last"));
    assertEquals(2, called("evidence", "pull", "-o", bundle + "2").exit(), "of what?");
    Called both =
        called("evidence", "pull", "--incident", id, "--workstation", "x", "-o", bundle + "2");
    assertEquals(2, both.exit());
    Called unknown = called("evidence", "pull", "--incident", "none", "-o", bundle + "2");
    assertEquals(2, unknown.exit());
    assertTrue(unknown.err().contains("no incident none"), unknown.err());
  }

  @Test
  void theCommandsTellItAsTheDeskDoes() throws Exception {
    Json.Obj all = json(called("incidents", "--json"));
    Json.Obj told = all.objects("incidents").get(0);
    assertEquals(id, told.text("id"));
    assertEquals(desk.logId(), told.text("workstation"));
    assertEquals("open", told.text("state"));
    assertEquals("critical", told.text("severity"));
    assertEquals(1204, told.number("images"));
    assertEquals(512L << 20, told.number("bytes_out"));
    assertEquals("pan.example", told.text("destination"));
    List<String> steps = told.objects("steps").stream().map(s -> s.text("step", "")).toList();
    assertEquals(List.of("stick", "program", "autostart", "remote_login", "upload"), steps);
    assertEquals(told, json(called("incidents", "--json", "show", id)));
    String text = called("incidents", "show", id).out();
    assertTrue(text.contains("(critical)"), text);
    assertTrue(called("incidents", "--workstation", "0".repeat(16)).err().contains("No incident"));
    assertEquals(2, called("incidents", "show", "none").exit());
    assertEquals(2, called("incidents", "tell", id).exit());
  }

  @Test
  void aWorkstationTellsItsOwnIncidentsOnlyAndNeverGoesBack() throws Exception {
    IncidentRows rows = new IncidentRows(hq.database());
    IncidentRows.Row before = rows.find(id).orElseThrow();
    Desk other = new Desk();
    TestHq.Client client = hq.enrol(other);
    put(other, id, Severity.LOW);
    put(other, other.logId() + "-'\"<b>", Severity.LOW);
    put(other, other.logId() + "-0-1", Severity.LOW);
    assertEquals(200, client.segment(other, other.segment(0, 3)).statusCode());
    index();
    assertEquals(before, rows.find(id).orElseThrow(), "it stays as its own workstation told it");
    assertEquals(2, rows.count(IncidentRows.Filter.OPEN));
    hq.restart();
    index();
    assertEquals(before, new IncidentRows(hq.database()).find(id).orElseThrow());
  }

  private static void put(Desk desk, String uid, Severity severity) throws Exception {
    IncidentChanged.Step step =
        new IncidentChanged.Step(
            0, Instant.EPOCH, "unknown-keyboard", severity, List.of(), List.of(), new TreeMap<>());
    IncidentChanged told =
        new IncidentChanged(
            Instant.EPOCH,
            IncidentChanged.Change.NEW,
            uid,
            severity,
            Instant.EPOCH,
            List.of(step),
            0);
    byte[] body =
        new io.waybillguard.agent.event.Desk(
                desk.logId(),
                "x",
                "HZ-001",
                new io.waybillguard.agent.event.Desk.Os(200, "Linux", "6"),
                "7f1c3d52-6f3e-4d7a-9a52-0d9d1c1d9d10",
                java.time.ZoneOffset.UTC,
                "0.1.0")
            .body(told, desk.size(), Instant.EPOCH);
    desk.append(told.type(), told.leaf(), body);
  }

  @Test
  void whatWasErasedIsSaidToBeMissing() throws Exception {
    IncidentRows.Row row = new IncidentRows(hq.database()).find(id).orElseThrow();
    hq.contents().erase(desk.logId(), new TreeSet<>(Set.of(row.seq())), hq.clock().instant());
    String page = Browser.of(hq, "li", "viewer").get("/incidents/" + id).body();
    assertTrue(page.contains("经过不明"), page);
  }

  @Test
  void aDayThatWasWatchedCountsOnceAndABlindOneIsSaid() throws Exception {
    Desk blind = new Desk();
    TestHq.Client client = hq.enrol(blind);
    long now = hq.started().toEpochMilli();
    blind.append("sensor.blind", Json.object().put("sensor", "usb"), Desk.utf8("{}"), now);
    blind.append("log.stop", Json.object(), Desk.utf8("{}"), now + 1);
    assertEquals(200, client.segment(blind, blind.segment(0, 2)).statusCode());
    index();
    long today = Days.of(hq.started());
    List<WatchedDays.Day> days = new WatchedDays(hq.database()).between(today - 1, today);
    assertEquals(2, days.size());
    WatchedDays.Day last = days.get(1);
    assertEquals(1, last.blind());
    assertEquals(2, last.enrolled());
    assertTrue(last.watched() >= 1, last.toString());
  }

  private void index() {
    SearchIndex index = new SearchIndex(hq.database(), hq.segments());
    while (index.catchUp(10) == 10) {
      // more to read
    }
  }

  private Called called(String... args) {
    List<String> all = new java.util.ArrayList<>(List.of(args));
    all.addAll(args[0].equals("evidence") ? 2 : 1, List.of("--data", hq.data().toString()));
    return Called.with(hq.clock(), "en", all.toArray(String[]::new));
  }

  private static Json.Obj json(Called called) throws Exception {
    assertEquals(0, called.exit(), called.err());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }
}
