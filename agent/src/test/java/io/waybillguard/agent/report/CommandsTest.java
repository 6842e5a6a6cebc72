package io.waybillguard.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.BodyClass;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.TestLog;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Command;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What HQ has a desk do: logged before, done once, logged after. */
final class CommandsTest {
  private static final Json.Obj NONE = Json.object();

  @TempDir Path temp;
  private TestDesk desk;
  private FakeHq hq;
  private int ids;

  @BeforeEach
  void aDeskWithSomeRecordsAtHq() throws Exception {
    FakeHq[] there = new FakeHq[1];
    desk = new TestDesk(temp.resolve("data"), enrolment -> there[0]);
    hq = new FakeHq(desk.log().keys().epochs().get(0).key());
    there[0] = hq;
    hq.enrolment(desk.log().origin()).save(desk.data());
    desk.work(12);
    desk.report(20);
    assertEquals(12, hq.leaves.size());
  }

  @AfterEach
  void end() throws Exception {
    desk.close();
  }

  private Command command(String type, Json.Obj args) {
    return new Command(
        String.format("%032x", ++ids),
        desk.log().origin(),
        hq.now.minusSeconds(1),
        hq.now.plus(Duration.ofDays(3)),
        type,
        args);
  }

  private void give(Command... commands) throws Exception {
    List<Command.Message> signed = new ArrayList<>();
    for (Command each : commands) {
      signed.add(each.signedBy(hq.commandKey));
    }
    giveSigned(signed);
  }

  private void giveSigned(List<Command.Message> messages) throws Exception {
    hq.commands = messages;
    desk.pass(Duration.ofMinutes(10));
    desk.report(200);
  }

  private static Json.Obj span(long from, long to) {
    return Json.object().put("from", from).put("to", to);
  }

  /** Leaves of a type, in order. */
  private List<Json.Obj> leaves(String type) throws Exception {
    try (LogReader log = LogReader.open(desk.data())) {
      List<Json.Obj> leaves = new ArrayList<>();
      for (Entry entry : log.find(type, Instant.EPOCH, Instant.MAX, -1)) {
        leaves.add(entry.leaf().fields());
      }
      return leaves;
    }
  }

  private Json.Obj only(String type) throws Exception {
    List<Json.Obj> leaves = leaves(type);
    assertEquals(1, leaves.size(), leaves.toString());
    return leaves.get(0);
  }

  @Test
  void aCommandIsInTheLogBeforeItIsDoneAndItsResultAfterAndHqHoldsBoth() throws Exception {
    give(command("hold", span(2, 5).put("case", "HZ-2026-7")));
    assertEquals("taken", only("hq.cmd").text("verdict"));
    assertEquals("done", only("hq.result").text("outcome"));
    assertEquals(1, only("hq.result").number("placed"));
    try (LogReader log = LogReader.open(desk.data())) {
      List<String> types = new ArrayList<>();
      for (long i = 12; i < log.size(); i++) {
        types.add(log.entry(i).orElseThrow().type());
      }
      types.remove("log.key");
      assertEquals(List.of("hq.cmd", "log.hold", "hq.result"), types);
      assertEquals(new Span(2, 5), log.holds().get(0).records());
      assertEquals(log.size(), hq.leaves.size());
    }
  }

  @Test
  void aCommandThatComesAgainIsNotRunAgain() throws Exception {
    Command hold = command("hold", span(2, 5).put("case", "HZ-2026-7"));
    give(hold);
    give(hold, hold);
    give(command("release", span(2, 5).put("case", "HZ-2026-7")));
    give(hold);
    desk.restart(enrolment -> hq);
    give(hold);
    assertEquals(2, leaves("hq.cmd").size());
    assertEquals(List.of(), holds());
  }

  private List<Span> holds() throws Exception {
    try (LogReader log = LogReader.open(desk.data())) {
      return log.holds().stream().map(h -> h.records()).toList();
    }
  }

  /**
   * Killed after the command was written down and before it was done: HQ is told, nothing is done.
   */
  @Test
  void aCommandThatACrashInterruptedIsNotRunAgainAndHqIsTold() throws Exception {
    hq.commands = List.of(command("hold", span(2, 5).put("case", "A")).signedBy(hq.commandKey));
    desk.pass(Duration.ofMinutes(10));
    assertEquals(1, desk.reporter().step(), "the heartbeat, and the command into the log");
    assertEquals("taken", only("hq.cmd").text("verdict"));
    assertEquals(List.of(), leaves("hq.result"));
    desk.restart(enrolment -> hq);
    desk.report(50);
    assertEquals("interrupted", only("hq.result").text("outcome"));
    assertEquals(List.of(), holds());
  }

