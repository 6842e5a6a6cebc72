package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import io.waybillguard.agent.event.HuntFinding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.Release;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Packages;
import io.waybillguard.hq.store.SearchIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person at HQ with a real browser, Debian's chromium: signs in, finds the outlet with an
 * incident, reads the story, pulls the bundle and verifies it; in both languages, by keyboard
 * alone, on a phone, in the dark and on paper. What it saw is left in {@code target/screens}.
 * Without a chromium it is skipped, and says so.
 */
final class PersonIT {
  private static final List<String> PLACES =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

  /** Longest a page may take on a busy machine. */
  private static final double PATIENCE_MS = 60_000;

  private static final String HASH = "ab".repeat(32);

  private final Path screens = Path.of("target", "screens");
  private final List<String> troubles = new ArrayList<>();

  @TempDir private Path folder;
  private TestHq hq;
  private Playwright playwright;
  private com.microsoft.playwright.Browser chromium;
  private final Map<Desk, TestHq.Client> desks = new LinkedHashMap<>();
  private String incident = "";
  private Desk desk;

  @BeforeEach
  void start() throws Exception {
    Optional<String> found =
        PLACES.stream().filter(p -> Files.isExecutable(Path.of(p))).findFirst();
    if (found.isEmpty()) {
      System.err.println(
          "SKIPPED PersonIT: no chromium at " + PLACES + "; apt-get install chromium");
    }
    assumeTrue(found.isPresent());
    hq = new TestHq(folder.resolve("hq"));
    fill();
    Files.createDirectories(screens);
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    chromium =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of(found.get()))
                    .setArgs(List.of("--no-sandbox", "--disable-gpu")));
  }

  @AfterEach
  void end() {
    if (playwright != null) {
      playwright.close();
    }
    if (hq != null) {
      hq.close();
    }
  }

  /** Seven workstations at four outlets; a crime at one, a silent one, a blind one. */
  private void fill() throws Exception {
    Instant now = hq.started();
    desk = new Desk();
    incident = Crime.in(desk, now.minus(Duration.ofDays(4)));
    report(desk, "杭州滨江-003", "3号台");
    for (int i = 0; i < 6; i++) {
      Desk other = new Desk();
      for (int day = 29 - i; day >= 0; day -= 1 + i % 2) {
        long wall = now.minus(Duration.ofDays(day)).toEpochMilli();
        other.append("log.start", Json.object(), Desk.utf8("{}"), wall);
        if (i == 4 && day < 6) {
          other.append(
              "sensor.blind",
              Json.object().put("sensor", "usb"),
              Json.object()
                  .put("severity_id", 3)
                  .put("status_detail", "no permission")
                  .put("unmapped", Json.object().put("sensor", "usb"))
                  .canonical(),
              wall + 1000);
        }
      }
      if (i == 2) {
        Crime.in(other, now.minus(Duration.ofDays(11)));
      }
      report(other, List.of("杭州滨江-003", "宁波-2", "嘉兴-01", "绍兴-柯桥-5").get(i % 4), (i + 1) + "号台");
    }
    new SearchIndex(hq.database(), hq.segments()).catchUp(1000);
  }

  private void report(Desk machine, String outlet, String name) throws Exception {
    EnrollRequest.Host host = new EnrollRequest.Host(name, "Windows 10 22H2", "0.1.0");
    TestHq.Client client =
        hq.client(
            machine,
            EnrollReply.decode(
                hq.stranger()
                    .post("/v1/enroll", machine.enrolment(hq.token(outlet), host).encode())
                    .body()));
    assertEquals(200, client.segment(machine, machine.segment(0, machine.size())).statusCode());
    desks.put(machine, client);
  }

  /** What a workstation has added to its log since it held so much, and HQ's look at it. */
  private void sent(Desk machine, long from) throws Exception {
    TestHq.Client client = Objects.requireNonNull(desks.get(machine));
    assertEquals(200, client.segment(machine, machine.segment(from, machine.size())).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(1000);
  }

  @Test
  void aPersonReadsTheStoryPullsTheBundleAndVerifiesIt() throws Exception {
    String password = hq.running().firstPassword().orElseThrow();
    for (String language : List.of("zh", "en")) {
      boolean chinese = language.equals("zh");
      BrowserContext context = context(language, 1280, 900, ColorScheme.LIGHT);
      Page page = page(context);
      page.navigate(hq.running().consoleUrl() + "/?lang=" + language);
      shot(page, language + "-1-login");
      page.fill("#name", "admin");
      page.fill("#password", password);
      page.press("#password", "Enter");
      page.waitForURL("**/");
      shot(page, language + "-2-overview");
      page.locator("table a.bad").first().click();
      page.waitForURL("**/incidents?**");
      shot(page, language + "-3-incidents");
      page.locator("tbody td a[href^='/incidents/']").first().click();
      page.waitForURL("**/incidents/*");
      assertTrue(page.locator(".story li").count() >= 5);
      shot(page, language + "-4-incident");
      page.locator("a.button.main").click();
      page.waitForURL("**/pulls?**");
      shot(page, language + "-5-pull");
      page.fill(
          "input[name=reason]", chinese ? "案件 7，检察院调取" : "Case 7, asked for by the prosecutor");
      page.locator("form.panel button.main").click();
      page.waitForURL("**/pulls/*");
      Locator fetch = page.locator("a[download]");
      fetch.waitFor(new Locator.WaitForOptions().setTimeout(PATIENCE_MS));
      shot(page, language + "-6-pulled");
      Download download = page.waitForDownload(fetch::click);
      Path bundle = folder.resolve(language + ".zip");
      download.saveAs(bundle);
      page.navigate(hq.running().consoleUrl() + "/verify");
      shot(page, language + "-7-verify");
      page.setInputFiles("#bundle", bundle);
      page.locator("form.drop button").click();
      page.locator(".verdict.holds").waitFor();
      assertEquals(4, page.locator(".verdict li").count());
      shot(page, language + "-8-verified");
      page.navigate(hq.running().consoleUrl() + "/workstations/" + desk.logId());
      shot(page, language + "-9-workstation");
      page.navigate(hq.running().consoleUrl() + "/users");
      shot(page, language + "-10-users");
      context.close();
    }
    assertEquals(List.of(), troubles, "what the browser complained of");
  }

  @Test
  void aSweepIsPublishedAndSeenToFinishWithoutAReload() throws Exception {
    String password = hq.running().firstPassword().orElseThrow();
    for (String language : List.of("zh", "en")) {
      BrowserContext context = context(language, 1280, 900, ColorScheme.LIGHT);
      Page page = page(context);
      signIn(page, password);
      page.navigate(hq.running().consoleUrl() + "/sweeps?lang=" + language);
      page.fill("#sweep", "title: wpsupdate\nsha256: [" + HASH + "]\nspread: 0s\n");
      shot(page, language + "-11-sweeps");
      page.locator("form[action='/sweeps'] button").click();
      page.waitForURL("**/sweeps/*");
      String id = page.url().substring(page.url().lastIndexOf('/') + 1);
      assertEquals(0, page.locator("td.path").count());
      shot(page, language + "-12-sweep-asked");
      for (Desk each : desks.keySet()) {
        long from = each.size();
        HuntFinding found =
            new HuntFinding("sha256", HASH, "/home/courier/.cache/.x/wpsupdate", HASH, -1);
        each.answerHunt(id, each == desk ? List.of(found) : List.of(), hq.clock().instant());
        sent(each, from);
      }
      page.locator("td.path").waitFor();
      page.locator("#standing:not([hx-get])").waitFor();
      shot(page, language + "-13-sweep-done");
      context.close();
    }
    assertEquals(List.of(), troubles, "what the browser complained of");
  }

  @Test
  void tablesAreSortedAProgramIsAskedAboutAndAWaybillIsLookedFor() throws Exception {
    String password = hq.running().firstPassword().orElseThrow();
    for (String language : List.of("zh", "en")) {
      BrowserContext context = context(language, 1280, 900, ColorScheme.LIGHT);
      Page page = page(context);
      signIn(page, password);
      page.navigate(hq.running().consoleUrl() + "/users?lang=" + language);
      page.locator("th a").first().click();
      page.locator("th[aria-sort]").waitFor();
      shot(page, language + "-19-users-sorted");
      page.navigate(hq.running().consoleUrl() + "/feeds");
      shot(page, language + "-20-feeds");
      page.navigate(hq.running().consoleUrl() + "/workstations/" + desk.logId() + "/records/5");
      shot(page, language + "-21-program");
      page.locator("a.button[href$='/block']").click();
      page.waitForURL("**/block");
      shot(page, language + "-22-block");
      page.navigate(hq.running().consoleUrl() + "/search");
      page.fill("form[action='/search/waybill'] input[name=number]", "YT8812345678901");
      page.locator("form[action='/search/waybill'] button").click();
      page.waitForURL("**/search?waybill=*");
      shot(page, language + "-23-waybill");
      context.close();
    }
    assertEquals(List.of(), troubles, "what the browser complained of");
  }

  @Test
  void aPolicyIsReadInWordsStagedWidenedAndTakenBack() throws Exception {
    String password = hq.running().firstPassword().orElseThrow();
    for (String language : List.of("zh", "en")) {
      boolean chinese = language.equals("zh");
      BrowserContext context = context(language, 1280, 900, ColorScheme.LIGHT);
      Page page = page(context);
      signIn(page, password);
      page.navigate(hq.running().consoleUrl() + "/policies?lang=" + language);
      shot(page, language + "-14-policies");
      page.fill(
          "#policy",
          "title: 许可机房\nrules: {remote_session: {allowed_peers: ["
              + (chinese ? "10.8.0.7" : "10.8.0.8")
              + "]}}\n");
      page.fill("#percent", "50");
      page.locator("button[formaction='/policy-check']").click();
      page.locator("ul.changes li").first().waitFor();
      shot(page, language + "-15-policy-checked");
      page.locator("form[action='/policies'] button:not([formaction])").click();
      page.waitForURL("**/policies/*");
      String staged = page.url();
      shot(page, language + "-16-policy-staged");
      page.locator("form[action$='/widen'] button").click();
      page.waitForURL("**/policies/*");
      assertEquals("100", page.locator("#percent").getAttribute("min"), "all of them have it now");
      page.navigate(hq.running().consoleUrl() + "/policies");
      page.fill("#policy", "title: 谁都不许\nrules: {remote_session: {allowed_peers: []}}\n");
      page.fill("#percent", "100");
      page.locator("button[formaction='/policy-check']").click();
      page.locator("form[action='/policies'] button:not([formaction])").click();
      page.waitForURL("**/policies/*");
      page.navigate(staged);
      page.locator("input[name=sure]").check();
      shot(page, language + "-17-policy-back");
      page.locator("form[action$='/rollback'] button").click();
      page.waitForURL(url -> !url.equals(staged));
      shot(page, language + "-18-policy-again");
      context.close();
    }
    assertEquals(List.of(), troubles, "what the browser complained of");
  }

  @Test
  void anUpdateIsAskedForAndSeenToEndAtEachDesk() throws Exception {
    String password = hq.running().firstPassword().orElseThrow();
    for (String version : List.of("0.1.1", "0.1.2")) {
      Path file = Files.writeString(folder.resolve("package-" + version), version);
      String hash = Hash.sha256(file).hex();
      Release release = new Release("windows-amd64", version, hash, Files.size(file));
      SigningKey key = SigningKey.of("maker/release", VerifierKey.SIGNER, SigningKey.freshPair());
      new Packages(hq.data()).add(file, release.signedBy(key).toString());
    }
    Browser.of(hq, "zhao", "admin");
    for (String language : List.of("zh", "en")) {
      boolean chinese = language.equals("zh");
      BrowserContext context = context(language, 1280, 900, ColorScheme.LIGHT);
      Page page = page(context);
      signIn(page, password);
      String version = chinese ? "0.1.1" : "0.1.2";
      page.navigate(hq.running().consoleUrl() + "/updates?lang=" + language);
      shot(page, language + "-24-updates");
      page.selectOption("#version", version);
      page.fill("#outlet", chinese ? "杭州滨江-003，宁波-2" : "");
      page.fill("#percent", "100");
      page.fill("#reason", chinese ? "修正 USB 漏报" : "Fewer false alarms");
      page.locator("form[action='/updates'] button").click();
      page.waitForURL("**/updates");
      page.locator("a[href='/commands']").last().waitFor();
      shot(page, language + "-25-update-asked");
      answered(chinese);
      page.navigate(hq.running().consoleUrl() + "/updates");
      shot(page, language + "-26-update-answered");
      page.locator("thead a[href*='sort=state']").click();
      page.waitForURL(url -> url.contains("sort=state"));
      page.locator("a[href^='/commands/']:has-text('" + version + "')").click();
      page.waitForURL("**/commands/*");
      shot(page, language + "-27-command");
      page.locator("form[action$='/cancel'] button").click();
      page.waitForURL("**/commands");
      assertTrue(page.content().contains(chinese ? "撤回" : "taken back"), page.content());
      context.close();
    }
    assertEquals(List.of(), troubles, "what the browser complained of");
  }

  /** Another administrator approves the update that waits, and two desks answer. */
  private void answered(boolean well) throws Exception {
    Browser zhao = new Browser(hq);
    assertEquals(303, zhao.signOn("zhao", "a long password").statusCode());
    String id = new Commands(hq.database()).waiting(hq.clock().instant(), 1).get(0).id();
    String word = "/commands/" + id + "/approve";
    assertEquals(303, zhao.post(word, "csrf=" + zhao.csrf()).statusCode());
    Iterator<Desk> machines = desks.keySet().iterator();
    for (String outcome : List.of("done", well ? "done" : "rolled_back")) {
      Desk machine = machines.next();
      long from = machine.size();
      String why = outcome.equals("done") ? "" : "sensor usb: blind: no rights";
      machine.answerCommand(id, outcome, why);
      sent(machine, from);
    }
  }

  @Test
  void thePagesAreReadOnAPhoneInTheDarkAndOnPaperAndWalkedByKeyboard() throws Exception {
    String password = hq.running().firstPassword().orElseThrow();
    BrowserContext phone = context("zh", 390, 844, ColorScheme.DARK);
    Page page = page(phone);
    signIn(page, password);
    for (Map.Entry<String, String> each :
        Map.ofEntries(
                Map.entry("overview", "/"),
                Map.entry("incident", "/incidents/" + incident),
                Map.entry("incidents", "/incidents"),
                Map.entry("workstation", "/workstations/" + desk.logId()),
                Map.entry("block", "/workstations/" + desk.logId() + "/records/5/block"),
                Map.entry("pulls", "/pulls"),
                Map.entry("verify", "/verify"),
                Map.entry("users", "/users"),
                Map.entry("acts", "/acts"),
                Map.entry("feeds", "/feeds"),
                Map.entry("commands", "/commands"),
                Map.entry("sweeps", "/sweeps"),
                Map.entry("search", "/search"),
                Map.entry("policies", "/policies"))
            .entrySet()) {
      page.navigate(hq.running().consoleUrl() + each.getValue());
      double wide = ((Number) page.evaluate("document.documentElement.scrollWidth")).doubleValue();
      shot(page, "phone-" + each.getKey());
      assertTrue(wide <= 390, each.getKey() + " is " + wide + " px wide on a phone");
    }
    phone.close();
    BrowserContext desktop = context("zh", 1280, 900, ColorScheme.DARK);
    page = page(desktop);
    signIn(page, password);
    shot(page, "dark-overview");
    page.navigate(hq.running().consoleUrl() + "/incidents/" + incident);
    shot(page, "dark-incident");
    page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
    assertFalse(page.locator("nav").first().isVisible(), "no paper is spent on menus");
    page.pdf(new Page.PdfOptions().setPath(screens.resolve("print-incident.pdf")).setFormat("A4"));
    shot(page, "print-incident");
    page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.SCREEN));
    byKeyboard(page);
    desktop.close();
    assertEquals(List.of(), troubles, "what the browser complained of");
  }

  /** From the top of the overview to the incident, with Tab and Enter. */
  private void byKeyboard(Page page) {
    page.navigate(hq.running().consoleUrl() + "/");
    page.keyboard().press("Tab");
    assertEquals("#main", page.evaluate("document.activeElement.getAttribute('href')"));
    page.keyboard().press("Enter");
    for (int i = 0; i < 60; i++) {
      page.keyboard().press("Tab");
      Object href = page.evaluate("document.activeElement.getAttribute('href') || ''");
      if (String.valueOf(href).startsWith("/incidents/")) {
        String ring =
            String.valueOf(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"));
        assertEquals("solid", ring, "where the keyboard is can be seen");
        page.keyboard().press("Enter");
        page.waitForURL("**/incidents/*");
        return;
      }
    }
    throw new AssertionError("no incident can be reached by Tab");
  }

  private void signIn(Page page, String password) {
    page.navigate(hq.running().consoleUrl() + "/login");
    page.fill("#name", "admin");
    page.fill("#password", password);
    page.press("#password", "Enter");
    page.waitForURL("**/");
  }

  private BrowserContext context(String language, int width, int height, ColorScheme colours) {
    return chromium.newContext(
        new com.microsoft.playwright.Browser.NewContextOptions()
            .setIgnoreHTTPSErrors(true) // HQ's own CA, which no browser knows
            .setLocale(language.equals("zh") ? "zh-CN" : "en-GB")
            .setTimezoneId("Asia/Shanghai")
            .setColorScheme(colours)
            .setAcceptDownloads(true)
            .setViewportSize(width, height));
  }

  /** A page that tells of everything it was refused, could not load, or stumbled over. */
  private Page page(BrowserContext context) {
    Page page = context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            troubles.add(message.text());
          }
        });
    page.onPageError(troubles::add);
    page.onRequest(
        request -> {
          if (!request.url().startsWith(hq.running().consoleUrl())
              && !request.url().startsWith("data:")) {
            troubles.add("asked for " + request.url());
          }
        });
    return page;
  }

  private void shot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(screens.resolve(name + ".png")).setFullPage(true));
  }
}
