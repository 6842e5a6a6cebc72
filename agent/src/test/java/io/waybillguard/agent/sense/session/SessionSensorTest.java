package io.waybillguard.agent.sense.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RemoteLoginsRefused;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSession.Confidence;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.RemoteTool.By;
import io.waybillguard.agent.platform.RemoteTool.Says;
import io.waybillguard.agent.platform.RemoteTool.Sign;
import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.SensorContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionSensorTest implements SensorContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration EVERY = Duration.ofMillis(20);
  private static final Duration SOON = Duration.ofMillis(250);
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final List<RemoteTool> TOOLS =
      List.of(
          tool("sshd", false, List.of("sshd"), new Sign(By.TITLE, "")),
          tool("xrdp", false, List.of("xrdp"), new Sign(By.CONNECTION, "xrdp-chansrv")),
          tool("x11vnc", true, List.of("x11vnc"), new Sign(By.CONNECTION, "")),
          tool(
              "rustdesk",
              true,
              List.of("rustdesk"),
              new Sign(By.PROCESS, "rustdesk", "--cm", List.of(), "")),
          tool("todesk", true, List.of("ToDesk_Service")),
          tool(
              "child",
              true,
              List.of("main"),
              new Sign(By.PROCESS, "main", "--session=", List.of(), ""),
              new Sign(By.PROCESS, "main", "", List.of("--hide", "--port"), "main")),
          tool("frp", false, List.of("frpc")));

  @TempDir private Path folder;
  private final LoginsByHand desk = new LoginsByHand();
  private final LinesByHand.Disk written = new LinesByHand.Disk();
  private LinesByHand lines = new LinesByHand(written);
  private Instant now = NOON;
  private SessionSensor sensor = sensorAnew();

  private static RemoteTool tool(String id, boolean shared, List<String> programs, Sign... signs) {
    return new RemoteTool(id, id, programs, shared, List.of(signs), logs(id));
  }

  private static List<RemoteTool.Log> logs(String id) {
    return switch (id) {
      case "sshd" ->
          List.of(
              log("Accepted for (?<account>\\S+) from (?<peer>\\S+) pid (?<pid>\\d+)", Says.START),
              log("closed pid (?<pid>\\d+)", Says.END),
              log("Failed for \\S+ from (?<peer>\\S+)", Says.REFUSED));
      case "rustdesk" -> List.of(log("opened from (?<peer>\\S+)", Says.PEER));
      case "todesk" -> List.of(log("launch", Says.START), log("destroy", Says.END));
      default -> List.of();
    };
  }

  private static RemoteTool.Log log(String line, Says says) {
    return new RemoteTool.Log(List.of("/var/log/tool"), Pattern.compile(line), says);
  }

  @BeforeEach
  void anotherSensorForEachTest() {
    sensor = sensorAnew();
  }

  private SessionSensor sensorAnew() {
    return sensorThatLooks(EVERY);
  }

  private SessionSensor sensorThatLooks(Duration every) {
    lines = new LinesByHand(written);
    return new SessionSensor(
        desk,
        lines,
        TOOLS,
        ZoneOffset.UTC,
        folder == null ? Path.of("unused") : folder.resolve("logins.json"),
        every,
        () -> now);
  }

  @Override
  public Sensor sensor() {
    return sensor;
  }

  private List<Observation> look() throws IOException {
    now = now.plusMillis(250);
    return sensor.sense(Duration.ZERO);
  }

  /** Enough looks for everything that is waited for, and for the memory to be written. */
  private List<Observation> lookOn() throws IOException {
    List<Observation> seen = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      seen.addAll(look());
    }
    return seen;
  }

  private static RemoteSession started(List<Observation> seen) {
    assertEquals(1, seen.size(), seen.toString());
    return ((RemoteSessionStarted) seen.get(0)).session();
  }

  private void sshLogin() {
    desk.connect("203.0.113.7", 22, 900);
    desk.run(900, "sshd", "sshd: courier@pts/0", "courier");
  }

  @Test
  void whoOnlyKnocksIsNotIn() throws IOException {
    sensor.open();
    desk.connect("203.0.113.7", 22, 900);
    for (String title :
        List.of(
            "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
            "sshd: [accepted]",
            "sshd: unknown [net]",
            "sshd: courier [priv]")) {
      desk.run(900, "sshd", title, "root");
      assertEquals(List.of(), lookOn(), title);
    }
    desk.run(901, "xrdp", "/usr/sbin/xrdp", "root");
    desk.connect("203.0.113.7", 3389, 901);
    desk.run(902, "rustdesk", "/usr/bin/rustdesk --service", "root");
    assertEquals(List.of(), lookOn(), "a password window, and a tool that only runs");
  }

  @Test
  void aLoginIsToldOnceWithItsPeerAndOnceWhenItEnds() throws IOException {
    sensor.open();
    sshLogin();
    RemoteSession session = started(look());
    assertEquals("sshd", session.tool());
    assertEquals("courier", session.account());
    assertEquals("203.0.113.7", session.peer());
    assertEquals(50_000, session.port());
    assertEquals("remote", session.console());
    assertEquals("", session.tunnel());
    assertEquals(Confidence.HIGH, session.confidence());
    assertEquals(List.of(), lookOn());

    desk.allGone();
    assertEquals(List.of(), look(), "missed once is not gone");
    RemoteSessionEnded ended = (RemoteSessionEnded) look().get(0);
    assertEquals(session.uid(), ended.session().uid());
    assertEquals(now.minusMillis(250), ended.at(), "when it was missed first");
    assertEquals(Duration.between(session.began(), ended.at()), ended.lasted());
    assertFalse(ended.whileAway());
    assertEquals(List.of(), lookOn());
  }

  @Test
  void aSocketThatChangesHandsDuringALookDoesNotEndTheSession() throws IOException {
    sensor.open();
    sshLogin();
    started(look());
    desk.allGone();
    look();
    sshLogin();
    assertEquals(List.of(), lookOn());
  }

  @Test
  void aChildOfTheToolsOwnWindowIsASessionOnlyWithoutTheWordsOfItsOtherChildren()
      throws IOException {
    sensor.open();
    desk.run(900, "main", "\"C:\\Tool\\main\"", "lin");
    desk.runFrom(900, 901, "main", "\"C:\\Tool\\main\" --hide");
    desk.runFrom(900, 902, "main", "\"C:\\Tool\\main\" --port=35600 --other");
    desk.runFrom(900, 903, "main", "");
    desk.runFrom(7, 904, "main", "\"C:\\Tool\\main\"");
    assertEquals(List.of(), lookOn(), "what its words are cannot be told, or another started it");
    desk.runFrom(900, 905, "main", "\"C:\\Tool\\main\"");
    RemoteSession session = started(look());
    assertEquals("child", session.tool());
    assertEquals(905, session.program().pid());
    assertEquals(List.of("process"), session.signals());
  }

  @Test
  void aWordMayBeGivenByItsBeginning() throws IOException {
    sensor.open();
    desk.run(900, "main", "\"C:\\Tool\\main\" --session=7", "lin");
    assertEquals("child", started(look()).tool());
  }

  @Test
  void seenInFiveWaysItIsOneThatGrowsSurer() throws IOException {
    sensor.open();
    desk.run(901, "xrdp", "/usr/sbin/xrdp", "root");
    desk.connect("203.0.113.7", 3389, 901);
    desk.run(905, "xrdp-chansrv", "/usr/sbin/xrdp-chansrv", "courier");
    RemoteSession session = started(look());
    assertEquals(Confidence.MEDIUM, session.confidence());
    assertEquals("courier", session.account());
    desk.login("logind", "courier", "", "xrdp-sesman", 903);
    desk.login("utmp", "courier", "203.0.113.7", "", 904);
    assertEquals(List.of(), lookOn(), "the same one");
    desk.allGone();
    List<Observation> end = lookOn();
    assertEquals(1, end.size());
    RemoteSession whole = ((RemoteSessionEnded) end.get(0)).session();
    assertEquals(List.of("socket", "process", "logind", "utmp"), whole.signals());
    assertEquals(Confidence.HIGH, whole.confidence());
  }

  @Test
  void aPeerThatIsThisPcIsATunnelHeldByAProgram() throws IOException {
    sensor.open();
    desk.run(901, "x11vnc", "x11vnc -forever", "courier");
    desk.connectFromHere(5900, 901, "/opt/.x/frpc");
    RemoteSession session = started(look());
    assertEquals("/opt/.x/frpc", session.tunnel());
    assertEquals("shared", session.console());
  }

  @Test
  void whatGoesOutOverALoginIsNoLogin() throws IOException {
    sensor.open();
    sshLogin();
    started(look());
    desk.connectOut(18_443, 900);
    desk.connectOut(18_443, 900);
    assertEquals(List.of(), lookOn());
  }

  @Test
  void aControlProgramIsActiveOnlyWhileItsSessionProcessLives() throws IOException {
    sensor.open();
    desk.run(902, "rustdesk", "/usr/bin/rustdesk --cm", "courier");
    RemoteSession session = started(look());
    assertEquals("", session.peer());
    assertEquals(Confidence.MEDIUM, session.confidence());
    desk.run(902, "rustdesk", "/usr/bin/rustdesk --service", "courier");
    assertEquals("session.end", lookOn().get(0).type());
  }

  @Test
  void whatOnlyTheLoginRecordsTellIsTakenWhenItStands() throws IOException {
    sensor.open();
    desk.login("utmp", "courier", "203.0.113.7 via mosh [7]", "", 990);
    desk.login("utmp", "courier", ":0", "", 991);
    desk.login("utmp", "courier", "tmux(7).%0", "", 992);
    assertEquals(List.of(), look(), "such a record outlives its connection");
    RemoteSession session = started(lookOn());
    assertEquals("203.0.113.7", session.peer());
    assertEquals(List.of("utmp"), session.signals());
  }

  @Test
  void whatARecordToldFirstIsTheSameSessionOnceItsConnectionIsSeen() throws IOException {
    sensor.open();
    desk.connect("203.0.113.7", 22, 900);
    desk.run(900, "sshd", "sshd: courier [priv]", "root");
    desk.login("logind", "courier", "203.0.113.7", "sshd", 900);
    RemoteSession session = started(lookOn());
    assertEquals(List.of("logind"), session.signals());
    desk.run(900, "sshd", "sshd: courier@pts/0", "courier");
    assertEquals(List.of(), lookOn(), "the same one, seen better");

    desk.connections.clear();
    desk.processes.clear();
    assertEquals(List.of(), lookOn(), "the same one, seen worse");
    desk.allGone();
    List<Observation> end = lookOn();
    assertEquals(1, end.size(), end.toString());
    RemoteSession whole = ((RemoteSessionEnded) end.get(0)).session();
    assertEquals(session.uid(), whole.uid());
    assertEquals(session.began(), whole.began());
    assertEquals(List.of("logind", "socket", "title"), whole.signals());
    assertEquals(50_000, whole.port());
    assertEquals(900, whole.program().pid());
  }

  @Test
  void aSecondLoginOfTheSameAccountIsNotTakenForTheFirst() throws IOException {
    sensor.open();
    desk.login("logind", "courier", "203.0.113.7", "sshd", 900);
    RemoteSession first = started(lookOn());
    desk.connect("203.0.113.7", 22, 901);
    desk.run(901, "sshd", "sshd: courier@pts/1", "courier");
    desk.login("logind", "courier", "203.0.113.7", "sshd", 901);
    desk.connect("203.0.113.7", 22, 900);
    desk.run(900, "sshd", "sshd: courier@pts/0", "courier");
    RemoteSession second = started(lookOn());
    assertNotEquals(first.uid(), second.uid());
    desk.allGone();
    assertEquals(
        Map.of(first.uid(), 900L, second.uid(), 901L),
        lookOn().stream()
            .map(seen -> ((RemoteSessionEnded) seen).session())
            .collect(Collectors.toMap(RemoteSession::uid, ended -> ended.program().pid())));
  }

  @Test
  void whoIsInAtStartIsToldAsPresent() throws IOException {
    sshLogin();
    List<Observation> found = sensor.open().found();
    assertTrue(((RemoteSessionStarted) found.get(0)).presentAtStart());
    assertEquals(List.of(), lookOn());
  }

  @Test
  void anAgentStartedAnewTellsNoStartTwiceAndEveryEnd() throws IOException {
    sensor.open();
    sshLogin();
    RemoteSession session = started(lookOn());
    sensor = sensorAnew();
    assertEquals(List.of(), sensor.open().found(), "still in: known");

    desk.allGone();
    sensor = sensorAnew();
    List<Observation> found = sensor.open().found();
    RemoteSessionEnded ended = (RemoteSessionEnded) found.get(0);
    assertEquals(session, ended.session());
    assertTrue(ended.whileAway());
  }

  @Test
  void aDamagedMemoryIsPutAsideAndRecordedAndTheSensorGoesOn() throws IOException {
    sshLogin();
    Files.writeString(folder.resolve("logins.json"), "{\"open\":[{}");
    Instant written = Files.getLastModifiedTime(folder.resolve("logins.json")).toInstant();
    now = written.plusSeconds(90);
    lines.damaged.add(new StateFile.Damage("login-logs.tsv is damaged", written));
    List<Observation> found = sensor.open().found();
    assertEquals(
        List.of("sensor.blind", "sensor.back", "sensor.blind", "sensor.back", "session.start"),
        found.stream().map(Observation::type).toList());
    SensorBlind blind = (SensorBlind) found.get(2);
    assertTrue(blind.cause().contains("logins.json is damaged"), blind.cause());
    assertEquals(written, blind.from());
    assertTrue(Files.exists(folder.resolve("logins.json.damaged")));
    assertEquals(List.of(), lookOn());
    sensor = sensorAnew();
    assertEquals(List.of(), sensor.open().found(), "the new memory holds who is in");
  }

  @Test
  void aDiskThatTakesNothingDoesNotBlindIt() throws IOException {
    sensor.open();
    Files.createDirectories(folder.resolve("logins.json.new/in-the-way"));
    sshLogin();
    assertEquals(1, lookOn().size());
    assertTrue(sensor.standing().contains("cannot be kept"), sensor.standing());
    Files.delete(folder.resolve("logins.json.new/in-the-way"));
    Files.delete(folder.resolve("logins.json.new"));
    now = now.plusSeconds(60);
    assertEquals(List.of(), lookOn());
    assertEquals("", sensor.standing());
    sensor = sensorAnew();
    assertEquals(List.of(), sensor.open().found());
  }

  @Test
  void whatCannotBeSeenIsSaid() throws IOException {
    desk.unseen = "run the agent as root";
    Sensor.Sight sight = sensor.open();
    assertTrue(sight.reduced());
    assertTrue(sight.detail().contains("run the agent as root"));
  }

  // -- logs of tools -----------------------------------------------------------------------------

  private void wrote(String line) {
    written.write("/var/log/tool", line);
  }

  @Test
  void aSessionThatOnlyALogTellsOfStartsAndEnds() throws Exception {
    sensor.open();
    desk.run(50, "ToDesk_Service", "ToDesk_Service", "root");
    assertEquals(List.of(), lookOn(), "it runs, and nobody is in");
    wrote("launch");
    List<Observation> seen = lookOn();
    assertEquals(1, seen.size());
    RemoteSession session = ((RemoteSessionStarted) seen.get(0)).session();
    assertEquals("todesk", session.tool());
    assertEquals("shared", session.console());
    assertEquals(List.of("log"), session.signals());
    wrote("destroy");
    assertEquals("session.end", lookOn().get(0).type());
  }

  @Test
  void aToolThatIsKilledWritesNoEndAndItsSessionEndsAllTheSame() throws Exception {
    sensor.open();
    desk.run(50, "ToDesk_Service", "ToDesk_Service", "root");
    wrote("launch");
    assertEquals(1, lookOn().size());
    desk.allGone();
    assertEquals("session.end", lookOn().get(0).type());
  }

  @Test
  void aSessionThatCameAndWentBetweenTwoLooksIsToldByItsLog() throws Exception {
    sensor.open();
    wrote("Accepted for courier from 203.0.113.7 pid 60");
    wrote("closed pid 60");
    List<Observation> seen = lookOn();
    assertEquals(List.of("session.start", "session.end"), types(seen));
    RemoteSession session = ((RemoteSessionStarted) seen.get(0)).session();
    assertEquals("courier", session.account());
    assertEquals("203.0.113.7", session.peer());
    assertEquals(Confidence.HIGH, session.confidence());
  }

  @Test
  void aSessionThatWasSeenIsNotToldAgainByItsLog() throws Exception {
    sensor.open();
    desk.run(10, "sshd", "sshd: courier@pts/0", "root");
    desk.connect("203.0.113.7", 22, 10);
    wrote("Accepted for courier from 203.0.113.7 pid 10");
    assertEquals(List.of("session.start"), types(lookOn()));
    desk.allGone();
    wrote("closed pid 10");
    assertEquals(List.of("session.end"), types(lookOn()));
    wrote("Accepted for courier from 203.0.113.7 pid 11");
    wrote("closed pid 11");
    assertEquals(List.of(), types(lookOn()), "within seconds of the other, from the same peer");
  }

  @Test
  void whoLoggedInWhileTheAgentWasAwayIsToldAfterwards() throws Exception {
    sensor.open();
    wrote("noise");
    lookOn();
    sensor = sensorAnew();
    wrote("Accepted for courier from 203.0.113.7 pid 60");
    wrote("closed pid 60");
    assertEquals(List.of("session.start", "session.end"), types(sensor.open().found()));
  }

  @Test
  void theLogNamesThePeerThatTheToolHides() throws Exception {
    sensor.open();
    wrote("opened from 203.0.113.9");
    desk.run(20, "rustdesk", "/usr/bin/rustdesk --cm", "lin");
    RemoteSession session = ((RemoteSessionStarted) lookOn().get(0)).session();
    assertEquals("203.0.113.9", session.peer());
  }

  @Test
  void refusalsAreToldAtOnceAndThenSummedUpByTheMinute() throws Exception {
    sensor.open();
    wrote("Failed for root from 203.0.113.7");
    List<Observation> first = lookOn();
    assertEquals(1, ((RemoteLoginsRefused) first.get(0)).times());
    for (int i = 0; i < 500; i++) {
      wrote("Failed for root from 203.0.113.7");
    }
    assertEquals(List.of(), lookOn(), "the minute is not over");
    now = now.plusSeconds(60);
    RemoteLoginsRefused more = (RemoteLoginsRefused) lookOn().get(0);
    assertEquals(500, more.times());
    assertEquals("203.0.113.7", more.peer());
  }

  @Test
  void whatIsSummedUpIsToldWhenTheAgentEnds() throws Exception {
    sensor.open();
    wrote("Failed for root from 203.0.113.7");
    wrote("Failed for root from 203.0.113.7");
    lookOn();
    wrote("Failed for root from 203.0.113.7");
    assertEquals(List.of(), lookOn());
    assertEquals(1, ((RemoteLoginsRefused) sensor.last().get(0)).times());
    assertEquals(List.of(), sensor.last());
  }

  @Test
  void whatIsLostOfALogIsSaidAndWhatWasReadIsNotLostWithIt() throws Exception {
    sensor.open();
    lines.lost = "/var/log/tool was replaced";
    wrote("Failed for root from 203.0.113.7");
    assertEquals(List.of("session.refused"), types(look()));
    IOException e = assertThrows(IOException.class, this::look);
    assertEquals("/var/log/tool was replaced", e.getMessage());
    sensor.close();
    sensor.open();
    assertEquals(List.of(), look());
  }

  // -- how often it looks ------------------------------------------------------------------------

  /** How long it would wait for the next look. */
  private Duration pause() throws IOException {
    List<Observation> unused = sensor.sense(PATIENCE);
    return desk.most;
  }

  private void calm() throws IOException {
    desk.told = true;
    sensor.open();
    now = now.plusSeconds(11);
    assertEquals(PATIENCE, pause());
  }

  @Test
  void whoIsToldWhenSomebodyComesLooksByTheClockOnlyAsANet() throws IOException {
    calm();
    desk.told = false;
    assertEquals(PATIENCE, pause(), "what a wait is for is decided before it");
    assertEquals(EVERY, pause());
  }

  @Test
  void afterACallItLooksAgainSoonAndIfThereWasNothingItRestsAgain() throws IOException {
    calm();
    desk.stirs = true;
    assertEquals(PATIENCE, pause());
    assertEquals(SOON, pause());
    assertEquals(PATIENCE, pause());
  }

  @Test
  void whatHasJustChangedIsLookedAtOftenForAWhile() throws IOException {
    calm();
    desk.run(900, "x11vnc", "x11vnc -display :0", "lin");
    desk.stirs = true;
    assertEquals(PATIENCE, pause());
    assertEquals(SOON, pause());
    assertEquals(EVERY, pause());
    now = now.plusSeconds(9);
    assertEquals(EVERY, pause());
    now = now.plusSeconds(2);
    assertEquals(PATIENCE, pause());
  }

  @Test
  void aLineOfALogIsAChangeToo() throws IOException {
    calm();
    written.write("/var/log/tool", "a line");
    assertEquals(PATIENCE, pause());
    assertEquals(EVERY, pause());
  }

  @Test
  void whileSomebodyIsInItLooksOftenSinceNobodySaysThatHeGoes() throws IOException {
    calm();
    sshLogin();
    desk.stirs = true;
    assertEquals(1, sensor.sense(PATIENCE).size());
    assertEquals(SOON, pause());
    now = now.plusSeconds(600);
    assertEquals(EVERY, pause());
    desk.allGone();
    List<Observation> unused = lookOn();
    now = now.plusSeconds(11);
    assertEquals(List.of(), lookOn());
    assertEquals(PATIENCE, pause());
  }

  @Test
  void whoKnocksAtAToolsDoorIsWatchedWhileHeStandsThere() throws IOException {
    calm();
    desk.connect("203.0.113.7", 22, 900);
    List<Observation> unused = sensor.sense(PATIENCE);
    now = now.plusSeconds(600);
    assertEquals(EVERY, pause());
  }

  @Test
  void callsWithoutEndAreAnsweredNoMoreOftenThanByTheClock() throws IOException {
    Duration every = Duration.ofSeconds(2);
    sensor = sensorThatLooks(every);
    calm();
    List<Duration> least = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      desk.stirs = true;
      sshKnock(900 + i); // something new each time
      List<Observation> unused = sensor.sense(PATIENCE);
      least.add(desk.least);
    }
    assertEquals(Duration.ZERO, least.get(0), "the first is heard at once");
    assertEquals(Collections.nCopies(7, SOON), least.subList(1, 8));
    assertEquals(Collections.nCopies(12, every), least.subList(8, 20));
    List<Observation> unused = sensor.sense(PATIENCE);
    List<Observation> nobody = sensor.sense(PATIENCE);
    assertEquals(List.of(), nobody);
    assertEquals(Duration.ZERO, desk.least, "after a wait in which nobody called");
  }

  private void sshKnock(long pid) {
    desk.allGone();
    desk.connect("203.0.113.7", 22, pid);
    desk.run(pid, "sshd", "sshd: [accepted]", "root");
  }

  @Test
  void aBusyServerOfOthersOnThisDeskChangesNothing() throws IOException {
    calm();
    for (int i = 0; i < 5; i++) {
      desk.connections.clear();
      desk.connectToOthers("203.0.113." + i, 443, 7000 + i);
      desk.stirs = true;
      List<Observation> unused = sensor.sense(PATIENCE);
    }
    assertEquals(SOON, pause());
    assertEquals(PATIENCE, pause());
  }

  @Test
  void aConnectionThatNobodyHasAcceptedYetIsLookedAtAgain() throws IOException {
    calm();
    desk.connectToOthers("203.0.113.7", 5900, 0);
    desk.stirs = true;
    List<Observation> unused = sensor.sense(PATIENCE);
    assertEquals(SOON, pause());
    now = now.plusSeconds(60);
    assertEquals(EVERY, pause());
  }

  @Test
  void theFoldersOfTheLogsAreWatchedAndANewOneIsLookedAtAgain() throws IOException {
    lines.folders = Set.of(Path.of("/var/log"));
    calm();
    assertEquals(Set.of(Path.of("/var/log")), desk.watched);
    lines.folders = Set.of(Path.of("/var/log"), Path.of("/var/log/todesk"));
    assertEquals(PATIENCE, pause());
    assertEquals(lines.folders, desk.watched);
    assertEquals(EVERY, pause());
  }

  private static List<String> types(List<Observation> seen) {
    return seen.stream().map(Observation::type).toList();
  }
}