  @Test
  void aCommandWhoseTimeIsOverIsWrittenDownAndNotRun() throws Exception {
    Command late =
        new Command(
            "a".repeat(32),
            desk.log().origin(),
            hq.now.minusSeconds(60),
            hq.now,
            "hold",
            span(2, 5).put("case", "A"));
    Command early =
        new Command(
            "b".repeat(32),
            desk.log().origin(),
            hq.now.plusSeconds(1),
            hq.now.plusSeconds(60),
            "hold",
            span(2, 5).put("case", "A"));
    give(late, early);
    assertEquals("expired", only("hq.cmd").text("verdict"));
    assertEquals(List.of(), leaves("hq.result"));
    assertEquals(List.of(), holds());
    hq.now = hq.now.plusSeconds(2);
    give(early);
    assertEquals(1, holds().size(), "its time has come");
  }

  /** This PC's clock is nobody's business: HQ's time is in its answer. */
  @Test
  void aDeskWhoseClockIsTenYearsOffRunsWhatHqSaysIsDue() throws Exception {
    desk.pass(Duration.ofDays(3650));
    give(command("hold", span(2, 5).put("case", "A")));
    assertEquals(1, holds().size());
  }

  @Test
  void whatHqDidNotSignForThisDeskIsNotRun() throws Exception {
    Command hold = command("hold", span(2, 5).put("case", "A"));
    SigningKey other = FakeHq.key("hq.example/commands1", VerifierKey.SIGNER);
    giveSigned(List.of(hold.signedBy(other)));
    assertEquals("refused", only("hq.cmd").text("verdict"));

    Command.Message signed = hold.signedBy(hq.commandKey);
    Json.Obj more = span(0, 12).put("case", "A");
    giveSigned(List.of(new Command.Message(signed.note(), more)));
    giveSigned(List.of(new Command.Message("no note at all", NONE)));
    giveSigned(
        List.of(
            new Command(
                    "c".repeat(32),
                    "evidence.example/agent/0000000000000000",
                    hq.now.minusSeconds(1),
                    hq.now.plusSeconds(60),
                    "hold",
                    span(2, 5).put("case", "A"))
                .signedBy(hq.commandKey)));
    assertEquals(4, leaves("hq.cmd").size());
    assertTrue(leaves("hq.cmd").stream().allMatch(l -> l.text("verdict", "").equals("refused")));
    assertEquals(List.of(), holds());
  }

