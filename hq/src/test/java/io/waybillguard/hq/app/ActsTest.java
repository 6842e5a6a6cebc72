package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.LogVerifier;
import io.waybillguard.agent.evidence.Pins;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.evidence.Verdict;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HQ's own evidence log: who did what, before it was done. */
final class ActsTest {
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
  void everythingThatPeopleDoIsInTheLogInItsOrder() throws Exception {
    Desk desk = desk();
    Browser browser = new Browser(hq);
    assertEquals(403, browser.signOn("admin", "guess").statusCode());
    assertEquals(403, browser.signOn("my-secret-typed-here", "guess").statusCode());
    browser = Browser.added(hq, "li", "admin");
    browser.get("/workstations/" + desk.logId());
    browser.get("/workstations/" + desk.logId() + "/records/1");
    browser.get("/workstations.csv");
    browser.get("/workstations/0000000000000000");
    browser.post("/logout", "csrf=" + browser.csrf());
    String id = desk.logId();
    assertEquals(
        List.of(
            "sign_in_refused admin 127.0.0.1 ",
            "sign_in_refused  127.0.0.1 ",
            "user_add os:" + System.getProperty("user.name") + "  li",
            "sign_in li 127.0.0.1 ",
            "look li 127.0.0.1 " + id,
            "look li 127.0.0.1 " + id + "/1",
            "export li 127.0.0.1 /workstations.csv",
            "look li 127.0.0.1 /",
            "sign_out li 127.0.0.1 "),
        rows().stream()
            .map(r -> r.deed() + " " + r.who() + " " + r.place() + " " + r.about())
            .toList());
  }

  @Test
  void theLogsAreVerifiedInTheirFoldersAndAsBundles() throws Exception {
    Browser browser = Browser.added(hq, "li", "admin");
    for (int i = 0; i < 70; i++) {
      assertEquals(200, browser.get("/").statusCode());
    }
    List<Path> logs = Acts.folders(hq.data());
    assertEquals(2, logs.size(), "one of the server, one of commands beside it");
    for (Path log : logs) {
      assertTrue(verdict(log).holds(), String.valueOf(verdict(log).refused()));
      assertEquals(0, run("evidence", "verify", log.toString()).exit());
    }
    String served = rows().get(5).log();
    Path bundle = folder.resolve("acts.zip");
    Called out =
        run("evidence", "acts", "--log", served, "-o", bundle.toString(), "--data", data());
    assertEquals(0, out.exit(), out.err());
    String first = out.out().replaceAll("(?s).*--first (\\S+).*", "$1");
    Called verified = run("evidence", "verify", bundle.toString(), "--first", first);
    assertEquals(0, verified.exit(), verified.out() + verified.err());
    Called which = run("evidence", "acts", "-o", folder.resolve("x").toString(), "--data", data());
    assertEquals(2, which.exit());
    assertTrue(which.err().contains(served), which.err());
    try (LogReader log = LogReader.open(logs.get(0))) {
      assertEquals(2, log.keys().epochs().size(), "an old key cannot sign what it has signed anew");
    }
  }

  @Test
  void aChangedRecordIsFound() throws Exception {
    Browser.added(hq, "li", "viewer").get("/");
    hq.close();
    Path log = Acts.folders(hq.data()).get(0);
    Path file = log.resolve("evidence.db");
    assertTrue(verdict(log).holds());
    TestLog.sql(file, "UPDATE body SET data=CAST(data || x'00' AS BLOB) WHERE idx=1");
    assertFalse(verdict(log).holds());
    hq = new TestHq(folder.resolve("another"));
  }

  @Test
  void whatCannotBeWrittenIsNotDone() throws Exception {
    Browser browser = Browser.added(hq, "li", "admin");
    Desk desk = desk();
    String csrf = browser.csrf();
    assertEquals(200, browser.get("/workstations/" + desk.logId()).statusCode());
    hq.breakActs();
    assertEquals(503, browser.get("/workstations/" + desk.logId()).statusCode());
    assertFalse(
        browser.get("/workstations/" + desk.logId() + "/records/1").body().contains("Cruzer"));
    assertEquals(
        503,
        browser
            .post("/workstations/" + desk.logId() + "/erase", "records=0&reason=x&csrf=" + csrf)
            .statusCode());
    assertEquals(List.of(), new Commands(hq.database()).newest(5), "not asked for");
    assertEquals(503, new Browser(hq).signOn("li", "a long password").statusCode());
    assertEquals(503, browser.post("/logout", "csrf=" + csrf).statusCode());
  }

  @Test
  void aPageThatRenewsItselfIsOneLook() throws Exception {
    Browser browser = Browser.added(hq, "li", "admin");
    Desk desk = desk();
    String page = "/workstations/" + desk.logId();
    browser.get(page);
    for (int i = 0; i < 20; i++) {
      assertEquals(200, browser.get(page + "/records", "HX-Request", "true").statusCode());
    }
    assertEquals(1, looksAt(desk.logId()));
    hq.pass(Duration.ofMinutes(10));
    browser.get(page + "/records", "HX-Request", "true");
    assertEquals(2, looksAt(desk.logId()));
    browser.get(page);
    assertEquals(3, looksAt(desk.logId()));
  }

