package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.config.RemoteToolsFile;
import io.waybillguard.agent.platform.TextLogs.Added;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The event log as lines: with real events (origin in events/ORIGINS.md) and a log by hand. */
final class EventLogsTest {
  private static final String SESSIONS =
      "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational";

  @TempDir private Path folder;
  private final ChannelsByHand channels = new ChannelsByHand();
  private Instant now = Instant.parse("2026-11-28T04:00:00Z");
  private EventLogs logs;

  @BeforeEach
  void start() {
    channels.make(SESSIONS);
    logs = anew();
  }

  private EventLogs anew() {
    return new EventLogs(
        channels, List.of("event:" + SESSIONS), folder.resolve("events.tsv"), () -> now);
  }

  private static String real(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            EventLogsTest.class.getResourceAsStream("events/" + name + ".xml"), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String event(int record) {
    return "<Event><System><EventID>21</EventID><TimeCreated SystemTime=\"2026-11-28T04:00:0"
        + record
        + ".000Z\"/><EventRecordID>"
        + record
        + "</EventRecordID></System><UserData><EventXML><SessionID>"
        + record
        + "</SessionID></EventXML></UserData></Event>";
  }

  private List<String> told() {
    return logs.look().lines().stream().map(line -> line.text().replaceAll(".*=", "")).toList();
  }

  @Test
  void aRealEventIsALineOfItsTimeItsNumberAndWhatItTells() throws IOException {
    assertEquals(
        "2018-05-04T18:30:42.921Z 21 User=WIN10-TEST\\Administrator SessionID=1 Address=LOCAL",
        EventLogs.text(LogEvent.of(real("lsm-21"))));
    assertEquals(
        "2018-05-08T14:36:47.303Z 24 User=shieldbase\\administrator SessionID=1 Address=LOCAL",
        EventLogs.text(LogEvent.of(real("lsm-24"))));
  }

  @Test
  void theListOfToolsUnderstandsSuchLines() throws IOException {
    RemoteToolsFile.Tool rdp =
        RemoteToolsFile.windows().stream().filter(t -> t.id().equals("rdp")).findFirst().get();
    Map<String, String> found = new TreeMap<>();
    for (String line :
        List.of(
            EventLogs.text(LogEvent.of(real("lsm-21").replace("LOCAL", "203.0.113.7"))),
            EventLogs.text(LogEvent.of(real("lsm-25").replace("LOCAL", "2001:db8::7"))),
            EventLogs.text(LogEvent.of(real("lsm-23"))),
            EventLogs.text(LogEvent.of(real("lsm-24"))),
            EventLogs.text(LogEvent.of(real("rdpcorets-140"))))) {
      for (RemoteToolsFile.Log log : rdp.logs()) {
        Matcher matcher = log.line().matcher(line);
        if (matcher.find()) {
          boolean isIn = log.says().equals("start");
          found.merge(
              log.says(),
              isIn ? matcher.group("account") + " " + matcher.group("peer") : "seen",
              (one, other) -> one + ", " + other);
        }
      }
    }
    assertEquals("seen, seen", found.get("end"));
    assertEquals("seen", found.get("refused"));
    assertTrue(
        found.getOrDefault("start", "").contains("Administrator 203.0.113.7"), found.toString());
    assertTrue(found.getOrDefault("start", "").contains("2001:db8::7"), found.toString());
    assertTrue(
        rdp.logs().stream()
            .filter(log -> log.says().equals("start"))
            .noneMatch(
                log -> {
                  try {
                    return log.line().matcher(EventLogs.text(LogEvent.of(real("lsm-21")))).find();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }),
        "whoever signs on at the desk comes from nowhere");
  }

  /** No real one was to be had: the form of a real event of that channel, the manifest's fields. */
  @Test
  void shadowingTellsWhoAndWhom() throws IOException {
    RemoteToolsFile.Tool shadow =
        RemoteToolsFile.windows().stream()
            .filter(t -> t.id().equals("rdp-shadow"))
            .findFirst()
            .orElseThrow();
    assertTrue(shadow.shared());
    List<String> found = new ArrayList<>();
    for (int id : List.of(20503, 20504, 20506, 20507, 20508)) {
      String line =
          EventLogs.text(
              LogEvent.of(
                  real("rcm-1149-a")
                      .replace("<EventID>1149", "<EventID>" + id)
                      .replace("user1", "HQ\\admin two")
                      .replace("203.0.113.11</Param3>", "DESK\\面单</Param3><Param4>2</Param4>")));
      for (RemoteToolsFile.Log log : shadow.logs()) {
        Matcher matcher = log.line().matcher(line);
        if (matcher.find()) {
          String key = matcher.group("key");
          found.add(
              id
                  + (log.says().equals("start")
                      ? " start "
                          + String.join(
                              " ",
                              matcher.group("visitor"),
                              matcher.group("peer"),
                              matcher.group("account"),
                              key)
                      : " " + log.says() + " " + key));
        }
      }
    }
    assertEquals(
        List.of(
            "20503 start HQ\\admin two CLIENT-PC 面单 2",
            "20504 end 2",
            "20506 start HQ\\admin two CLIENT-PC 面单 2",
            "20507 end 2"),
        found);
  }

  @Test
  void whatWasThereBeforeTheFirstStartIsNotToldAndEachLaterEventIsToldOnce() throws IOException {
    channels.write(SESSIONS, event(1));
    logs.open();
    assertEquals(List.of(), told());
    channels.write(SESSIONS, event(2));
    channels.write(SESSIONS, event(3));
    assertEquals(List.of("2", "3"), told());
    assertEquals(List.of(), told());
  }

  @Test
  void whatWasWrittenWhileNobodyLookedIsToldAtTheNextStart() throws IOException {
    logs.open();
    channels.write(SESSIONS, event(1));
    assertEquals(List.of("1"), told());
    logs.save();
    channels.write(SESSIONS, event(2));
    logs = anew();
    assertEquals(List.of(), logs.open());
    assertEquals(List.of("2"), told());
  }

  @Test
  void aLogThatWasClearedIsALossAndWhatIsLeftOfItIsToldOnce() throws IOException {
    logs.open();
    channels.write(SESSIONS, event(1));
    assertEquals(List.of("1"), told());
    logs.save();
    channels.write(SESSIONS, event(2));
    channels.clear(SESSIONS);
    channels.write(SESSIONS, event(3));
    logs = anew();
    logs.open();
    Added added = logs.look();
    assertEquals(1, added.lines().size());
    assertTrue(added.lines().get(0).text().endsWith("=3"));
    assertEquals(
        List.of(
            "the event log "
                + SESSIONS
                + " was cleared or has come round; what it held since 2026-11-28T04:00:01Z and"
                + " holds no more could not be read"),
        added.lost());
    assertEquals(List.of(), logs.look().lost());
  }

  @Test
  void aReadThatFailsGoesOnFromTheBookmark() throws IOException {
    logs.open();
    channels.write(SESSIONS, event(1));
    assertEquals(List.of("1"), told());
    channels.write(SESSIONS, event(2));
    channels.broken = "error 15011";
    assertEquals(List.of(), told());
    assertEquals(List.of("2"), told());
    assertEquals(2, channels.opened);
  }

  @Test
  void aChannelThatIsNotThereIsTriedAgainEveryMinute() throws IOException {
    logs = new EventLogs(channels, List.of("event:Other"), folder.resolve("o.json"), () -> now);
    logs.open();
    channels.make("Other");
    assertEquals(List.of(), told());
    assertEquals(0, channels.opened);
    now = now.plusSeconds(60);
    assertEquals(List.of(), told());
    assertEquals(1, channels.opened);
  }

  @Test
  void aDamagedMemoryIsSetAsideAndSaid() throws IOException {
    Files.writeString(folder.resolve("events.tsv"), "7\tx\n");
    assertEquals(1, logs.open().size());
    channels.write(SESSIONS, event(1));
    assertEquals(List.of("1"), told());
  }

  @Test
  void anEventThatIsNoneIsPassedOver() throws IOException {
    logs.open();
    channels.write(SESSIONS, "<Event/>");
    channels.write(SESSIONS, event(2));
    assertEquals(List.of("2"), told());
  }

  @Test
  void theNumbersOfTheCallsAreThoseOfTheHeaders() {
    Layouts headers = Layouts.ofHeaders();
    assertEquals(headers.value("EvtSubscribeToFutureEvents"), WindowsEventChannels.FUTURE);
    assertEquals(headers.value("EvtSubscribeStartAtOldestRecord"), WindowsEventChannels.OLDEST);
    assertEquals(
        headers.value("EvtSubscribeStartAfterBookmark"), WindowsEventChannels.AFTER_BOOKMARK);
    assertEquals(headers.value("EvtSubscribeStrict"), WindowsEventChannels.STRICT);
    assertEquals(headers.value("EvtRenderEventXml"), WindowsEventChannels.RENDER_EVENT);
    assertEquals(headers.value("EvtRenderBookmark"), WindowsEventChannels.RENDER_BOOKMARK);
  }
}
