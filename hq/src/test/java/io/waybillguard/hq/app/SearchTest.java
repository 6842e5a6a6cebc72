package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.hq.store.Search;
import io.waybillguard.hq.store.SearchIndex;
import io.waybillguard.hq.store.Sightings;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records are found by what they say, in all logs; a stick is found wherever it was. */
final class SearchTest {
  private static final String STICK = "5e".repeat(32);
  private static final String HASH = "ab".repeat(32);
  private static final long NOON = Instant.parse("2026-06-12T04:00:00Z").toEpochMilli();
  private static final long DAY = 86_400_000;

  @TempDir private Path folder;
  private TestHq hq;
  private Desk one;
  private Desk two;

  /** One stick at two outlets; a program at the second; a mouse at both. */
  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    one = new Desk();
    one.append("usb.attach", Json.object(), device(STICK, "4C53", "08/06/50"), NOON);
    one.append("usb.attach", Json.object(), device("77".repeat(32), "none", "03/01/02"), NOON + 1);
    two = new Desk();
    two.append("usb.attach", Json.object(), device(STICK, "4C53", "08/06/50"), NOON + DAY);
    two.append(
        "usb.attach", Json.object(), device("77".repeat(32), "none", "03/01/02"), NOON + DAY + 1);
    two.append(
        "program.new", Json.object(), program("/media/STICK/WPS 100%_up.exe"), NOON + DAY + 2);
    two.append("proc.start", Json.object(), Desk.utf8("no event at all"), NOON + DAY + 3);
    report(one, "HZ-001");
    report(two, "宁波-2");
    index();
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void eachFieldNarrowsWhatIsFound() throws Exception {
    assertEquals(6, found(search("", 0, "", "", "", "", "")));
    assertEquals(4, found(search("usb.attach", 0, "", "", "", "", "")));
    assertEquals(1, found(search("", 4, "", "", "", "", "")));
    assertEquals(4, found(search("", 0, "宁波-2", "", "", "", "")));
    assertEquals(2, found(search("", 0, "", one.logId(), "", "", "")));
    assertEquals(1, found(search("", 0, "", "", "wps 100%_UP.exe", "", "")));
    assertEquals(1, found(search("", 0, "", "", "C:\\x\\WPS 100%_up.exe", "", "")));
    assertEquals(0, found(search("", 0, "", "", "wps", "", "")));
    assertEquals(1, found(search("", 0, "", "", HASH.toUpperCase(java.util.Locale.ROOT), "", "")));
    assertEquals(3, found(search("", 0, "", "", "", STICK, "")), "the program came from it");
    assertEquals(2, found(search("usb.attach", 0, "", "", "", STICK, "")));
    assertEquals(4, found(search("", 0, "", "", "", "", "cruzer")));
    assertEquals(1, found(search("", 0, "", "", "", "", "100%_UP")), "% and _ are themselves");
    assertEquals(0, found(search("", 0, "", "", "", "", "1%p")));
    Search first = new Search(at(NOON), at(NOON + DAY), "", 0, "", "", "", "", List.of(), "");
    assertEquals(2, found(first));
  }

  @Test
  void pagesFollowEachOtherWithoutGapOrRepetition() throws Exception {
    Desk many = new Desk();
    for (int i = 0; i < 120; i++) {
      many.append("usb.attach", Json.object(), device(STICK, "4C53", "08/06/50"), NOON + 5);
    }
    report(many, "HZ-003");
    index();
    Browser browser = Browser.of(hq, "li", "viewer");
    Set<String> seen = new TreeSet<>();
    int shown = 0;
    String path = "/search?kind=usb.attach&passport=" + STICK;
    int pages = 0;
    for (; !path.isEmpty(); pages++) {
      String page = browser.get(path).body();
      Matcher records = Pattern.compile("/workstations/[0-9a-f]{16}/records/[0-9]+").matcher(page);
      while (records.find()) {
        seen.add(records.group());
        shown++;
      }
      Matcher older = Pattern.compile("href=\"(/search\\?[^\"]*before=[^\"]*)\"").matcher(page);
      path = older.find() ? older.group(1).replace("&amp;", "&") : "";
    }
    assertEquals(3, pages);
    assertEquals(122, shown);
    assertEquals(122, seen.size());
  }

