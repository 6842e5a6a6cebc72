package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.Release;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Packages;
import io.waybillguard.hq.store.SearchIndex;
import io.waybillguard.hq.store.Users;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names that workstations send, and addresses that anybody types, are text in every page. */
final class HostilePagesTest {
  private static final String HTML = "</td><script>alert(1)</script><img src=x onerror=alert(2)>";
  private static final String ATTRIBUTE = "\" autofocus onfocus=\"alert(3)' onclick='alert(4)";
  private static final String SQL = "'; DROP TABLE console_user; --";
  private static final String ALL = HTML + ATTRIBUTE + SQL + "${1+1}{0}\r\nSet-Cookie: a=b";

  /** A name that a file may have, nearly. */
  private static final String QUARANTINED = "/x/" + HTML + ATTRIBUTE;

  /** What a page must never hold, where nobody of ours wrote it. */
  private static final List<String> RUN = List.of("<script>alert", "<img src=x");

  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;
  private String incident = "";

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    EnrollRequest.Host host = new EnrollRequest.Host(ALL, ALL, ALL);
    HttpResponse<byte[]> answer =
        hq.stranger().post("/v1/enroll", desk.enrolment(hq.token(ALL), host).encode());
    assertEquals(200, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
    client = hq.client(desk, EnrollReply.decode(answer.body()));
    Desk other = new Desk().append("usb.attach", Json.object(), device(), 2);
    hq.enrol(other);
    desk.append("usb.attach", Json.object(), device(), 1);
    desk.append("finding.new", Json.object(), finding(), 2);
    desk.append("sensor.blind", Json.object().put("sensor", ALL), blind(), 3);
    desk.append("x" + ALL, Json.object(), device(), 4);
    append(incident());
    assertEquals(200, client.segment(desk, desk.segment(0, 5)).statusCode());
    Heartbeat beat = new Heartbeat(desk.origin(), 4, "", 0, ALL, ALL, -1, ALL, 0, 0);
    client.post("/v1/heartbeat", beat.encode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void whatWorkstationsSayIsTextInEveryTemplate() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    String page = "/workstations/" + desk.logId();
    String csrf = browser.csrf();
    browser.post(
        page + "/erase", "records=0&reason=" + encoded(ALL.substring(0, 60)) + "&csrf=" + csrf);
    HttpResponse<String> asked =
        browser.post(
            "/pulls",
            "workstation="
                + desk.logId()
                + "&reason="
                + encoded(ALL.substring(0, 60))
                + "&csrf="
                + csrf);
    String pull =
        asked.headers().firstValue("Location").orElseThrow().substring("/pulls/".length());
    String disposal = disposal(browser, csrf);
    String update = update(browser, csrf);
    String sweep = sweep(browser, csrf);
    String policy = policy(browser, csrf);
    Set<String> walked = new TreeSet<>();
    for (String language : List.of("zh", "en")) {
      for (String path :
          List.of(
              "/",
              "/alarms",
              "/fleet",
              "/incidents",
              "/incidents/" + incident,
              "/pulls",
              "/pulls?incident=" + incident,
              "/pulls/" + pull,
              "/pulls/" + pull + "/progress",
              "/verify",
              "/users",
              page,
              page + "?day=2026-06-12",
              page + "/records",
              page + "/records/0",
              page + "/records/1",
              page + "/records/2",
              page + "/records/3",
              page + "/records/1/block",
              page + "/records/4/block",
              "/commands",
              "/commands/" + disposal,
              "/updates",
              "/sweeps",
              "/sweeps/" + sweep,
              "/sweeps/" + sweep + "/standing",
              "/policies",
              policy,
              "/search",
              "/search?text=cruzer&from=1970-01-01",
              "/search?kind=" + encoded("x" + ALL),
              "/sticks",
              "/sticks/" + encoded(passport()),
              "/acts",
              "/feeds",
              "/nowhere",
              "/login")) {
        HttpResponse<String> answer =
            browser.get(path + (path.contains("?") ? "&" : "?") + "lang=" + language);
        harmless(path, answer);
        assertTrue(Set.of(200, 303, 404).contains(answer.statusCode()), path + answer.statusCode());
        walked.add(path);
      }
    }
    assertTrue(walked.size() > 15);
    assertTrue(browser.get("/commands").body().contains("/commands/" + disposal + "/undo"));
    assertTrue(browser.get(page).body().contains("&lt;script"), "it is shown, as text");
    assertTrue(browser.get("/updates").body().contains(update), "shown, as text");
    assertTrue(browser.get("/sticks/" + encoded(passport())).body().contains("&lt;script"));
  }

  /** An update for a hostile reason, of which the desk says something that is no state. */
  private String update(Browser browser, String csrf) throws Exception {
    Path file = Files.write(folder.resolve("package"), new byte[] {1, 2, 3});
    Release release = new Release("linux-amd64", "0.1.1", Hash.sha256(file).hex(), 3);
    SigningKey key = SigningKey.of("example/release", VerifierKey.SIGNER, SigningKey.freshPair());
    new Packages(hq.data()).add(file, release.signedBy(key).toString());
    String form = "&version=0.1.1&percent=100&minutes=5&reason=" + encoded(ALL.substring(0, 100));
    assertEquals(303, browser.post("/updates", "csrf=" + csrf + form).statusCode());
    String id = new Commands(hq.database()).newest("update", 1).get(0).id();
    Browser other = Browser.of(hq, "zhou", "admin");
    assertEquals(
        303, other.post("/commands/" + id + "/approve", "csrf=" + other.csrf()).statusCode());
    long from = desk.size();
    desk.answerCommand(id, ALL, "why " + ALL);
    assertEquals(200, client.segment(desk, desk.segment(from, desk.size())).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
    return "why &lt;";
  }

  /** A disposal of a hostile thing for a hostile reason, approved by another, done by the desk. */
  private String disposal(Browser browser, String csrf) throws Exception {
    String what = new Disposal.Quarantine(QUARANTINED, "ab".repeat(32)).json().toString();
    String form =
        "csrf=" + csrf + "&what=" + encoded(what) + "&reason=" + encoded(ALL.substring(0, 100));
    assertEquals(303, browser.post("/incidents/" + incident + "/dispose", form).statusCode());
    Commands commands = new Commands(hq.database());
    String id =
        commands.newest(9).stream()
            .filter(row -> row.type().equals("dispose"))
            .findFirst()
            .orElseThrow()
            .id();
    Browser other = Browser.of(hq, "wang", "admin");
    assertEquals(
        303, other.post("/commands/" + id + "/approve", "csrf=" + other.csrf()).statusCode());
    long from = desk.size();
    desk.answerCommand(id, "done", ALL);
    assertEquals(200, client.segment(desk, desk.segment(from, desk.size())).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
    String page = browser.get("/incidents/" + incident).body();
    assertTrue(page.contains("/commands/" + id + "/undo"), page);
    return id;
  }

  /** A policy whose every word is hostile, typed wrongly, looked at, and published. */
  private String policy(Browser browser, String csrf) throws Exception {
    String form = "csrf=" + csrf + "&percent=100&outlet=" + encoded(ALL) + "&policy=";
    HttpResponse<String> wrong =
        browser.post("/policy-check", form + encoded("'" + HTML + "': 1\n" + HTML + ": [x"));
    assertEquals(400, wrong.statusCode());
    harmless("/policy-check", wrong);
    String yaml = "title: '" + HTML + "'\nrules: {usb: {known: ['" + HTML + "']}}\n";
    HttpResponse<String> checked = browser.post("/policy-check", form + encoded(yaml));
    assertEquals(200, checked.statusCode(), checked.body());
    harmless("/policy-check", checked);
    HttpResponse<String> refused = browser.post("/policies", form + encoded(yaml));
    assertEquals(400, refused.statusCode(), "no outlet has such a code");
    harmless("/policies", refused);
    HttpResponse<String> published =
        browser.post("/policies", "csrf=" + csrf + "&percent=100&outlet=&policy=" + encoded(yaml));
    assertEquals(303, published.statusCode(), published.body());
    String page = published.headers().firstValue("Location").orElse("");
    assertTrue(browser.get(page).body().contains("&lt;script"), "shown, as text");
    return page;
  }

  /** A sweep with hostile words, and a desk that answers it with more of them. */
  private String sweep(Browser browser, String csrf) throws Exception {
    HttpResponse<String> refused =
        browser.post("/sweeps", "csrf=" + csrf + "&sweep=" + encoded(ALL + "\n" + ALL));
    assertEquals(400, refused.statusCode());
    harmless("/sweeps", refused);
    String yaml = "title: '" + ALL.replace("'", "''").substring(0, 100) + "'\nautorun: '<b>x'\n";
    HttpResponse<String> published =
        browser.post("/sweeps", "csrf=" + csrf + "&sweep=" + encoded(yaml));
    assertEquals(303, published.statusCode(), published.body());
    String id =
        published.headers().firstValue("Location").orElse("").substring("/sweeps/".length());
    long from = desk.size();
    Json.Obj finding =
        Json.object().put("what", ALL).put("match", ALL).put("path", ALL).put("sha256", ALL);
    Json.Obj body =
        Json.object()
            .put("scan", Json.object().put("uid", id))
            .put("unmapped", Json.object().put("findings", List.of(finding)));
    desk.append("hunt.end", Json.object().put("id", id).put("found", 1), body.canonical());
    desk.append(
        "hq.result",
        Json.object().put("id", id).put("outcome", "done").put("found", 1),
        new byte[] {1});
    assertEquals(200, client.segment(desk, desk.segment(from, desk.size())).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
    assertTrue(browser.get("/sweeps/" + id).body().contains("&lt;script"), "shown, as text");
    return id;
  }

  /** A template that no page above shows would be a hole in this test. */
  @Test
  void everyTemplateIsWalked() throws Exception {
    try (Stream<Path> templates = Files.list(Path.of("src", "main", "jte"))) {
      Set<String> names =
          new TreeSet<>(templates.map(t -> String.valueOf(t.getFileName())).toList());
      assertEquals(
          Set.of(
              "acts.jte",
              "alarm.jte",
              "alarmdetail.jte",
              "alarms.jte",
              "block.jte",
              "command.jte",
              "commands.jte",
              "disposals.jte",
              "feeds.jte",
              "fleet.jte",
              "forward.jte",
              "head.jte",
              "incident.jte",
              "incidents.jte",
              "layout.jte",
              "login.jte",
              "message.jte",
              "overview.jte",
              "policies.jte",
              "policy.jte",
              "policychanges.jte",
              "progress.jte",
              "pull.jte",
              "pulls.jte",
              "record.jte",
              "records.jte",
              "search.jte",
              "state.jte",
              "stick.jte",
              "sticks.jte",
              "sweep.jte",
              "sweeps.jte",
              "sweepstanding.jte",
              "tail.jte",
              "undo.jte",
              "updates.jte",
              "users.jte",
              "verify.jte",
              "workstation.jte"),
          names);
      for (String name : names) {
        Path template = Path.of("src", "main", "jte", name);
        String text = Files.readString(template);
        assertFalse(text.contains("$unsafe"), template + " writes unescaped");
        assertFalse(
            Pattern.compile("\\son[a-z]+=|style=|<script>").matcher(text).find(),
            template + " needs a looser policy");
      }
    }
  }

  @Test
  void whatIsTypedIntoAnAddressIsText() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    long users = new Users(hq.database()).all().size();
    String[] fields = {
      "text",
      "program",
      "passport",
      "outlet",
      "workstation",
      "kind",
      "severity",
      "from",
      "to",
      "before"
    };
    for (String value :
        List.of(HTML, ATTRIBUTE, SQL, "%", "_", "!", "\\", "\0", "'", "\"", "99999")) {
      for (String field : fields) {
        HttpResponse<String> answer = browser.get("/search?" + field + "=" + encoded(value));
        assertEquals(200, answer.statusCode(), field + "=" + value);
        harmless(field + "=" + value, answer);
      }
      for (String path :
          List.of(
              "/?q=",
              "/?state=",
              "/?sort=",
              "/fleet?q=",
              "/workstations.csv?q=",
              "/acts?who=",
              "/acts?from=",
              "/acts?before=",
              "/acts.csv?who=",
              "/login?lang=",
              "/?page=",
              "/?outlets=",
              "/outlets.csv?outlets=",
              "/incidents?q=",
              "/incidents?state=",
              "/incidents?severity=",
              "/incidents?outlet=",
              "/incidents?workstation=",
              "/incidents?sort=",
              "/incidents?page=",
              "/incidents.csv?q=",
              "/workstations/" + desk.logId() + "?day=",
              "/workstations/" + desk.logId() + "?kind=",
              "/workstations/" + desk.logId() + "?before=")) {
        HttpResponse<String> answer = browser.get(path + encoded(value));
        assertTrue(Set.of(200, 303).contains(answer.statusCode()), path + value);
        harmless(path + value, answer);
      }
    }
    assertEquals(users, new Users(hq.database()).all().size());
  }

  @Test
  void noPathLeavesItsPlaceAndNoNameOfOursIsMadeOfTheirs() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    for (String path :
        List.of(
            "/static/..%2f..%2fhq.db",
            "/static/%2e%2e/words_zh.properties",
            "/workstations/..%2f..%2fetc%2fpasswd",
            "/workstations/..%2fhq.db/records/0",
            "/workstations/" + desk.logId() + "/records/..%2f0",
            "/sticks/..%2f..%2fetc",
            "/sticks/%00",
            "/commands/..%2fx/approve",
            "/workstations/%0d%0aSet-Cookie:%20a=b")) {
      HttpResponse<String> answer = browser.get(path);
      assertTrue(answer.statusCode() >= 400 && answer.statusCode() < 500, path + answer);
      harmless(path, answer);
    }
    for (String file : List.of("workstations.csv", "acts.csv")) {
      HttpResponse<String> csv = browser.get("/" + file + "?q=" + encoded("a\"; filename=x.exe"));
      assertEquals(
          "attachment; filename=" + file,
          csv.headers().firstValue("Content-Disposition").orElse(""));
    }
  }

  @Test
  void aCellOfATableIsNeverAFormula() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    browser.get("/search?text=" + encoded("=HYPERLINK(1)"));
    for (String file : List.of("/workstations.csv", "/acts.csv")) {
      String csv = browser.get(file).body();
      assertFalse(Pattern.compile("(?m)(^|,)\"[=+@-]").matcher(csv).find(), csv);
    }
  }

  @Test
  void noAnswerTellsOfTheProgramsInside() throws Exception {
    Browser browser = Browser.of(hq, "li", "admin");
    List<HttpResponse<String>> answers = new ArrayList<>();
    answers.add(browser.post("/login", "name=%zz&password=%"));
    answers.add(browser.post("/login", "x".repeat(100_000)));
    answers.add(browser.post("/logout", ""));
    answers.add(browser.ask("PUT", "/", "x"));
    answers.add(browser.get("/workstations/x/records/x/y"));
    hq.database().close();
    hq.breakActs();
    answers.add(browser.get("/"));
    answers.add(browser.get("/workstations/" + desk.logId()));
    answers.add(browser.signOn("li", "a long password"));
    for (HttpResponse<String> answer : answers) {
      assertTrue(answer.statusCode() >= 400, String.valueOf(answer));
      harmless(String.valueOf(answer), answer);
    }
  }

  /** The policy is there, nothing of theirs runs, and nothing tells of our insides. */
  private static void harmless(String what, HttpResponse<String> answer) {
    String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
    // What is no address at all is refused before any page of ours is asked.
    boolean ours = answer.statusCode() != 400 || !answer.body().contains("HTTP ERROR 400");
    assertTrue(!ours || policy.startsWith("default-src 'none'"), what + " has policy " + policy);
    assertFalse(policy.contains("unsafe"), policy);
    boolean html = answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html");
    if (html) {
      RUN.forEach(each -> assertFalse(answer.body().contains(each), what + " holds " + each));
      Matcher handlers =
          Pattern.compile("<[^>\"']*(\"[^\"]*\"[^>\"']*)*\\son[a-z]+\\s*=").matcher(answer.body());
      assertFalse(handlers.find(), what);
    }
    String lower = answer.body().toLowerCase(Locale.ROOT);
    for (String inside : List.of("exception", "at io.waybillguard", "java.", "sqlite", "jetty")) {
      assertFalse(lower.contains(inside), what + " tells of " + inside);
    }
    for (String cookie : answer.headers().allValues("Set-Cookie")) {
      assertTrue(cookie.startsWith("__Host-waybill-guard=") || cookie.startsWith("lang="), cookie);
      assertTrue(cookie.contains("; Secure; HttpOnly; SameSite=Strict"), cookie);
    }
  }

  private static String passport() {
    return HTML.replace("/", "") + "p";
  }

  private static byte[] device() {
    return Json.object()
        .put("severity_id", 1)
        .put(
            "peripheral_device",
            Json.object()
                .put("name", "Cruzer " + ALL)
                .put("vendor_name", ALL)
                .put("uid", passport()))
        .put(
            "unmapped",
            Json.object()
                .put("usb_interfaces", List.of("08/06/50"))
                .put("usb_serial", ALL)
                .put("usb_port", ALL))
        .canonical();
  }

  private static byte[] finding() {
    return Json.object()
        .put("severity_id", 5)
        .put("unmapped", Json.object().put("rule", ALL).put("path", ALL))
        .put("process", Json.object().put("path", ALL))
        .canonical();
  }

  private IncidentChanged incident() throws Exception {
    incident = desk.logId() + "-1-1";
    SortedMap<String, String> facts = new TreeMap<>();
    for (String fact : List.of("path", "source", "step", "serial_end", "destination", "peer")) {
      facts.put(fact, ALL);
    }
    List<IncidentChanged.Step> steps = new ArrayList<>();
    for (String rule : List.of("unknown-usb-storage", "images-carried-off", ALL)) {
      steps.add(
          new IncidentChanged.Step(
              1, Instant.EPOCH, rule, Severity.CRITICAL, List.of(0L, 2L), List.of(ALL), facts));
    }
    SortedMap<String, String> program =
        new TreeMap<>(Map.of("path", QUARANTINED, "sha256", "ab".repeat(32)));
    steps.add(
        new IncidentChanged.Step(
            1,
            Instant.EPOCH,
            "program-from-removable-media",
            Severity.HIGH,
            List.of(0L),
            List.of(),
            program));
    return new IncidentChanged(
        Instant.EPOCH,
        IncidentChanged.Change.NEW,
        incident,
        Severity.CRITICAL,
        Instant.EPOCH,
        steps,
        7);
  }

  private void append(IncidentChanged told) {
    io.waybillguard.agent.event.Desk machine =
        new io.waybillguard.agent.event.Desk(
            ALL,
            ALL,
            ALL,
            new io.waybillguard.agent.event.Desk.Os(200, ALL, ALL),
            ALL,
            ZoneOffset.UTC,
            ALL);
    desk.append(told.type(), told.leaf(), machine.body(told, desk.size(), told.at()), 5);
  }

  private static byte[] blind() {
    return Json.object().put("severity_id", 3).put("status_detail", ALL).canonical();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
