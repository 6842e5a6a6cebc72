package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.store.SearchIndex;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every table of the console, by the links that its own page offers. */
final class TablesTest {
  private static final Pattern LINK = Pattern.compile("<th [^>]*>\\s*<a href=\"([^\"]+)\"");
  private static final Pattern FILE = Pattern.compile("<a href=\"([^\"]+\\.csv[^\"]*)\"");

  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private String incident = "";

  @BeforeEach
  void somethingInEveryTable() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    incident = Crime.in(desk, hq.started().minus(Duration.ofDays(4)));
    assertEquals(200, hq.enrol(desk).segment(desk, desk.segment(0, desk.size())).statusCode());
    Desk forked = new Desk();
    Desk twin = forked.twin();
    forked.append("usb.attach", 5);
    twin.append("usb.detach", 5);
    Segment other = twin.segment(0, forked.note(5), 5);
    assertEquals(422, hq.enrol(forked).segment(forked, other).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(1000);
  }

  @AfterEach
  void end() {
    hq.close();
  }

  private List<String> pages(Browser browser) throws Exception {
    String csrf = browser.csrf();
    String sweep =
        browser
            .post("/sweeps", "csrf=" + csrf + "&sweep=title: x%0Aautorun: y%0Aevery: daily%0A")
            .headers()
            .firstValue("Location")
            .orElseThrow();
    assertEquals(
        303,
        browser
            .post("/pulls", "csrf=" + csrf + "&reason=x&workstation=" + desk.logId())
            .statusCode());
    assertEquals(
        303,
        browser
            .post(
                "/policies",
                "csrf=" + csrf + "&percent=100&outlet=&policy=rules: {usb: {known: []}}%0A")
            .statusCode());
    return List.of(
        "/",
        "/incidents",
        "/incidents/" + incident,
        "/alarms",
        "/workstations/" + desk.logId(),
        "/search?outlet=HZ-001",
        "/pulls",
        "/commands",
        "/users",
        "/sweeps",
        sweep,
        "/policies",
        "/acts");
  }

  @Test
  void everyTableSortsByItsLinksAndItsFileIsInThatOrder() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    int links = 0;
    int files = 0;
    for (String page : pages(browser)) {
      String shown = browser.get(page).body();
      List<String> heads = found(LINK, shown);
      assertFalse(heads.isEmpty(), "nothing sorts " + page);
      for (String each : heads) {
        HttpResponse<String> sorted = browser.get(each.replaceFirst("#.*", ""));
        assertEquals(200, sorted.statusCode(), each);
        assertTrue(sorted.body().contains("aria-sort=\""), each);
        links++;
      }
      List<String> offered = found(FILE, shown);
      assertFalse(offered.isEmpty(), "no file of " + page);
      for (String each : offered) {
        HttpResponse<String> file = browser.get(each);
        assertEquals(200, file.statusCode(), each);
        assertTrue(
            file.headers().firstValue("Content-Type").orElse("").startsWith("text/csv"), each);
        assertTrue(file.body().lines().count() > 1, each + " has no rows: " + file.body());
        files++;
      }
    }
    assertTrue(links > 60 && files >= 13, links + " links, " + files + " files");
  }

  @Test
  void aCommandForManyDesksSaysHowManyStandWhere() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    String sweep =
        browser
            .post("/sweeps", "csrf=" + browser.csrf() + "&sweep=title: x%0Aautorun: y%0A")
            .headers()
            .firstValue("Location")
            .orElseThrow();
    String id = sweep.substring(sweep.lastIndexOf('/') + 1);
    for (String outcome : List.of("done", "failed", "done")) {
      Desk one = new Desk();
      TestHq.Client client = hq.enrol(one);
      Json.Obj leaf = Json.object().put("id", id).put("outcome", outcome);
      one.append("hq.result", leaf, new byte[] {1});
      assertEquals(200, client.segment(one, one.segment(0, one.size())).statusCode());
    }
    String page = browser.get("/commands").body();
    assertTrue(page.contains("已执行 2 · 没能执行 1"), page);
    assertTrue(browser.get("/commands.csv").body().contains("已执行 2 · 没能执行 1"));
  }

  @Test
  void aViewerIsOfferedNoFileAndAnInvestigatorsIsInHqsOwnLog() throws Exception {
    List<String> pages = pages(Browser.of(hq, "li", "admin"));
    Browser viewer = Browser.of(hq, "zhao", "viewer");
    for (String page : pages) {
      HttpResponse<String> shown = viewer.get(page);
      assertEquals(List.of(), found(FILE, shown.body()), page);
    }
    Browser investigator = Browser.of(hq, "wang", "investigator");
    assertEquals(200, investigator.get("/search.csv?outlet=HZ-001&text=wps").statusCode());
    String acts = Browser.of(hq, "chen", "admin").get("/acts.csv?who=wang").body();
    assertTrue(acts.contains("\"/search.csv\",\"text=wps") || acts.contains("outlet=HZ-001"), acts);
  }

  @Test
  void recordsComeInTheOrderAskedForAndGoBackPartByPartInTheirOwn() throws Exception {
    Desk many = new Desk();
    for (int i = 0; i < 60; i++) {
      many.append("usb.attach", Json.object(), Desk.utf8("{}"), 1000L + i);
    }
    TestHq.Client client = hq.enrol(many);
    assertEquals(200, client.segment(many, many.segment(0, 60)).statusCode());
    Browser browser = Browser.of(hq, "li", "investigator");
    String page = "/workstations/" + many.logId();
    String newest = browser.get(page + "/records").body();
    assertTrue(newest.contains("/records/59\"") && !newest.contains("/records/9\""), newest);
    assertTrue(newest.contains("?before=10\""), "the next part");
    assertTrue(browser.get(page + "/records?before=10").body().contains("/records/9\""));
    String oldest = browser.get(page + "/records?records=-time").body();
    assertTrue(oldest.contains("/records/0\"") && !oldest.contains("/records/59\""), oldest);
    assertFalse(oldest.contains("every 5s"), "what is in another order does not renew itself");
    String csv = browser.get(page + "/records.csv?records=-seq").body();
    assertEquals(61, csv.lines().count());
    assertTrue(csv.lines().toList().get(1).contains("\"0\""), csv);
  }

  private static List<String> found(Pattern pattern, String page) {
    List<String> found = new ArrayList<>();
    Matcher m = pattern.matcher(page);
    while (m.find()) {
      found.add(m.group(1).replace("&amp;", "&"));
    }
    return found;
  }
}