  @Test
  void theSearchPageFindsInBothLanguagesAndSaysWhatItDidNot() throws Exception {
    Browser browser = Browser.of(hq, "li", "viewer");
    assertTrue(browser.get("/search").body().contains("请填一项或几项"));
    String limited = browser.get("/search?text=cruzer").body();
    assertTrue(limited.contains("只找了最近 30 天"), limited);
    String english = browser.get("/search?lang=en&from=2026-06-01&text=CRUZER").body();
    assertTrue(english.contains("/workstations/" + two.logId() + "/records/0"), english);
    assertTrue(english.contains("Severity at least"), english);
    String none = browser.get("/search?lang=zh&program=none.exe").body();
    assertTrue(none.contains("没有找到"), none);
    assertEquals(200, browser.get("/search?from=x&severity=99&before=zz&kind=%27%22").statusCode());
  }

  @Test
  void aStickAtSeveralOutletsIsShownWithEachPlace() throws Exception {
    List<Sightings.Traveller> sticks = new Sightings(hq.database()).travellers(9);
    assertEquals(
        List.of(new Sightings.Traveller(STICK, 2, 2, at(NOON), at(NOON + DAY))),
        sticks,
        "a mouse without a number is no stick that travels");
    Browser browser = Browser.of(hq, "li", "viewer");
    assertTrue(browser.get("/sticks").body().contains("/sticks/" + STICK));
    String page = browser.get("/sticks/" + STICK).body();
    assertTrue(page.contains("HZ-001") && page.contains("宁波-2"), page);
    assertTrue(page.indexOf("HZ-001") < page.indexOf("宁波-2"), "in the order of time");
    assertEquals(404, browser.get("/sticks/none").statusCode());
  }

  @Test
  void whatWasErasedIsNotFoundByWhatItSaid() throws Exception {
    hq.contents().erase(two.logId(), new TreeSet<>(Set.of(2L)), hq.clock().instant());
    index();
    assertEquals(0, found(search("", 0, "", "", HASH, "", "")));
    assertEquals(0, found(search("", 0, "", "", "", "", "100%_up")));
    assertEquals(1, found(search("program.new", 0, "", "", "", "", "")), "the record stays");
  }

  private static Search search(
      String type,
      int severity,
      String outlet,
      String log,
      String program,
      String passport,
      String text) {
    return new Search(
        Instant.EPOCH,
        Instant.ofEpochMilli(Long.MAX_VALUE),
        type,
        severity,
        outlet,
        log,
        program,
        passport,
        List.of(),
        text);
  }

  private int found(Search search) throws Exception {
    return hq.records().search(search, Search.Cursor.START, 100).size();
  }

  private static Instant at(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  /** As HQ's own thread does, without waiting for it. */
  private void index() {
    SearchIndex index = new SearchIndex(hq.database(), hq.segments());
    while (index.catchUp(10) == 10) {
      // more to read
    }
  }

  private void report(Desk desk, String outlet) throws Exception {
    HttpResponse<byte[]> answer =
        hq.stranger().post("/v1/enroll", desk.enrolment(hq.token(outlet)).encode());
    assertEquals(200, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    TestHq.Client client = hq.client(desk, EnrollReply.decode(answer.body()));
    assertEquals(200, client.segment(desk, desk.segment(0, desk.size())).statusCode());
  }

  private static byte[] device(String passport, String serial, String usbClass) {
    return Json.object()
        .put("severity_id", 1)
        .put(
            "peripheral_device",
            Json.object().put("name", "Cruzer").put("uid", passport).put("type_id", 5))
        .put(
            "unmapped",
            Json.object()
                .put("usb_interfaces", List.of(usbClass))
                .put("usb_serial", serial)
                .put("usb_port", "1-2"))
        .canonical();
  }

  private static byte[] program(String path) {
    Json.Obj hash = Json.object().put("algorithm_id", 3).put("value", HASH);
    return Json.object()
        .put("severity_id", 4)
        .put("file", Json.object().put("path", path).put("hashes", List.of(hash)))
        .put("unmapped", Json.object().put("origin_passport", STICK))
        .canonical();
  }
}