  /** Somebody between could have refusals written for ever; one a minute says it as well. */
  @Test
  void refusalsDoNotFillTheLog() throws Exception {
    List<Command.Message> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(new Command.Message("note " + i, NONE));
    }
    giveSigned(many);
    assertEquals(1, leaves("hq.cmd").size());
  }

  @Test
  void commandsToAnOutletAndToAllAreForThisDeskToo() throws Exception {
    int expected = 0;
    for (String to : List.of("*", "outlet/0571-001")) {
      give(
          new Command(
              String.format("%032x", ++ids),
              to,
              hq.now.minusSeconds(1),
              hq.now.plusSeconds(60),
              "hold",
              span(2, 5).put("case", to)));
      assertEquals(++expected, holds().size());
    }
  }

  @Test
  void whatThisAgentCannotDoIsAnsweredSo() throws Exception {
    give(command("hunt", Json.object().put("sha256", "00")));
    assertEquals("unsupported", only("hq.cmd").text("verdict"));
    assertEquals(List.of(), leaves("hq.result"));
  }

  /** What is kept of errands; it outlives a new start, as files do. */
  private static final class Kept implements Errands {
    private final List<String> prepared = new ArrayList<>();
    private final List<String> begun = new ArrayList<>();

    @Override
    public boolean knows(String type) {
      return type.equals("hunt");
    }

    @Override
    public void prepare(Command command) {
      if (command.args().has("nonsense")) {
        throw new IllegalArgumentException("\"nonsense\" makes none");
      }
      prepared.add(command.id());
    }

    @Override
    public boolean begin(String type, String id) {
      begun.add(id);
      return prepared.contains(id);
    }
  }

  private Kept errands() throws Exception {
    Kept kept = new Kept();
    desk.close();
    desk = new TestDesk(temp.resolve("data"), kept, enrolment -> hq);
    return kept;
  }

  @Test
  void anErrandIsKeptBeforeItIsTakenAndGoesOnAfterANewStart() throws Exception {
    Kept kept = errands();
    Command hunt = command("hunt", NONE);
    give(hunt);
    assertEquals("taken", only("hq.cmd").text("verdict"));
    assertEquals(List.of(hunt.id()), kept.begun);
    assertEquals(List.of(), leaves("hq.result"), "who does it says so");
    desk.restart(enrolment -> hq);
    give(hunt);
    assertEquals(List.of(hunt.id(), hunt.id()), kept.begun);
    assertEquals(List.of(), leaves("hq.result"));
    kept.prepared.clear();
    desk.restart(enrolment -> hq);
    desk.report(50);
    assertEquals("interrupted", only("hq.result").text("outcome"), "nothing is left to go on with");
  }

  @Test
  void anErrandThatMakesNoSenseOrIsForOtherDesksIsRefused() throws Exception {
    Kept kept = errands();
    give(
        command("hunt", Json.object().put("nonsense", true)),
        command("hunt", Json.object().put("outlets", List.of("0571-002"))),
        command("hunt", Json.object().put("percent", 0)));
    assertEquals(3, leaves("hq.cmd").size());
    assertTrue(leaves("hq.cmd").stream().allMatch(l -> l.text("verdict", "").equals("refused")));
    assertEquals(List.of(), kept.prepared);
  }

  @Test
  void ofAStageEachDeskKnowsItselfWhetherItIsMeant() throws Exception {
    Kept kept = errands();
    List<String> meant = new ArrayList<>();
    for (int percent : List.of(1, 25, 50, 75, 100)) {
      Command hunt =
          command(
              "hunt",
              new io.waybillguard.agent.report.wire.Stage(List.of("0571-001"), percent, "same")
                  .into(Json.object()));
      give(hunt);
      if (kept.begun.contains(hunt.id())) {
        meant.add(hunt.id());
      } else {
        assertEquals(List.of(), meant, "a larger stage holds the smaller");
      }
    }
    assertTrue(!meant.isEmpty(), "all is all");
  }

  @Test
  void argumentsThatMakeNoSenseAreRefusedWithTheReason() throws Exception {
    give(
        command("hold", span(2, 5)),
        command("hold", span(5, 2).put("case", "A")),
        command("pull", NONE),
        command("erase", Json.object().put("request", "PI-1")),
        command(
            "erase",
            Json.object().put("request", "PI-1").put("records", List.of(List.of(0L, 100_000L)))));
    assertEquals(5, leaves("hq.cmd").size());
    for (Json.Obj leaf : leaves("hq.cmd")) {
      assertEquals("refused", leaf.text("verdict"));
    }
  }

  @Test
  void erasingIsDoneOnceAndCounted() throws Exception {
    give(command("hold", span(3, 4).put("case", "A")));
    give(
        command(
            "erase",
            Json.object()
                .put("request", "PI-1")
                .put("records", List.of(List.of(1L, 4L), List.of(500L, 501L)))));
    Json.Obj result = leaves("hq.result").get(1);
    assertEquals("done", result.text("outcome"));
    assertEquals(2, result.number("erased"));
    assertEquals(1, result.number("held"));
    assertEquals(1, result.number("absent"));
  }

  @Test
  void theKeyChangesWhenHqSaysSo() throws Exception {
    long before = desk.log().keys().last().number();
    give(command("rekey", NONE));
    assertEquals("done", only("hq.result").text("outcome"));
    assertTrue(desk.log().keys().last().number() > before);
  }

  /** Personal content stays here until HQ asks for it; then it goes, in pieces that HQ takes. */
  @Test
  void pulledContentGoesInPiecesThatHqTakesAndWhatIsErasedIsCounted() throws Exception {
    long from = desk.log().durableSize();
    for (int i = 0; i < 20; i++) {
      TestLog.append(desk.log(), desk.stick("P" + i), BodyClass.PERSONAL);
    }
    desk.log().commit();
    desk.report(50);
    assertEquals(List.of(), hq.bodies);
    give(
        command(
            "erase",
            Json.object()
                .put("request", "PI-1")
                .put("records", List.of(List.of(from + 3, from + 5)))));
    hq.mostBodies = 4;
    give(command("pull", span(from, from + 20)));
    Json.Obj result = leaves("hq.result").get(1);
    assertEquals("done", result.text("outcome"));
    assertEquals(18, result.number("sent"));
    assertEquals(2, result.number("gone"));
    assertEquals(18, hq.bodies.stream().map(b -> b.index()).distinct().count());
  }

  @Test
  void aPullOfWhatHqDoesNotHoldYetFailsWithTheReason() throws Exception {
    give(command("pull", span(10_000, 10_001)));
    assertEquals("failed", only("hq.result").text("outcome"));
  }

  /** HQ away in the middle: the piece is sent again, the command ends once. */
  @Test
  void anAnswerLostInTheMiddleOfAPullIsAskedForAgain() throws Exception {
    hq.losesAnswers = false;
    hq.commands = List.of(command("pull", span(0, 12)).signedBy(hq.commandKey));
    desk.pass(Duration.ofMinutes(10));
    assertEquals(1, desk.reporter().step());
    desk.report(4);
    hq.losesAnswers = true;
    desk.report(3);
    hq.losesAnswers = false;
    desk.report(100);
    assertEquals("done", only("hq.result").text("outcome"));
    assertEquals(12, only("hq.result").number("sent"));
  }
}
