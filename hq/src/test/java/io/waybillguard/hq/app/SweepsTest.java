package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.HuntFinding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.SearchIndex;
import io.waybillguard.hq.sweeps.Sweeps;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps from the file that a person writes to the report that proves itself. */
final class SweepsTest {
  private static final String HASH = "ab".repeat(32);

  @TempDir private Path folder;
  private TestHq hq;
  private final List<Desk> desks = new ArrayList<>();
  private final List<TestHq.Client> clients = new ArrayList<>();

  @BeforeEach
  void twoDesks() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    for (int i = 0; i < 2; i++) {
      Desk desk = new Desk().append("usb.attach", 1);
      desks.add(desk);
      clients.add(hq.enrol(desk));
      assertEquals(200, clients.get(i).segment(desk, desk.segment(0, 1)).statusCode());
    }
  }

  @AfterEach
  void end() {
    hq.close();
  }

  private Called call(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    if (!args[1].equals("verify")) {
      all.addAll(List.of("--data", hq.data().toString()));
    }
    return Called.typing("", hq.clock(), "en", all.toArray(String[]::new));
  }

  private static Json.Obj json(Called called) throws Exception {
    assertEquals(0, called.exit(), called.err());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }

  private Path file(String text) throws Exception {
    return Files.writeString(folder.resolve("sweep.yaml"), text);
  }

  private Called publish(String text) throws Exception {
    return call("sweep", "publish", file(text).toString(), "--json");
  }

  private Json.Obj results(String id) throws Exception {
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
    return json(call("sweep", "results", id, "--json"));
  }

  private List<Command> told(int which) throws Exception {
    Desk desk = desks.get(which);
    Heartbeat beat =
        new Heartbeat(
            desk.origin(),
            desk.size(),
            desk.head(desk.size()).root().base64(),
            desk.size(),
            "0.1.0",
            "",
            1,
            "boot" + which,
            1,
            1);
    HttpResponse<byte[]> answer = clients.get(which).post("/v1/heartbeat", beat.encode());
    assertEquals(200, answer.statusCode());
    List<Command> commands = new ArrayList<>();
    for (var message : HeartbeatReply.decode(answer.body()).commands()) {
      commands.add(Command.verified(message, hq.running().keys().commands().verifier()));
    }
    return commands;
  }

  private void answer(int which, String id, List<HuntFinding> findings) throws Exception {
    Desk desk = desks.get(which);
    long from = desk.size();
    desk.answerHunt(id, findings, hq.clock().instant());
    assertEquals(
        200, clients.get(which).segment(desk, desk.segment(from, desk.size())).statusCode());
  }

  @Test
  void aSweepIsToldToAllAndItsResultsSayWhoAnsweredAndWhatWasFound() throws Exception {
    Json.Obj published = json(publish("title: 云盘\nsha256: [" + HASH + "]\nspread: 0s\n"));
    String id = published.text("id");
    assertEquals(2, published.number("asked"));
    for (int i = 0; i < 2; i++) {
      Command command = told(i).get(0);
      assertEquals(id, command.id());
      assertEquals("hunt", command.type());
      assertEquals("*", command.to());
      assertEquals(List.of(HASH), command.args().texts("sha256"));
    }
    Json.Obj before = results(id);
    assertEquals("running", before.text("state"));
    assertEquals(2, before.number("silent"));
    answer(0, id, List.of(new HuntFinding("sha256", HASH, "/opt/<b>x", HASH, -1)));
    assertEquals(List.of(), told(0), "it is told no more");
    Json.Obj one = results(id);
    assertEquals(1, one.number("answered"));
    assertEquals(1, one.number("silent"));
    Json.Obj finding = one.objects("findings").get(0);
    assertEquals(desks.get(0).logId(), finding.text("workstation"));
    assertEquals("HZ-001", finding.text("outlet"));
    assertEquals("sha256", finding.text("what"));
    assertEquals("/opt/<b>x", finding.text("path"));
    assertEquals(HASH, finding.text("sha256"));
    answer(1, id, List.of());
    Json.Obj all = results(id);
    assertEquals("done", all.text("state"));
    assertEquals(0, all.number("silent"));
    assertEquals(1, all.objects("findings").size());
  }

  @Test
  void whoIsOfflineGetsItLaterAndAfterItsTimeNobodyDoes() throws Exception {
    String id = json(publish("title: t\npath: /opt/x\nexpires: 2d\n")).text("id");
    answer(0, id, List.of());
    hq.pass(Duration.ofHours(47));
    assertEquals(id, told(1).get(0).id());
    hq.pass(Duration.ofHours(2));
    assertEquals(List.of(), told(1));
    Json.Obj over = results(id);
    assertEquals("expired", over.text("state"));
    assertEquals(1, over.number("silent"));
  }

  @Test
  void outletsAndPercentagesAreAskedAndNobodyElse() throws Exception {
    String elsewhere = json(publish("title: t\npath: /x\noutlet: [HZ-002, HZ-003]\n")).text("id");
    assertEquals(List.of(), told(0));
    assertEquals(0, results(elsewhere).number("asked"));
    String here = json(publish("title: t\npath: /x\noutlet: HZ-001\n")).text("id");
    assertEquals("outlet/HZ-001", told(0).get(0).to());
    assertEquals(2, results(here).number("asked"));
    long asked = 0;
    for (int i = 0; i < 12; i++) {
      String id = json(publish("title: t\npath: /x\npercent: 50\n")).text("id");
      long expected = results(id).number("asked");
      long told = 0;
      for (int desk = 0; desk < 2; desk++) {
        told += told(desk).stream().filter(c -> c.id().equals(id)).count();
      }
      assertTrue(told <= expected, "only who is asked is told");
      asked += expected;
    }
    assertTrue(asked > 2 && asked < 22, "some are asked and some are not: " + asked);
  }

  /** Answers to heartbeats have 64 KiB. */
  @Test
  void largeSweepsGoOutOneByOne() throws Exception {
    String paths = "/very/long/path/to/look/for/".repeat(8);
    StringBuilder list = new StringBuilder("title: t\npath:\n");
    for (int i = 0; i < 120; i++) {
      list.append("- ").append(paths).append(i).append('\n');
    }
    for (int i = 0; i < 3; i++) {
      assertEquals(0, publish(list.toString()).exit());
    }
    assertEquals(1, told(0).size());
    answer(0, told(0).get(0).id(), List.of());
    assertEquals(1, told(0).size());
  }

  @Test
  void whatIsNotUnderstoodIsRefusedWithFileAndLineAndNextStep() throws Exception {
    Map<String, String> bad =
        Map.ofEntries(
            Map.entry("title: t\nsha265: [a]\n", ":2: There is no \"sha265\". Known are:"),
            Map.entry("title: t\n", "It does not say what to look for"),
            Map.entry("path: /x\n", "title is missing"),
            Map.entry("title: t\nsha256: [abc]\n", ":2: \"abc\" is no SHA-256"),
            Map.entry("title: t\npath:\n- /x\n- y\n", ":4: \"y\" is no whole path"),
            Map.entry("title: t\nusb: SanDisk\n", ":2: \"SanDisk\" is neither a passport"),
            Map.entry("title: t\nremote_tool: sunlogin9\n", ":2: There is no remote tool"),
            Map.entry("title: t\npath: /x\npercent: 0\n", ":3: percent should be 1 to 100"),
            Map.entry("title: t\npath: /x\nexpires: soon\n", ":3: expires should be a span"),
            Map.entry("title: t\npath: /x\nexpires: 2020-01-01\n", ":3: expires should be later"),
            Map.entry("title: t\npath: /x\nevery: year\n", ":3: every should be daily"),
            Map.entry("title: t\npath: /x\npath: /y\n", ":3: \"path\" is there twice"),
            Map.entry("title: [", "This is no YAML"),
            Map.entry("- a", "This is no YAML"),
            Map.entry("title: t\nsigma: none.yml\n", ":2: Rule file none.yml cannot be read"),
            Map.entry(
                "title: t\nsigma:\n- |\n  title: r\n  logsource: {category: dns_query}\n",
                ":5: Logs of this kind (dns_query) are not supported"));
    for (Map.Entry<String, String> each : bad.entrySet()) {
      Called called = publish(each.getKey());
      assertEquals(2, called.exit(), each.getKey() + called.err());
      assertTrue(called.err().contains("sweep.yaml"), called.err());
      assertTrue(called.err().contains(each.getValue()), called.err());
      assertEquals(1, called.err().strip().lines().count(), called.err());
    }
    assertEquals(List.of(), told(0));
    assertEquals(2, call("sweep", "publish", "nowhere.yaml").exit());
    assertEquals(2, call("sweep", "results", "f".repeat(32)).exit());
  }

  @Test
  void ruleFilesAreFoundBesideTheSweepAndSaidWithTheirOwnLine() throws Exception {
    Files.writeString(
        folder.resolve("good.yml"),
        """
        title: r
        logsource: {category: file_event}
        detection:
          s: {TargetFilename|endswith: /x}
          condition: s
        """);
    String id = json(publish("title: t\nsigma: good.yml\n")).text("id");
    Json.Obj rule = told(0).get(0).args().objects("sigma").get(0);
    assertEquals("good.yml", rule.text("name"));
    assertNotEquals("", id);
    Files.writeString(
        folder.resolve("bad.yml"),
        """
        title: r
        logsource: {category: file_event}
        detection:
          s: {TargetFilename|odd: /x}
          condition: s
        """);
    Called called = publish("title: t\nsigma: bad.yml\n");
    assertTrue(called.err().contains("bad.yml:4: Modifier \"odd\""), called.err());
  }

  @Test
  void theReportProvesItselfAndAChangedOneDoesNot() throws Exception {
    String id = json(publish("title: 月度\npath: /x\n")).text("id");
    answer(0, id, List.of(new HuntFinding("path", "/x", "/x", "", -1)));
    Path report = folder.resolve("report.json");
    assertEquals(0, call("sweep", "report", id, "-o", report.toString()).exit());
    String key = hq.running().keys().commands().verifier().toString();
    Json.Obj held = json(call("sweep", "verify", report.toString(), "--key", key, "--json"));
    assertTrue(held.flag("holds", false));
    Json.Obj said = held.object("report");
    assertEquals(1, said.objects("outlets").size());
    assertEquals(List.of(desks.get(1).logId()), said.objects("outlets").get(0).texts("silent"));
    assertEquals(1, said.objects("trend").size());
    assertEquals(2, call("sweep", "report", id, "-o", report.toString()).exit(), "never over one");
    String text = Files.readString(report);
    Files.writeString(report, text.replace("\"answered\": 1", "\"answered\": 2"));
    assertEquals(1, call("sweep", "verify", report.toString(), "--key", key).exit());
    Files.writeString(report, text);
    String other = hq.running().keys().witness().verifier().toString();
    assertEquals(1, call("sweep", "verify", report.toString(), "--key", other).exit());
    assertEquals(2, call("sweep", "verify", report.toString(), "--key", "x").exit());
  }

  /** The server's own schedule goes by its clock, which moves only when nothing is due by it. */
  @Test
  void aRegularSweepIsPublishedAgainWhenItIsDueAndOnceAndUntilItIsStopped() throws Exception {
    Json.Obj first = json(publish("title: t\npath: /x\nevery: weekly\nexpires: 3d\n"));
    Sweeps sweeps = new Sweeps(hq.database(), hq.running().keys().commands());
    List<String> announced = new ArrayList<>();
    Duration week = Duration.ofDays(7).plusMinutes(1);
    Instant due = hq.clock().instant().plus(week);
    assertEquals(0, sweeps.publishDue(hq.clock().instant(), d -> announced.add(d.row().id())));
    assertEquals(1, sweeps.publishDue(due, d -> announced.add(d.row().id())));
    assertEquals(0, sweeps.publishDue(due, d -> announced.add(d.row().id())));
    hq.pass(week);
    String second = announced.get(0);
    assertEquals(List.of(second), told(0).stream().map(Command::id).toList(), "the first is over");
    assertEquals(2, sweeps.trend(sweeps.find(second, due).orElseThrow(), due).size());
    Instant late = due.plus(Duration.ofDays(21));
    assertEquals(
        1,
        sweeps.publishDue(late, d -> announced.add(d.row().id())),
        "an HQ that was away does not make up for each week");
    assertEquals(0, call("sweep", "stop", first.text("id")).exit());
    Instant later = late.plus(Duration.ofDays(8));
    assertEquals(0, sweeps.publishDue(later, d -> announced.add(d.row().id())));
    assertEquals(3, json(call("sweep", "list", "--json")).objects("sweeps").size());
  }

  @Test
  void whatIsNotWrittenDownIsNotPublishedAndWhatIsDoneIsInHqsOwnLog() throws Exception {
    String id = json(publish("title: 云盘\npath: /x\n")).text("id");
    assertTrue(
        new ActRows(hq.database())
            .newest("", Instant.EPOCH, Instant.ofEpochMilli(Long.MAX_VALUE), 10).stream()
                .anyMatch(a -> a.about().equals(id) && a.detail().contains("云盘")));
    Sweeps sweeps = new Sweeps(hq.database(), hq.running().keys().commands());
    json(publish("title: t\npath: /x\nevery: daily\n"));
    boolean refused = false;
    try {
      sweeps.publishDue(
          hq.clock().instant().plus(Duration.ofDays(1)).plusSeconds(1),
          draft -> {
            throw new java.io.IOException("the log takes nothing");
          });
    } catch (java.io.IOException e) {
      refused = true;
    }
    assertTrue(refused);
    assertEquals(2, json(call("sweep", "list", "--json")).objects("sweeps").size());
    assertFalse(sweeps.stop("f".repeat(32)));
  }
}
