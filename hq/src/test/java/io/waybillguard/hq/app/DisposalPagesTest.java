package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.SearchIndex;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disposals in the console: chosen from an incident, approved by another person, given back. */
final class DisposalPagesTest {
  private static final Disposal BLOCK = new Disposal.BlockAddress("198.51.100.9", 0);

  @TempDir private Path folder;
  private TestHq hq;
  private TestHq.Client client;
  private Desk desk;
  private String incident = "";

  @BeforeEach
  void aCrime() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    incident = Crime.in(desk, hq.started().minus(Duration.ofDays(4)));
    client = hq.enrol(desk);
    sent(0);
  }

  @AfterEach
  void end() {
    hq.close();
  }

  private void sent(long from) throws Exception {
    assertEquals(200, client.segment(desk, desk.segment(from, desk.size())).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(1000);
  }

  private int order(Browser browser, String what, String reason) throws Exception {
    return browser
        .post(
            "/incidents/" + incident + "/dispose",
            "csrf=" + coded(browser.csrf()) + "&what=" + coded(what) + "&reason=" + coded(reason))
        .statusCode();
  }

  private int undo(Browser browser, String id, String reason) throws Exception {
    String form = "csrf=" + coded(browser.csrf()) + "&reason=" + coded(reason);
    return browser.post("/commands/" + id + "/undo", form).statusCode();
  }

  private static String coded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private List<Commands.Row> commands() {
    return new Commands(hq.database()).newest(10);
  }

  private String page(Browser browser) throws Exception {
    return browser.get("/incidents/" + incident).body();
  }

  @Test
  void whatTheStepsNameCanBeChosenAndEachThingIsThereOnce() throws Exception {
    String page = page(Browser.of(hq, "li", "investigator"));
    assertEquals(
        6, page.split("type=\"radio\"", -1).length, "stick, program twice, login, destination");
    for (String each : List.of("SanDisk", "wpsupdate.exe", "203.0.113.7", "pan.example")) {
      assertTrue(page.contains("<strong>" + each) || page.contains(each + "</strong>"), each);
    }
    String viewers = page(Browser.of(hq, "zhao", "viewer"));
    assertFalse(viewers.contains("type=\"radio\""), "who only looks chooses nothing");
  }

  @Test
  void oneAsksAnotherApprovesTheDeskDoesItAndItIsGivenBack() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    Browser wang = Browser.of(hq, "wang", "investigator");
    assertEquals(303, order(li, BLOCK.json().toString(), "案件 7"));
    Commands.Row asked = commands().get(0);
    assertEquals("dispose", asked.type());
    assertEquals(desk.origin(), asked.target());
    assertEquals(BLOCK, Disposal.of(asked.args()));
    assertEquals(incident, asked.args().text("incident"));
    assertEquals("", asked.note(), "it waits for a second person");
    assertTrue(page(li).contains("等另一个人批准"));
    String approve = "/commands/" + asked.id() + "/approve";
    assertEquals(409, li.post(approve, "csrf=" + coded(li.csrf())).statusCode());
    assertEquals(303, wang.post(approve, "csrf=" + coded(wang.csrf())).statusCode());
    Commands.Row given = commands().get(0);
    Command command =
        Command.verified(
            new Command.Message(given.note(), given.args()),
            hq.running().keys().commands().verifier());
    assertEquals(BLOCK, Disposal.of(command.args()));
    assertFalse(page(li).contains("/undo"), "nothing stands yet");

    long from = desk.size();
    desk.answerCommand(asked.id(), "done", "");
    sent(from);
    String done = page(li);
    assertTrue(done.contains("已执行"), done);
    assertTrue(done.contains("/commands/" + asked.id() + "/undo"), done);
    assertTrue(wang.get("/commands").body().contains("198.51.100.9"));
    assertEquals(409, undo(li, asked.id(), " "), "not without a reason");
    assertEquals(303, undo(li, asked.id(), "误报"));
    Commands.Row undone =
        commands().stream().filter(row -> !row.id().equals(asked.id())).findFirst().orElseThrow();
    assertEquals("undo", undone.type());
    assertEquals(asked.id(), undone.args().text("disposal"));
    assertFalse(undone.note().isEmpty(), "giving back needs no second person");
    String acts =
        new ActRows(hq.database())
            .newest("", Instant.EPOCH, hq.started().plusSeconds(60), 20)
            .toString();
    assertTrue(acts.contains("dispose · block · 198.51.100.9 · 案件 7"), acts);
    assertTrue(acts.contains("undo · " + asked.id() + " · 误报"), acts);
  }

  @Test
  void aProgramIsBlockedFromItsRecordAfterAPageThatSaysWhatThatMeans() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    long seq = record("program.new");
    String record = "/workstations/" + desk.logId() + "/records/" + seq;
    assertTrue(li.get(record).body().contains(record + "/block"));
    String asks = li.get(record + "/block").body();
    assertTrue(asks.contains("wpsupdate.exe") && asks.contains("一个字节也发不出去"), asks);
    assertTrue(li.get(record + "/block?lang=en").body().contains("Another person approves"));
    assertEquals(List.of(), commands(), "looking orders nothing");
    assertEquals(409, block(li, record, " "), "not without a reason");
    assertEquals(303, block(li, record, "案件 7"));
    Commands.Row asked = commands().get(0);
    Disposal what = Disposal.of(asked.args());
    assertTrue(what instanceof Disposal.BlockProgram p && p.path().endsWith("wpsupdate.exe"));
    assertEquals("", asked.note(), "it waits for a second person");
    assertEquals(409, approve(li, asked.id()));
    assertEquals(303, approve(Browser.of(hq, "wang", "investigator"), asked.id()));
    long from = desk.size();
    desk.answerCommand(asked.id(), "done", "");
    sent(from);
    assertTrue(li.get(record + "/block").body().contains("/commands/" + asked.id() + "/undo"));
    assertEquals(303, undo(li, asked.id(), "误报"));
    Browser viewer = Browser.of(hq, "zhao", "viewer");
    assertFalse(viewer.get(record).body().contains("/block"));
  }

  @Test
  void aRecordThatNamesNoProgramOffersNone() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    String record = "/workstations/" + desk.logId() + "/records/" + record("usb.attach");
    assertFalse(li.get(record).body().contains("/block"));
    assertEquals(404, li.get(record + "/block").statusCode());
    assertEquals(404, block(li, record, "x"));
    assertEquals(List.of(), commands());
  }

  @Test
  void onWindowsThePageSaysWhyNotAndNoOrderIsGiven() throws Exception {
    Desk windows = new Desk();
    String there = Crime.in(windows, hq.started().minus(Duration.ofDays(4)));
    EnrollRequest.Host host = new EnrollRequest.Host("2号台", "Windows 10 22H2", "0.1.0");
    byte[] reply =
        hq.stranger()
            .post("/v1/enroll", windows.enrolment(hq.token("HZ-002"), host).encode())
            .body();
    TestHq.Client its = hq.client(windows, EnrollReply.decode(reply));
    assertEquals(200, its.segment(windows, windows.segment(0, windows.size())).statusCode());
    new SearchIndex(hq.database(), hq.segments()).catchUp(1000);
    Browser li = Browser.of(hq, "li", "investigator");
    String record = "/workstations/" + windows.logId() + "/records/" + record("program.new");
    String page = li.get(record + "/block").body();
    assertTrue(page.contains("在 Windows 上还不能阻断程序的网络"), page);
    assertFalse(page.contains("name=\"reason\""), page);
    assertEquals(409, block(li, record, "x"));
    assertEquals(List.of(), commands());
    assertEquals(5, li.get("/incidents/" + there).body().split("type=\"radio\"", -1).length);
  }

  /** The place of the first record of a type. */
  private long record(String type) throws Exception {
    String log = desk.logId();
    return hq.records().newestOf(type, 10).stream()
        .filter(each -> each.log().equals(log))
        .mapToLong(each -> each.row().seq())
        .min()
        .orElseThrow();
  }

  private static int block(Browser browser, String record, String reason) throws Exception {
    String form = "csrf=" + coded(browser.csrf()) + "&reason=" + coded(reason);
    return browser.post(record + "/block", form).statusCode();
  }

  private static int approve(Browser browser, String id) throws Exception {
    return browser
        .post("/commands/" + id + "/approve", "csrf=" + coded(browser.csrf()))
        .statusCode();
  }

  @Test
  void whatTheIncidentDoesNotNameIsRefusedAndSoIsAnOrderWithoutAReason() throws Exception {
    Browser li = Browser.of(hq, "li", "investigator");
    String other = new Disposal.BlockAddress("192.0.2.1", 0).json().toString();
    assertEquals(409, order(li, other, "x"));
    assertEquals(409, order(li, "", "x"));
    assertEquals(409, order(li, BLOCK.json().toString(), " "));
    assertEquals(List.of(), commands());
    assertEquals(404, undo(li, "0".repeat(32), "x"));
    assertEquals(
        404,
        li.post("/incidents/none/dispose", "csrf=" + coded(li.csrf()) + "&what=x&reason=x")
            .statusCode());
  }
}
