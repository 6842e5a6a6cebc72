package io.waybillguard.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.Seen;
import io.waybillguard.agent.detect.UnexpectedRemoteSession.Allowed;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionEnded;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UnexpectedRemoteSessionTest {
  private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  private static RemoteSession session(String peer, String tool, String account, String tunnel) {
    return new RemoteSession(
        "u",
        tool,
        tool,
        account,
        peer,
        1,
        "",
        0,
        "remote",
        tunnel,
        RemoteSession.Confidence.HIGH,
        List.of("socket"),
        ProcessRef.UNKNOWN,
        NOON);
  }

  private static Allowed allowed(String from, String until) {
    return new Allowed(
        List.of("192.168.1.8"),
        List.of("sshd"),
        List.of("it"),
        LocalTime.parse(from),
        LocalTime.parse(until));
  }

  private static String unexpected(Allowed allowed, RemoteSession session) {
    List<Finding> findings =
        new UnexpectedRemoteSession(allowed, SHANGHAI)
            .on(3, new RemoteSessionStarted(NOON, session, false));
    return findings.isEmpty() ? "" : findings.get(0).facts().text("unexpected", "?");
  }

  @Test
  void onlyWhatIsAllowedInEveryWayIsExpected() {
    Allowed day = allowed("08:00", "20:00");
    assertEquals("", unexpected(day, session("192.168.1.8", "sshd", "it", "")));
    assertEquals("peer", unexpected(day, session("203.0.113.7", "sshd", "it", "")));
    assertEquals("peer", unexpected(day, session("", "sshd", "it", "")));
    assertEquals("tool", unexpected(day, session("192.168.1.8", "xrdp", "it", "")));
    assertEquals("account", unexpected(day, session("192.168.1.8", "sshd", "root", "")));
    assertEquals("peer", unexpected(day, session("192.168.1.8", "sshd", "it", "/opt/frpc")));
  }

  @Test
  void hoursAreThoseOfThisPcAndMayPassMidnight() {
    RemoteSession it = session("192.168.1.8", "sshd", "it", "");
    assertEquals("", unexpected(allowed("12:00", "12:01"), it), "it is 12:00 in Shanghai");
    assertEquals("hours", unexpected(allowed("08:00", "12:00"), it), "the end is not included");
    assertEquals("hours", unexpected(allowed("22:00", "06:00"), it));
    assertEquals("", unexpected(allowed("22:00", "12:30"), it));
    assertEquals("", unexpected(allowed("00:00", "00:00"), it), "the whole day");
  }

  @Test
  void withNothingArrangedEveryLoginIsAFindingAndATunnelAGraveOne() {
    Detector rule =
        new UnexpectedRemoteSession(
            new Allowed(List.of(), List.of(), List.of(), LocalTime.MIDNIGHT, LocalTime.MIDNIGHT),
            SHANGHAI);
    Observation plain =
        new RemoteSessionStarted(NOON, session("203.0.113.7", "sshd", "it", ""), false);
    Observation tunnel =
        new RemoteSessionStarted(NOON, session("127.0.0.1", "x11vnc", "", "/opt/frpc"), true);
    assertEquals(Severity.MEDIUM, rule.on(3, plain).get(0).severity());
    assertEquals(Severity.HIGH, rule.on(4, tunnel).get(0).severity());
    assertEquals("/opt/frpc", rule.on(4, tunnel).get(0).facts().text("source", ""));
    assertEquals(List.of(4L), rule.on(4, tunnel).get(0).about());
  }

  @Test
  void anEndAndOtherThingsAreNotItsBusiness() {
    Detector rule = new UnexpectedRemoteSession(allowed("08:00", "20:00"), SHANGHAI);
    assertEquals(
        List.of(),
        rule.on(
            1,
            new RemoteSessionEnded(
                NOON, session("a", "b", "c", ""), Duration.ofSeconds(1), false)));
    assertEquals(List.of(), rule.on(1, Seen.attached(NOON, "A")));
  }
}
