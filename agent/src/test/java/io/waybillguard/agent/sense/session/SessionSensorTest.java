package io.waybillguard.agent.sense.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSession.Confidence;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.RemoteTool.By;
import io.waybillguard.agent.platform.RemoteTool.Sign;
import io.waybillguard.agent.sense.Sensor;
import io.waybillguard.agent.sense.SensorContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionSensorTest implements SensorContract {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");
  private static final List<RemoteTool> TOOLS =
      List.of(
          tool("sshd", false, List.of("sshd"), new Sign(By.TITLE, "", "")),
          tool("xrdp", false, List.of("xrdp"), new Sign(By.CONNECTION, "xrdp-chansrv", "")),
          tool("x11vnc", true, List.of("x11vnc"), new Sign(By.CONNECTION, "", "")),
          tool("rustdesk", true, List.of("rustdesk"), new Sign(By.PROCESS, "rustdesk", "--cm")),
          tool("frp", false, List.of("frpc")));

  @TempDir private Path folder;
  private final LoginsByHand desk = new LoginsByHand();
  private Instant now = NOON;
  private SessionSensor sensor = sensorAnew();

  private static RemoteTool tool(String id, boolean shared, List<String> programs, Sign... signs) {
    return new RemoteTool(id, id, programs, shared, List.of(signs));
  }

  @BeforeEach
  void anotherSensorForEachTest() {
    sensor = sensorAnew();
  }

  private SessionSensor sensorAnew() {
    return new SessionSensor(
        desk,
        TOOLS,
        folder == null ? Path.of("unused") : folder.resolve("logins.json"),
        Duration.ofMillis(20),
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
  void aDamagedMemoryIsNamedWithWhatToDo() throws IOException {
    Files.writeString(folder.resolve("logins.json"), "{\"open\":[{}");
    IOException e = assertThrows(IOException.class, () -> sensor.open());
    assertTrue(String.valueOf(e.getMessage()).contains("logins.json is damaged"), e.getMessage());
  }

  @Test
  void whatCannotBeSeenIsSaid() throws IOException {
    desk.unseen = "run the agent as root";
    Sensor.Sight sight = sensor.open();
    assertTrue(sight.reduced());
    assertTrue(sight.detail().contains("run the agent as root"));
  }
}
