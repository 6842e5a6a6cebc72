package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.BodyPart;
import io.waybillguard.agent.report.wire.BodyFrames;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.store.ActRows;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What HQ has desks do: given on the command line, told in heartbeats, heard of in their logs. */
final class GivenCommandsTest {
  private static final String PASSWORD = "correct horse battery";

  @TempDir private Path folder;
  private TestHq hq;
  private Desk desk;
  private TestHq.Client client;

  /** Six records with their content, then three whose content stayed at the desk. */
  @BeforeEach
  void start() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    desk = new Desk();
    client = hq.enrol(desk);
    desk.append("usb.attach", 6);
    report(0);
    desk.append("scan.read", 3);
    assertEquals(
        200,
        client
            .segment(
                desk,
                new Segment(
                    6, desk.note(9), List.of(desk.leaf(6), desk.leaf(7), desk.leaf(8)), List.of()))
            .statusCode());
    for (String each : List.of("lin investigator", "zhao admin", "wang viewer")) {
      String[] user = each.split(" ");
      assertEquals(0, typing("user", "add", user[0], "--role", user[1]).exit());
    }
  }

  @AfterEach
  void end() {
    hq.close();
  }

  private void report(long from) throws Exception {
    assertEquals(200, client.segment(desk, desk.segment(from, desk.size())).statusCode());
  }

  private Called typing(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data", hq.data().toString(), "--json"));
    return Called.typing(PASSWORD + "\n", hq.clock(), "en", all.toArray(String[]::new));
  }

  private Called give(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of("command", "give"));
    all.addAll(List.of(args));
    all.addAll(List.of("--workstation", desk.logId(), "--reason", "case 7", "--by", "lin"));
    return typing(all.toArray(String[]::new));
  }

  private String given(String... args) throws Exception {
    Called called = give(args);
    assertEquals(0, called.exit(), called.err());
    return json(called).text("id");
  }

  private static Json.Obj json(Called called) throws Exception {
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }

  private HeartbeatReply reply() throws Exception {
    Heartbeat beat =
        new Heartbeat(
            desk.origin(),
            desk.size(),
            desk.head(desk.size()).root().base64(),
            desk.size(),
            "0.1.0",
            "",
            1,
            "boot",
            1,
            1);
    HttpResponse<byte[]> answer = client.post("/v1/heartbeat", beat.encode());
    assertEquals(200, answer.statusCode());
    return HeartbeatReply.decode(answer.body());
  }

  private List<io.waybillguard.agent.report.wire.Command> told() throws Exception {
    List<io.waybillguard.agent.report.wire.Command> commands = new ArrayList<>();
    for (var message : reply().commands()) {
      commands.add(
          io.waybillguard.agent.report.wire.Command.verified(
              message, hq.running().keys().commands().verifier()));
    }
    return commands;
  }

  private String state(String id) throws Exception {
    Called list = typing("command", "list", "--workstation", desk.logId());
    for (Json.Obj each : json(list).objects("commands")) {
      if (each.text("id").equals(id)) {
        List<Json.Obj> states = each.objects("states");
        return states.isEmpty()
            ? "waiting"
            : states.get(0).text("state") + " " + states.get(0).text("counts");
      }
    }
    throw new AssertionError("no command " + id + ": " + list.out());
  }

  @Test
  void aRemovalCodeOpensWhatTheDeskWasToldAndStandsInHqsLogWithWhoGaveIt() throws Exception {
    List<RemovalAnchor> told = reply().removal();
    long today = RemovalAnchor.day(hq.clock().instant());
    Called given =
        typing("workstation", "removal-code", desk.logId(), "--reason", "sold", "--by", "lin");
    assertEquals(0, given.exit(), given.err());
    String code = json(given).text("code");
    assertTrue(told.get(0).opens(desk.origin(), today, code), code);
    assertFalse(told.get(0).opens(desk.origin(), today + 1, code), code);
    assertEquals(LocalDate.ofEpochDay(today + 2) + "T00:00:00.000Z", json(given).text("until"));
    assertEquals(RemovalAnchor.era(today) + 1, told.get(1).era(), "the next year's is there too");
    ActRows.Row act =
        new ActRows(hq.database())
            .newest("lin", Instant.EPOCH, hq.clock().instant().plusSeconds(1), 1)
            .get(0);
    assertEquals(
        "removal_code " + desk.logId() + " sold",
        act.deed() + " " + act.about() + " " + act.detail());
    Browser browser = Browser.of(hq, "hu", "investigator");
    String page = "/workstations/" + desk.logId();
    String csrf = browser.csrf();
    assertTrue(browser.get(page).body().contains(page + "/removal-code"));
    assertEquals(
        409,
        browser.post(page + "/removal-code", "reason=&csrf=" + csrf).statusCode(),
        "no reason");
    String shown = browser.post(page + "/removal-code", "reason=x&csrf=" + csrf).body();
    assertTrue(shown.contains("<h1>" + code + "</h1>"), shown);
    Called looking =
        typing("workstation", "removal-code", desk.logId(), "--reason", "x", "--by", "wang");
    assertEquals(3, looking.exit(), looking.out());
  }

  @Test
  void aCommandIsToldUntilTheDesksLogSaysThatItCame() throws Exception {
    String id = given("hold", "--records", "2-4", "--case", "HZ-7");
    assertEquals("waiting", state(id));
    for (int i = 0; i < 2; i++) {
      var command = told().get(0);
      assertEquals(id, command.id());
      assertEquals("hold", command.type());
      assertEquals("{\"case\":\"HZ-7\",\"from\":2,\"to\":5}", command.args().toString());
      assertTrue(command.isFor(desk.origin(), "elsewhere"));
    }
    long from = desk.size();
    desk.append("hq.cmd", Json.object().put("id", id).put("verdict", "taken"), new byte[] {1});
    report(from);
    assertEquals(List.of(), told());
    assertEquals("taken {}", state(id));
    from = desk.size();
    desk.append(
        "hq.result",
        Json.object().put("id", id).put("outcome", "done").put("placed", 1),
        new byte[] {1});
    report(from);
    assertEquals("done {\"placed\":1}", state(id));
  }

  @Test
  void aCommandWhoseTimeIsOverIsNotTold() throws Exception {
    given("rekey", "--days", "1");
    assertEquals(1, told().size());
    hq.pass(java.time.Duration.ofDays(1));
    assertEquals(List.of(), told());
  }

  @Test
  void erasingTakesASecondPerson() throws Exception {
    String id = given("erase", "--records", "1,3-4");
    assertEquals(List.of(), told());
    Called same = typing("command", "approve", id, "--by", "lin");
    assertEquals(3, same.exit());
    assertTrue(same.err().contains("another person"), same.err());
    assertEquals(3, typing("command", "approve", id, "--by", "wang").exit(), "a viewer");
    assertEquals(3, typing("command", "approve", id, "--by", "nobody").exit());
    assertEquals(List.of(), told());
    assertEquals(0, typing("command", "approve", id, "--by", "zhao").exit());
    assertEquals("erase", told().get(0).type());
    assertEquals(
        "{\"records\":[[1,2],[3,5]],\"request\":\"case 7\"}", told().get(0).args().toString());
    assertEquals(2, typing("command", "approve", id, "--by", "zhao").exit(), "once is enough");
  }

  @Test
  void nobodyCommandsWithoutThePassword() throws Exception {
    Called wrong =
        Called.typing(
            "guess\n",
            hq.clock(),
            "en",
            "command",
            "give",
            "rekey",
            "--data",
            hq.data().toString(),
            "--workstation",
            desk.logId(),
            "--reason",
            "x",
            "--by",
            "lin");
    assertEquals(3, wrong.exit());
    assertEquals(List.of(), told());
  }

  @Test
  void whatMakesNoSenseIsNotGiven() throws Exception {
    assertEquals(2, give("explode").exit());
    assertEquals(2, give("pull").exit());
    assertEquals(2, give("pull", "--records", "4-2").exit());
    assertEquals(2, give("pull", "--records", "1,2").exit());
    assertEquals(2, give("hold", "--records", "1").exit(), "no case");
    assertEquals(2, give("rekey", "--records", "1").exit());
    assertEquals(2, give("rekey", "--days", "0").exit());
    assertEquals(2, give("erase", "--records", "0-99999").exit());
    assertEquals(List.of(), told());
  }

  // -- content ---------------------------------------------------------------------------------

  private HttpResponse<byte[]> bodies(BodyPart... bodies) throws Exception {
    return client.encoded(
        "/v1/logs/" + desk.logId() + "/bodies",
        "gzip",
        TestHq.gzip(BodyFrames.encode(List.of(bodies))));
  }

  @Test
  void contentThatNobodyAskedForIsNotTaken() throws Exception {
    assertEquals(422, bodies(desk.body(7)).statusCode());
    given("pull", "--records", "6-7");
    HttpResponse<byte[]> kept = bodies(desk.body(6), desk.body(7));
    assertEquals(200, kept.statusCode());
    assertEquals("{\"kept\":[[6,8]]}", new String(kept.body(), StandardCharsets.UTF_8));
    assertEquals(422, bodies(desk.body(8)).statusCode(), "not in the pull");
    assertEquals(200, bodies(desk.body(7)).statusCode(), "sent again");
  }

  @Test
  void contentThatItsLeafDidNotPromiseIsNotTaken() throws Exception {
    given("pull", "--records", "6-8");
    BodyPart good = desk.body(7);
    byte[] other = good.data().clone();
    other[3] ^= 1;
    assertEquals(422, bodies(new BodyPart(7, 0, good.salt(), other)).statusCode());
    assertEquals(422, bodies(new BodyPart(6, 0, good.salt(), good.data())).statusCode());
    assertEquals(422, bodies(new BodyPart(7, 1, good.salt(), good.data())).statusCode());
    assertEquals(400, bodies(new BodyPart(900, 0, good.salt(), good.data())).statusCode());
    byte[] cut = BodyFrames.encode(List.of(good));
    assertEquals(
        400,
        client
            .encoded(
                "/v1/logs/" + desk.logId() + "/bodies",
                "gzip",
                TestHq.gzip(java.util.Arrays.copyOf(cut, cut.length - 1)))
            .statusCode());
  }

  /** Before: all content is in the bundle. After: none of it is anywhere in HQ's files. */
  @Test
  void erasedContentIsInNoFileOfHqsAndBundlesFromBeforeAndAfterHold() throws Exception {
    given("pull", "--records", "6-8");
    assertEquals(200, bodies(desk.body(6), desk.body(7), desk.body(8)).statusCode());
    pullAndVerify("before", 9);
    assertEquals(9, traces());

    given("hold", "--records", "4-4", "--case", "HZ-7");
    String id = given("erase", "--records", "3-7");
    Called approved = typing("command", "approve", id, "--by", "zhao");
    assertEquals(0, approved.exit(), approved.err());
    assertTrue(approved.err().contains("4 records"), approved.err());
    assertEquals(5, traces(), "3, 5, 6 and 7 are gone, 4 is held");
    pullAndVerify("after", 5);
    assertEquals(
        200, bodies(desk.body(6)).statusCode(), "what comes late is answered, and not kept again");
    assertEquals(5, traces());
    hq.restart();
    assertEquals(5, traces());
    assertFalse(hq.records().find(desk.logId(), 3).orElseThrow().body().isPresent());
    assertTrue(hq.records().find(desk.logId(), 4).orElseThrow().body().isPresent());
  }

  private void pullAndVerify(String name, int bodies) throws Exception {
    Called pulled =
        typing(
            "evidence",
            "pull",
            "--workstation",
            desk.logId(),
            "-o",
            folder.resolve(name).toString());
    assertEquals(0, pulled.exit(), pulled.err());
    try (Stream<Path> files = Files.walk(folder.resolve(name))) {
      assertEquals(bodies, files.filter(f -> f.toString().endsWith(".body")).count());
    }
    Called verified =
        Called.with(
            hq.clock(),
            "en",
            "evidence",
            "verify",
            folder.resolve(name).toString(),
            "--first",
            desk.firstKey().toString());
    assertEquals(0, verified.exit(), verified.out() + verified.err());
  }

  /** Of how many records the salt is found somewhere in HQ's folder. */
  private long traces() throws Exception {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(hq.data())) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    long found = 0;
    for (long i = 0; i < 9; i++) {
      String salt = new String(desk.body(i).salt(), StandardCharsets.ISO_8859_1);
      found +=
          files.stream().anyMatch(f -> new String(f, StandardCharsets.ISO_8859_1).contains(salt))
              ? 1
              : 0;
    }
    return found;
  }
}
