package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import java.net.HttpCookie;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConsoleTest {
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
  void nobodySeesAnythingWithoutSigningOn() throws Exception {
    Desk desk = reported();
    Browser browser = new Browser(hq);
    for (String page :
        List.of(
            "/",
            "/fleet",
            "/workstations.csv",
            "/workstations/" + desk.logId(),
            "/workstations/" + desk.logId() + "/records",
            "/workstations/" + desk.logId() + "/records/0")) {
      HttpResponse<String> answer = browser.get(page);
      assertEquals(303, answer.statusCode(), page);
      assertTrue(
          answer.headers().firstValue("Location").orElse("").matches("/login(\\?to=%2F.*)?"), page);
      assertFalse(answer.body().contains(desk.logId()), page);
    }
    HttpResponse<String> part = browser.get("/fleet", "HX-Request", "true");
    assertEquals(401, part.statusCode());
    assertEquals("/login", part.headers().firstValue("HX-Redirect").orElse(""));
    assertEquals(200, browser.get("/login").statusCode());
  }

  @Test
  void aWrongPasswordIsRefusedAndGuessingIsSlowedDownByNameAndByPlace() throws Exception {
    Browser browser = new Browser(hq);
    String refused = "";
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> admin = browser.signOn("admin", "guess");
      assertEquals(403, admin.statusCode());
      refused = admin.body();
      hq.pass(Duration.ofMinutes(11));
    }
    assertEquals(refused, browser.signOn("nobody", "guess").body(), "no name is told from another");
    for (int i = 0; i < 4; i++) {
      assertEquals(403, browser.signOn("nobody", "guess").statusCode());
    }
    HttpResponse<String> early = browser.signOn("admin", password());
    assertEquals(429, early.statusCode(), "this place has to wait, with any name");
    assertEquals("2", early.headers().firstValue("Retry-After").orElse(""));
    assertEquals(303, browser.get("/").statusCode());
    hq.pass(Duration.ofSeconds(1));
    assertEquals(403, browser.signOn("nobody", "guess").statusCode());
    hq.pass(Duration.ofSeconds(1));
    assertEquals(429, browser.signOn("admin", password()).statusCode(), "the wait has doubled");
    hq.pass(Duration.ofSeconds(1));
    assertEquals(303, browser.signOn("admin", password()).statusCode());
    assertEquals(200, browser.get("/").statusCode());
  }

  @Test
  void aSessionThatNobodyUsesEndsAndAPageThatRenewsItselfIsNoUse() throws Exception {
    Browser browser = signedOn();
    hq.pass(Duration.ofMinutes(29));
    assertEquals(200, browser.get("/").statusCode());
    hq.pass(Duration.ofMinutes(29));
    assertEquals(200, browser.get("/fleet", "HX-Request", "true").statusCode());
    hq.pass(Duration.ofMinutes(1));
    assertEquals(401, browser.get("/fleet", "HX-Request", "true").statusCode());
    assertEquals(303, browser.get("/").statusCode());
  }

  @Test
  void aCookieFromBeforeSigningOnIsWorthNothingAfterIt() throws Exception {
    Browser victim = signedOn();
    HttpCookie first = sessionCookie(victim);
    assertEquals(303, victim.signOn("admin", password()).statusCode());
    assertNotEquals(first.getValue(), sessionCookie(victim).getValue());
    Browser thief = new Browser(hq);
    assertEquals(
        303, thief.get("/", "Cookie", first.getName() + "=" + first.getValue()).statusCode());
    Browser planted = new Browser(hq);
    String chosen = first.getName() + "=" + "A".repeat(43);
    HttpResponse<String> answer =
        planted.post("/login", "name=admin&password=" + password(), "Cookie", chosen);
    assertEquals(303, answer.statusCode());
    assertFalse(answer.headers().allValues("Set-Cookie").toString().contains("A".repeat(43)));
    assertEquals(303, thief.get("/", "Cookie", chosen).statusCode());
  }

  @Test
  void aSessionEndsWhenToldToAndAfterHalfADay() throws Exception {
    Browser browser = signedOn();
    HttpCookie cookie = sessionCookie(browser);
    assertTrue(cookie.getSecure() && cookie.isHttpOnly());
    String csrf = browser.csrf();
    assertEquals(403, browser.post("/logout", "csrf=" + csrf.replace('A', 'B') + "x").statusCode());
    assertEquals(200, browser.get("/").statusCode());
    assertEquals(303, browser.post("/logout", "csrf=" + csrf).statusCode());
    assertEquals(303, browser.get("/").statusCode());
    Browser stolen = new Browser(hq);
    assertEquals(
        303, stolen.get("/", "Cookie", cookie.getName() + "=" + cookie.getValue()).statusCode());

    Browser late = signedOn();
    for (int i = 0; i < 35; i++) {
      hq.pass(Duration.ofMinutes(20));
      assertEquals(200, late.get("/").statusCode(), "in use after " + i);
    }
    hq.pass(Duration.ofMinutes(20));
    assertEquals(303, late.get("/").statusCode());
  }

  private static HttpCookie sessionCookie(Browser browser) {
    return browser.cookies().getCookieStore().getCookies().stream()
        .filter(c -> c.getName().startsWith("__Host-"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFormFromElsewhereDoesNotSignAnybodyOn() throws Exception {
    Browser browser = new Browser(hq);
    String body = "name=admin&password=" + password();
    assertEquals(403, browser.post("/login", body, "Sec-Fetch-Site", "cross-site").statusCode());
    assertEquals(
        403, browser.post("/login", body, "Origin", "https://elsewhere.example").statusCode());
    assertEquals(303, browser.post("/login", body, "Sec-Fetch-Site", "same-origin").statusCode());
  }

  @Test
  void whatWorkstationsSayIsShownAndNeverRun() throws Exception {
    Desk desk = reported();
    Browser browser = signedOn();
    String overview = browser.get("/").body();
    assertTrue(overview.contains("台-3"), overview);
    String page = browser.get("/workstations/" + desk.logId()).body();
    assertTrue(page.contains("Cruzer &lt;b&gt;Blade&lt;/b&gt;"), page);
    String record = browser.get("/workstations/" + desk.logId() + "/records/1").body();
    assertTrue(record.contains("&lt;script>") || record.contains("&lt;script&gt;"), record);
    for (String html : List.of(overview, page, record)) {
      assertFalse(html.contains("<b>Blade"), html);
      assertFalse(html.contains("<script>alert"), html);
    }
  }

  @Test
  void nothingIsLoadedFromElsewhere() throws Exception {
    Desk desk = reported();
    Browser browser = signedOn();
    for (String page :
        List.of("/login", "/", "/workstations/" + desk.logId(), "/workstations/none")) {
      HttpResponse<String> answer = browser.get(page);
      String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
      assertTrue(policy.startsWith("default-src 'none'"), page + " " + policy);
      assertTrue(policy.contains("frame-ancestors 'none'"), policy);
      assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElse(""));
      Matcher links = Pattern.compile("(?:src|href)=\"([^\"]*)\"").matcher(answer.body());
      while (links.find()) {
        String link = links.group(1);
        assertTrue(link.matches("[/#?].*|data:,"), page + " links to " + link);
      }
    }
    for (String file : List.of("console.css", "console.js", "htmx.min.js")) {
      assertEquals(200, browser.get("/static/" + file).statusCode(), file);
    }
    assertEquals(404, browser.get("/static/../words_zh.properties").statusCode());
  }

  @Test
  void aPageIsInTheLanguageThatIsWishedForAndThenInTheOneChosen() throws Exception {
    Browser browser = new Browser(hq);
    assertTrue(browser.get("/login").body().contains("lang=\"zh-CN\""));
    assertTrue(
        browser.get("/login", "Accept-Language", "en-GB,zh;q=0.5").body().contains("lang=\"en\""));
    assertTrue(
        browser
            .get("/login", "Accept-Language", "fr,zh-CN;q=0.5,en;q=0.1")
            .body()
            .contains("lang=\"zh-CN\""));
    assertTrue(browser.get("/login?lang=en").body().contains("Sign in"));
    assertTrue(browser.get("/login").body().contains("Sign in"), "the choice is kept");
    assertTrue(browser.get("/login?lang=zh").body().contains("登录"));
  }

  @Test
  void theTableIsFilteredSortedAndExportedByItsAddress() throws Exception {
    Desk desk = reported();
    Desk silent = new Desk();
    hq.enrol(silent);
    hq.pass(Duration.ofMinutes(16));
    Browser browser = signedOn();
    assertTrue(browser.get("/fleet").body().contains(desk.logId()));
    String filtered = browser.get("/fleet?q=" + silent.logId() + "&state=silent").body();
    assertTrue(filtered.contains(silent.logId()));
    assertFalse(filtered.contains(desk.logId()));
    assertTrue(browser.get("/fleet?state=forked").body().contains("没有符合条件"));
    HttpResponse<String> csv = browser.get("/workstations.csv?sort=records");
    assertTrue(csv.body().startsWith("\uFEFF\"状态\",\"网点\""), csv.body());
    assertTrue(csv.body().indexOf(desk.logId()) < csv.body().indexOf(silent.logId()), csv.body());
    assertFalse(browser.get("/fleet?q=%22%3E%3Cscript%3E").body().contains("<script>"));
  }

  @Test
  void recordsAreShownPageByPageNewestFirstAndByKind() throws Exception {
    Desk desk = new Desk();
    TestHq.Client client = hq.enrol(desk);
    desk.append("usb.attach", 60).append("usb.detach", 5);
    assertEquals(200, client.segment(desk, desk.segment(0, 65)).statusCode());
    Browser browser = signedOn();
    String address = "/workstations/" + desk.logId();
    String first = table(browser.get(address).body());
    assertTrue(first.contains(address + "/records/64\""));
    assertTrue(first.contains(address + "/records/15\""));
    assertFalse(first.contains(address + "/records/14\""));
    assertTrue(first.contains("hx-trigger=\"every 5s\""));
    String next = table(browser.get(address + "?before=15").body());
    assertTrue(next.contains(address + "/records/0\""));
    assertFalse(next.contains("hx-trigger"), "an older page does not change");
    String detached = table(browser.get(address + "?kind=usb.detach").body());
    assertTrue(detached.contains(address + "/records/60\""));
    assertFalse(detached.contains(address + "/records/59\""));
    assertEquals(404, browser.get(address + "/records/65").statusCode());
    assertEquals(404, browser.get(address + "/records/x").statusCode());
    assertEquals(404, browser.get("/workstations/0000000000000000").statusCode());
  }

  /** The records of a page, without the day that is drawn above them. */
  private static String table(String page) {
    return page.substring(page.indexOf("id=\"records\""));
  }

  @Test
  void aUserThatWasAddedBesideTheServerSignsOnAndOldSessionsEnd() throws Exception {
    String[] args = {"user", "add", "检察员", "--role", "viewer", "--data", hq.data().toString()};
    Called added = Called.typing("a long password\n", hq.clock(), "en", args);
    assertEquals(0, added.exit(), added.err());
    Browser browser = new Browser(hq);
    String name = URLEncoder.encode("检察员", StandardCharsets.UTF_8);
    assertEquals(303, browser.signOn(name, "a long password").statusCode());
    assertEquals(200, browser.get("/").statusCode());
    Called again = Called.typing("another password\n", hq.clock(), "en", args);
    assertEquals(0, again.exit(), again.err());
    assertEquals(303, browser.get("/").statusCode());
    assertEquals(403, browser.signOn(name, "a long password").statusCode());
    assertEquals(2, Called.typing("short\n", hq.clock(), "en", args).exit());
    args[4] = "king";
    assertEquals(2, Called.typing("a long password\n", hq.clock(), "en", args).exit());
  }

  @Test
  void aWorkstationsPageTellsWhatItWasCommandedAndWhatBecameOfIt() throws Exception {
    Desk desk = reported();
    assertFalse(signedOn().get("/workstations/" + desk.logId()).body().contains("id=\"commands\""));
    Called given =
        Called.typing(
            password() + "\n",
            hq.clock(),
            "zh",
            "command",
            "give",
            "hold",
            "--data",
            hq.data().toString(),
            "--workstation",
            desk.logId(),
            "--records",
            "0-1",
            "--case",
            "杭州 7",
            "--reason",
            "<b>立案</b>",
            "--by",
            "admin");
    assertEquals(0, given.exit(), given.err());
    String page = signedOn().get("/workstations/" + desk.logId()).body();
    assertTrue(page.contains("<strong>保全</strong> 0–1 · 还没有回音"), page);
    assertTrue(page.contains("admin: &lt;b&gt;立案&lt;/b&gt;"), page);
  }

  @Test
  void anEmptyHqSaysWhatToDoFirst() throws Exception {
    String page = signedOn().get("/").body();
    assertTrue(page.contains("token create"), page);
    assertTrue(page.contains("enroll"), page);
  }

  /** A desk with two records that try to be more than text. */
  private Desk reported() throws Exception {
    Desk desk = new Desk().append("usb.attach", 1);
    desk.append(
        "proc.start",
        Json.object(),
        Json.object()
            .put("severity_id", 4)
            .put(
                "process",
                Json.object().put("path", "/tmp/<script>alert(1)</script>\" onload=\"alert(2)"))
            .canonical());
    TestHq.Client client = hq.enrol(desk);
    assertEquals(200, client.segment(desk, desk.segment(0, 2)).statusCode());
    return desk;
  }

  private String password() {
    return hq.running().firstPassword().orElseThrow();
  }

  private Browser signedOn() throws Exception {
    Browser browser = new Browser(hq);
    assertEquals(303, browser.signOn("admin", password()).statusCode());
    return browser;
  }
}