  @Test
  void aRowThatAKillHasTakenIsMadeFromTheLog() throws Exception {
    Path data = folder.resolve("fresh");
    String log;
    try (Acts acts = acts(data)) {
      acts.write(HqAct.Deed.CLEAR, "li", "203.0.113.7", "0123456789abcdef", "查过了");
      log = acts.logId();
    }
    Path bare = Files.createDirectory(folder.resolve("bare"));
    try (Database without = Database.openForServer(TestDatabase.of(bare));
        Acts acts = Acts.open(data, "hq.example", "0.1.0", without, hq.clock())) {
      assertEquals(log, acts.logId(), "a later process goes on with the log");
      assertEquals(rows(), newest(without));
      acts.write(HqAct.Deed.REVOKE, "li", "", "0123456789abcdef", "");
      assertEquals(
          List.of("revoke", "clear"), newest(without).stream().map(ActRows.Row::deed).toList());
    }
  }

  @Test
  void eachProcessWritesALogOfItsOwn() throws Exception {
    Path data = folder.resolve("shared");
    try (Acts one = acts(data);
        Acts other = acts(data)) {
      assertNotEquals(one.logId(), other.logId());
      one.write(HqAct.Deed.LOOK, "li", "", "a", "");
      other.write(HqAct.Deed.LOOK, "li", "", "b", "");
    }
    assertEquals(2, Acts.folders(data).size());
    for (Path log : Acts.folders(data)) {
      assertTrue(verdict(log).holds());
    }
  }

  @Test
  void afterItsEndALogTakesNothing() throws Exception {
    Acts acts = acts(folder.resolve("ended"));
    acts.close();
    assertThrows(NotRecorded.class, () -> acts.write(HqAct.Deed.LOOK, "li", "", "a", ""));
  }

  @Test
  void thePageIsFilteredByPersonAndDayAndTurned() throws Exception {
    Browser browser = Browser.added(hq, "li", "admin");
    Browser.added(hq, "王", "viewer").get("/alarms");
    for (int i = 0; i < 105; i++) {
      browser.get("/");
    }
    String all = browser.get("/acts").body();
    assertTrue(all.contains("总部操作记录"), all);
    assertTrue(all.contains("href=\"/acts?page=2\""), all);
    String next = browser.get("/acts?page=2").body();
    assertTrue(next.contains("登录"), next);
    assertTrue(next.contains(">li<"), next);
    String wang = browser.get("/acts?who=%E7%8E%8B").body();
    assertTrue(wang.contains("/alarms"), wang);
    assertFalse(wang.contains("<td data-label=\"人员\">li</td>"), wang);
    String past = browser.get("/acts?to=2020-01-01").body();
    assertTrue(past.contains("没有符合条件"), past);
    assertTrue(browser.get("/acts?from=x&to='&before=1-2").body().contains("<td"), "bad is none");
    String csv = browser.get("/acts.csv?who=li").body();
    assertTrue(csv.contains("\"li\",\"登录\""), csv);
    assertTrue(browser.get("/acts?lang=en").body().contains("Acts at HQ"));
  }

  private Acts acts(Path data) throws Exception {
    Files.createDirectories(data);
    return Acts.open(data, "hq.example", "0.1.0", hq.database(), hq.clock());
  }

  private long looksAt(String about) {
    return rows().stream().filter(r -> r.deed().equals("look") && r.about().equals(about)).count();
  }

  private static List<ActRows.Row> newest(Database database) {
    return new ActRows(database)
        .newest("", Instant.EPOCH, Instant.ofEpochMilli(Long.MAX_VALUE), 1000);
  }

  /** Oldest first; the clock stands still, so by log and place. */
  private List<ActRows.Row> rows() {
    List<ActRows.Row> rows = new ArrayList<>(newest(hq.database()));
    Collections.reverse(rows);
    // The commands' own record comes between two of the server.
    List<ActRows.Row> beside =
        rows.stream().filter(r -> r.who().startsWith("os:")).collect(Collectors.toList());
    rows.removeAll(beside);
    int signedIn = 0;
    while (signedIn < rows.size() && !rows.get(signedIn).deed().equals("sign_in")) {
      signedIn++;
    }
    rows.addAll(signedIn, beside);
    return rows;
  }

  private static Verdict verdict(Path log) throws Exception {
    try (LogReader reader = LogReader.open(log)) {
      return LogVerifier.verify(reader, Pins.NONE, done -> {});
    }
  }

  private Desk desk() throws Exception {
    Desk desk = new Desk().append("usb.attach", 2);
    assertEquals(200, hq.enrol(desk).segment(desk, desk.segment(0, 2)).statusCode());
    return desk;
  }

  private String data() {
    return hq.data().toString();
  }

  private Called run(String... args) {
    return Called.with(hq.clock(), "en", args);
  }
}
