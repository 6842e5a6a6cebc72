package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.javalin.Javalin;
import io.javalin.http.HandlerType;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.console.Console;
import io.waybillguard.hq.console.Passwords;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.pull.Pulling;
import io.waybillguard.hq.store.Packages;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.sweeps.Sweeps;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every address of the console, asked for by everybody in every way. */
final class RightsTest {
  private static final String PEOPLE = "viewer investigator admin";

  /** Who may ask for what. A new address needs a line here, and one in the console's own table. */
  private static final Map<String, String> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("GET /static/console.css", "anybody");
    TABLE.put("GET /static/console.js", "anybody");
    TABLE.put("GET /static/htmx.min.js", "anybody");
    TABLE.put("GET /login", "anybody");
    TABLE.put("POST /login", "anybody");
    TABLE.put("GET /oidc/start", "anybody");
    TABLE.put("GET /oidc/callback", "anybody");
    TABLE.put("POST /logout", PEOPLE);
    TABLE.put("GET /", PEOPLE);
    TABLE.put("GET /outlets.csv", "investigator admin");
    TABLE.put("GET /incidents", PEOPLE);
    TABLE.put("GET /incidents.csv", "investigator admin");
    TABLE.put("GET /incidents/{id}", PEOPLE);
    TABLE.put("GET /incidents/{id}/evidence.csv", "investigator admin");
    TABLE.put("POST /incidents/{id}/dispose", "investigator admin");
    TABLE.put("GET /alarms", PEOPLE);
    TABLE.put("GET /alarms.csv", "investigator admin");
    TABLE.put("GET /fleet", PEOPLE);
    TABLE.put("GET /workstations.csv", "investigator admin");
    TABLE.put("GET /workstations/{id}", PEOPLE);
    TABLE.put("GET /workstations/{id}/records", PEOPLE);
    TABLE.put("GET /workstations/{id}/records.csv", "investigator admin");
    TABLE.put("GET /workstations/{id}/records/{seq}", PEOPLE);
    TABLE.put("GET /workstations/{id}/records/{seq}/block", "investigator admin");
    TABLE.put("POST /workstations/{id}/records/{seq}/block", "investigator admin");
    TABLE.put("POST /workstations/{id}/erase", "investigator admin");
    TABLE.put("POST /workstations/{id}/removal-code", "investigator admin");
    TABLE.put("GET /search", PEOPLE);
    TABLE.put("GET /search.csv", "investigator admin");
    TABLE.put("POST /search/waybill", "investigator admin");
    TABLE.put("GET /sticks", PEOPLE);
    TABLE.put("GET /sticks.csv", "investigator admin");
    TABLE.put("GET /sticks/{passport}/places.csv", "investigator admin");
    TABLE.put("GET /sticks/{passport}", PEOPLE);
    TABLE.put("GET /commands", PEOPLE);
    TABLE.put("GET /commands.csv", "investigator admin");
    TABLE.put("GET /commands/{id}", PEOPLE);
    TABLE.put("GET /commands/{id}/desks.csv", "investigator admin");
    TABLE.put("POST /commands/{id}/approve", "investigator admin");
    TABLE.put("POST /commands/{id}/cancel", "investigator admin");
    TABLE.put("POST /commands/{id}/undo", "investigator admin");
    TABLE.put("GET /updates", PEOPLE);
    TABLE.put("GET /updates.csv", "investigator admin");
    TABLE.put("POST /updates", "admin");
    for (String line :
        List.of(
            "GET /pulls",
            "GET /pulls.csv",
            "POST /pulls",
            "GET /pulls/{id}",
            "GET /pulls/{id}/progress",
            "POST /pulls/{id}/now",
            "GET /pulls/{id}/bundle.zip",
            "GET /pulls/{id}/report")) {
      TABLE.put(line, "investigator admin");
    }
    TABLE.put("GET /verify", PEOPLE);
    TABLE.put("POST /verify", PEOPLE);
    TABLE.put("GET /users", "admin");
    TABLE.put("GET /users.csv", "admin");
    TABLE.put("POST /users", "admin");
    TABLE.put("POST /users/{name}", "admin");
    TABLE.put("GET /feeds", "admin");
    TABLE.put("GET /feeds.csv", "admin");
    TABLE.put("GET /sweeps", PEOPLE);
    TABLE.put("GET /sweeps.csv", "investigator admin");
    TABLE.put("GET /sweeps/{id}/found.csv", "investigator admin");
    TABLE.put("GET /sweeps/{id}/outlets.csv", "investigator admin");
    TABLE.put("GET /sweeps/{id}/trend.csv", "investigator admin");
    TABLE.put("POST /sweeps", "investigator admin");
    TABLE.put("GET /sweeps/{id}", PEOPLE);
    TABLE.put("GET /sweeps/{id}/standing", PEOPLE);
    TABLE.put("GET /sweeps/{id}/report.json", "investigator admin");
    TABLE.put("POST /sweeps/{id}/stop", "investigator admin");
    TABLE.put("GET /policies", PEOPLE);
    TABLE.put("GET /policies.csv", "investigator admin");
    TABLE.put("POST /policy-check", "admin");
    TABLE.put("POST /policies", "admin");
    TABLE.put("GET /policies/{version}", PEOPLE);
    TABLE.put("POST /policies/{version}/widen", "admin");
    TABLE.put("POST /policies/{version}/rollback", "admin");
    TABLE.put("GET /acts", "admin");
    TABLE.put("GET /acts.csv", "admin");
  }

  private static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

  @TempDir private Path folder;
  private TestHq hq;
  private Users users;
  private Browser browser;
  private String log = "";

  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    users = new Users(hq.database());
    browser = Browser.forgetful(hq);
    Desk desk = new Desk().append("usb.attach", 2);
    log = desk.logId();
    assertEquals(200, hq.enrol(desk).segment(desk, desk.segment(0, 2)).statusCode());
  }

  @AfterEach
  void end() {
    hq.close();
  }

  @Test
  void everyAddressHasALineHere() throws Exception {
    try (Acts acts =
        Acts.open(folder.resolve("other"), "hq.example", "0", hq.database(), hq.clock())) {
      List<VerifierKey> cosigners = List.of(hq.running().keys().mirror().verifier());
      Orders orders = new Orders(hq.database(), hq.contents(), hq.running().keys().commands());
      Console console =
          new Console(
              hq.database(),
              hq.segments(),
              new Passwords(),
              cosigners,
              orders,
              new Packages(hq.data()),
              new Pulling(
                  hq.database(),
                  hq.data(),
                  hq.segments(),
                  hq.contents(),
                  orders,
                  cosigners,
                  hq.clock()),
              new Sweeps(hq.database(), hq.running().keys().commands()),
              new Policies(hq.database(), hq.segments(), hq.running().keys().commands()),
              Home.waybills(hq.database(), hq.running().keys()),
              acts,
              Optional.empty(),
              hq.clock());
      Set<String> registered =
          Javalin.create(console::routes).unsafe.internalRouter.allHttpHandlers().stream()
              .map(each -> each.endpoint)
              .filter(each -> !each.method.equals(HandlerType.BEFORE))
              .map(each -> each.method + " " + each.path)
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(new TreeSet<>(TABLE.keySet()), registered);
    }
  }

  @Test
  void everyRoleGetsWhatItsLineSaysAndNothingElse() throws Exception {
    for (String role : PEOPLE.split(" ")) {
      for (String line : TABLE.keySet()) {
        boolean may =
            TABLE.get(line).equals("anybody") || List.of(TABLE.get(line).split(" ")).contains(role);
        HttpResponse<String> answer = asked(line, session("of-" + role, role), "word");
        if (may) {
          assertFalse(Set.of(401, 403, 500).contains(answer.statusCode()) && !isSignIn(line), line);
          assertFalse(isSentToSignIn(answer) && !line.equals("POST /logout"), role + " " + line);
        } else {
          assertEquals(403, answer.statusCode(), role + " " + line);
          assertTrue(answer.body().contains("没有这个权限"), answer.body());
          assertFalse(answer.body().contains(log), line);
        }
      }
    }
  }

  @Test
  void whoIsNotSignedInGetsOnlyWhatIsForAnybody() throws Exception {
    String expired = session("expired", "admin");
    hq.pass(Duration.ofHours(2));
    String disabled = session("disabled", "admin");
    users.put("second", Users.Role.ADMIN, "x", hq.clock().instant());
    assertEquals(Users.Change.DONE, users.disable("disabled", hq.clock().instant()));
    String ended = session("ended", "admin");
    users.end(hash(ended));
    String anotherPassword = session("changed", "admin");
    users.setPassword("changed", "y");
    for (String cookie :
        List.of("", "A".repeat(43), hash(session("hash", "admin")), expired, disabled, ended)) {
      refusedEverywhere(cookie);
    }
    refusedEverywhere(anotherPassword);
  }

  private void refusedEverywhere(String cookie) throws Exception {
    for (String line : TABLE.keySet()) {
      if (!TABLE.get(line).equals("anybody")) {
        HttpResponse<String> answer = asked(line, cookie, "word");
        assertTrue(isSentToSignIn(answer), cookie + " " + line + " " + answer.statusCode());
        assertFalse(answer.body().contains(log), line);
      }
    }
  }

  @Test
  void aWorkstationsCertificateOpensNothingInTheConsole() throws Exception {
    Desk desk = new Desk();
    TestHq.Client client = hq.enrol(desk);
    for (String line : TABLE.keySet()) {
      String path = path(line);
      if (line.startsWith("GET") && !TABLE.get(line).equals("anybody")) {
        assertEquals(404, client.get(path).statusCode(), "the agents' address has no " + path);
      }
    }
  }

  @Test
  void aFormWithoutItsSessionsWordDoesNothing() throws Exception {
    for (String line : TABLE.keySet()) {
      if (line.startsWith("POST") && !isSignIn(line)) {
        String cookie = session("boss", "admin");
        for (String word : List.of("", "wor", "WORD", "word2")) {
          assertEquals(403, asked(line, cookie, word).statusCode(), line + " " + word);
        }
        assertEquals(
            403,
            browser
                .post(
                    path(line),
                    "csrf=word&records=0&reason=x",
                    "Cookie",
                    "__Host-waybill-guard=" + cookie,
                    "Sec-Fetch-Site",
                    "cross-site")
                .statusCode(),
            line);
        assertTrue(users.session(hash(cookie), hq.clock().instant(), IDLE).isPresent(), line);
      }
    }
  }

  private static final Duration IDLE = Duration.ofMinutes(30);

  @Test
  void otherMethodsAreNoWayIn() throws Exception {
    String cookie = session("boss", "admin");
    Set<String> paths = new TreeSet<>();
    TABLE.keySet().forEach(line -> paths.add(line.substring(line.indexOf(' ') + 1)));
    for (String path : paths) {
      for (String method : METHODS) {
        // HEAD is a GET whose body is left away.
        if (TABLE.containsKey((method.equals("HEAD") ? "GET" : method) + " " + path)) {
          continue;
        }
        for (String each : List.of("", cookie)) {
          HttpResponse<String> answer = asked(method + " " + path, each, "word");
          assertTrue(
              answer.statusCode() >= 400 && answer.statusCode() < 500,
              method + " " + path + " " + answer.statusCode());
        }
      }
    }
  }

  private static boolean isSignIn(String line) {
    return line.equals("POST /login");
  }

  private static boolean isSentToSignIn(HttpResponse<String> answer) {
    return answer.statusCode() == 303
        && answer.headers().firstValue("Location").orElse("").matches("/login(\\?to=%2F.*)?");
  }

  private String path(String line) {
    String path = line.substring(line.indexOf(' ') + 1);
    String id = path.startsWith("/commands") || path.startsWith("/sweeps") ? "0".repeat(32) : log;
    return path.replace("{id}", id)
        .replace("{seq}", "1")
        .replace("{version}", "1")
        .replace("{passport}", "abc")
        .replace("{name}", "nobody");
  }

  private HttpResponse<String> asked(String line, String cookie, String word) throws Exception {
    String method = line.substring(0, line.indexOf(' '));
    String[] headers =
        cookie.isEmpty()
            ? new String[0]
            : new String[] {"Cookie", "__Host-waybill-guard=" + cookie};
    return method.equals("GET")
        ? browser.get(path(line), headers)
        : browser.ask(method, path(line), "csrf=" + word + "&records=0&reason=x", headers);
  }

  /** A session that began now, for a user with this role. */
  private String session(String name, String role) {
    Instant now = hq.clock().instant();
    users.put(name, Users.Role.of(role).orElseThrow(), "x", now);
    String cookie = name + "-".repeat(43 - name.length());
    users.begin(hash(cookie), name, "word", now, now.plus(Duration.ofHours(1)));
    return cookie;
  }

  private static String hash(String cookie) {
    return Hash.sha256(cookie.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
