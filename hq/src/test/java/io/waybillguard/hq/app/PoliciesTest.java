package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.policy.Policy;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.store.ActRows;
import io.waybillguard.hq.store.SearchIndex;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy's way from the file that a person writes to the desks that go by it, and back. */
final class PoliciesTest {
  private static final int DESKS = 12;
  private static final String SSH =
      "title: 许可机房\nrules: {remote_session: {allowed_peers: [10.8.0.7], allowed_tools: [sshd]}}\n";

  @TempDir private Path folder;
  private TestHq hq;
  private final List<Desk> desks = new ArrayList<>();
  private final List<TestHq.Client> clients = new ArrayList<>();

  /** What each desk goes by, as it says. */
  private final Map<Integer, Long> runs = new HashMap<>();

  @BeforeEach
  void someDesks() throws Exception {
    hq = new TestHq(folder.resolve("hq"));
    for (int i = 0; i < DESKS; i++) {
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
    all.addAll(List.of("--data", hq.data().toString()));
    return Called.typing("", hq.clock(), "en", all.toArray(String[]::new));
  }

  private Json.Obj json(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--json");
    Called called = call(all.toArray(String[]::new));
    assertEquals(0, called.exit(), called.err());
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }

  private String file(String text) throws Exception {
    return Files.writeString(folder.resolve("policy.yaml"), text).toString();
  }

  private Json.Obj publish(String text, String... more) throws Exception {
    List<String> args = new ArrayList<>(List.of("policy", "publish", file(text)));
    args.addAll(List.of(more));
    return json(args.toArray(String[]::new));
  }

  /** The policy that a desk is told of with its next heartbeat. */
  private Optional<Command> told(int which) throws Exception {
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
            1,
            runs.getOrDefault(which, 0L));
    HttpResponse<byte[]> answer = clients.get(which).post("/v1/heartbeat", beat.encode());
    assertEquals(200, answer.statusCode());
    List<Command.Message> commands = HeartbeatReply.decode(answer.body()).commands();
    assertTrue(commands.size() <= 1, "one policy at a time");
    return commands.isEmpty()
        ? Optional.empty()
        : Optional.of(Command.verified(commands.get(0), hq.running().keys().commands().verifier()));
  }

  private byte[] fetched(int which, String sha256) throws Exception {
    HttpResponse<byte[]> answer =
        clients.get(which).post("/v1/policy", Json.object().put("sha256", sha256).canonical());
    assertEquals(200, answer.statusCode());
    return answer.body();
  }

  /** What a desk's log says of a command, and from then on its heartbeats. */
  private void answer(int which, Command command, String outcome, String why) throws Exception {
    Desk desk = desks.get(which);
    long from = desk.size();
    desk.answerCommand(command.id(), outcome, why);
    assertEquals(
        200, clients.get(which).segment(desk, desk.segment(from, desk.size())).statusCode());
    if (outcome.equals("done")) {
      runs.put(which, command.args().number("version"));
      assertEquals(Optional.empty(), told(which), "it is told no more");
    }
  }

  private List<Integer> toldNow() throws Exception {
    List<Integer> told = new ArrayList<>();
    for (int i = 0; i < DESKS; i++) {
      if (told(i).isPresent()) {
        told.add(i);
      }
    }
    return told;
  }

  @Test
  void aPolicyIsToldByItsHashAndItsDocumentIsFetched() throws Exception {
    Json.Obj published = publish(SSH);
    assertEquals(1, published.number("version"));
    assertEquals(DESKS, published.number("meant"));
    assertFalse(published.objects("changes").isEmpty());
    Command command = told(0).orElseThrow();
    assertEquals("policy", command.type());
    assertEquals(1, command.args().number("version"));
    byte[] document = fetched(0, command.args().text("sha256"));
    assertEquals(command.args().text("sha256"), Policy.sha256(document));
    assertEquals(
        List.of("10.8.0.7"),
        Policy.read(document, "p").file().rules().orElseThrow().remoteSession().allowedPeers());
    assertEquals(
        404,
        clients
            .get(0)
            .post("/v1/policy", Json.object().put("sha256", "0".repeat(64)).canonical())
            .statusCode());
    answer(0, command, "done", "");
    Json.Obj standing = json("policy", "list").objects("policies").get(0);
    assertEquals(1, standing.number("running"));
    assertEquals(DESKS - 1, standing.texts("behind").size());
    String acts =
        new ActRows(hq.database())
            .newest("", Instant.EPOCH, hq.clock().instant().plusSeconds(60), 9)
            .toString();
    assertTrue(acts.contains("policy · version 1"), acts);
  }

  @Test
  void whatIsNotUnderstoodIsRefusedBeforeItIsSigned() throws Exception {
    for (String bad :
        List.of(
            "rules: {usb: {know: []}}",
            "rules: {images_carried_off: {surplus: 0}}",
            "watchdog: {patience: 1h}",
            "rules: [")) {
      Called refused = call("policy", "publish", file(bad));
      assertEquals(2, refused.exit(), bad);
      assertTrue(refused.err().contains("policy.yaml:1: "), refused.err());
    }
    assertEquals(2, call("policy", "publish", file(SSH), "--percent", "0").exit());
    assertEquals(2, call("policy", "publish", file(SSH), "--outlet", "a,b").exit());
    assertEquals(2, call("policy", "publish", folder.resolve("none").toString()).exit());
    assertEquals(List.of(), json("policy", "list").objects("policies"));
    assertEquals(List.of(), toldNow());
  }

  @Test
  void aShareOfTheDesksIsAmongEveryLargerShareAndWideningIsOneStep() throws Exception {
    publish(SSH, "--percent", "50");
    List<Integer> first = toldNow();
    assertEquals(first, toldNow(), "always the same");
    for (int each : first) {
      answer(each, told(each).orElseThrow(), "done", "");
    }
    hq.pass(Duration.ofSeconds(1));
    json("policy", "widen", "1", "--percent", "100");
    List<Integer> others = toldNow();
    assertEquals(DESKS, first.size() + others.size(), first + " " + others);
    assertTrue(others.stream().noneMatch(first::contains), "who goes by it is left alone");
    Called less = call("policy", "widen", "1", "--percent", "10");
    assertEquals(2, less.exit());
    assertTrue(less.err().contains("rollback"), less.err());
  }

  @Test
  void aDeskThatWasAwayIsToldOfTheNewestForIt() throws Exception {
    publish(SSH);
    publish("rules: {usb: {known: [a]}}");
    publish("rules: {usb: {known: [b]}}", "--outlet", "SH-999");
    Command command = told(3).orElseThrow();
    assertEquals(2, command.args().number("version"), "version 3 is for another outlet");
  }

  /** Also one that comes after half a year, when the first command's time is long over. */
  @Test
  void aPolicyIsToldAsLongAsItIsTheNewest() throws Exception {
    publish(SSH);
    Policies policies = new Policies(hq.database(), hq.segments(), hq.running().keys().commands());
    assertEquals(0, policies.prolong(hq.clock().instant()));
    assertEquals(1, policies.prolong(hq.clock().instant().plus(Duration.ofDays(160))));
    assertEquals(0, policies.prolong(hq.clock().instant().plus(Duration.ofDays(160))));
  }

  @Test
  void theWayBackIsANewVersionForThoseWhoHadTheBadOne() throws Exception {
    publish(SSH);
    for (int i = 0; i < DESKS; i++) {
      answer(i, told(i).orElseThrow(), "done", "");
    }
    publish("title: bad\nrules:\n", "--percent", "50");
    List<Integer> had = toldNow();
    for (int each : had) {
      answer(each, told(each).orElseThrow(), "done", "");
    }
    Json.Obj back = json("policy", "rollback", "1");
    assertEquals(3, back.number("version"));
    assertEquals(1, back.number("again"));
    assertEquals(had, toldNow(), "the others have that document already");
    Command command = told(had.get(0)).orElseThrow();
    assertEquals(3, command.args().number("version"));
    assertEquals("许可机房", back.text("title"));
    assertEquals(List.of(), json("policy", "diff", "1", "3").objects("changes"));
    assertFalse(json("policy", "diff", "2", "3").objects("changes").isEmpty());
    assertEquals(2, call("policy", "rollback", "3").exit());
    Json.Obj own = json("policy", "rollback", "0");
    assertEquals(Policy.NONE.sha256(), own.text("sha256"));
  }

  @Test
  void aDeskThatCannotSaysWhyAndIsNotToldAgainUntilSomebodyWants() throws Exception {
    publish(SSH);
    answer(2, told(2).orElseThrow(), "failed", "policy 1:1: UNKNOWN_KEY key=rules.new");
    new SearchIndex(hq.database(), hq.segments()).catchUp(100);
    assertEquals(Optional.empty(), told(2));
    Json.Obj standing = json("policy", "show", "1");
    Json.Obj against = standing.objects("refused").get(0);
    assertEquals(desks.get(2).logId(), against.text("workstation"));
    assertEquals("failed", against.text("state"));
    assertTrue(against.text("why").contains("rules.new"), against.toString());
    hq.pass(Duration.ofSeconds(1));
    json("policy", "widen", "1");
    assertTrue(told(2).isPresent(), "once more, since somebody wanted it");
  }
}
