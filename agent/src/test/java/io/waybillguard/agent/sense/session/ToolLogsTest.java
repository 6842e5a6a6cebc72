package io.waybillguard.agent.sense.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.config.RemoteToolsFile;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.RemoteSigns;
import io.waybillguard.agent.platform.RemoteSigns.Login;
import io.waybillguard.agent.platform.RemoteSigns.ToolProcess;
import io.waybillguard.agent.platform.RemoteTool;
import io.waybillguard.agent.platform.TextLogs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The lines of the tools that we carry, as these write them; where from is told in ORIGIN.md. */
final class ToolLogsTest {
  private static final Instant NOW = Instant.parse("2026-11-27T18:30:00Z");

  private final ToolLogs logs = new ToolLogs(carried(), new LogTime(ZoneOffset.UTC));

  private static List<RemoteTool> carried() {
    return RemoteToolsFile.linux().stream()
        .map(
            tool ->
                new RemoteTool(
                    tool.id(),
                    tool.name(),
                    tool.programs(),
                    tool.shared(),
                    List.of(),
                    tool.logs().stream()
                        .map(
                            log ->
                                new RemoteTool.Log(
                                    log.files(),
                                    log.line(),
                                    RemoteTool.Says.valueOf(log.says().toUpperCase(Locale.ROOT))))
                        .toList()))
        .toList();
  }

  private static List<TextLogs.Line> fixture(String file, String name) throws IOException {
    try (InputStream in = ToolLogsTest.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new AssertionError("no fixture " + name);
      }
      return lines(file, new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n"));
    }
  }

  private static List<TextLogs.Line> lines(String file, String... texts) {
    List<TextLogs.Line> lines = new ArrayList<>();
    for (String text : texts) {
      lines.add(new TextLogs.Line(file, Path.of(file), text));
    }
    return lines;
  }

  @Test
  void sshdTellsWhoIsInAndWhenThatEnds() throws Exception {
    List<TextLogs.Line> all = fixture("/var/log/auth.log", "auth.log");
    logs.take(all.subList(0, 3), NOW);
    assertEquals(
        List.of(
            new Login(
                "log",
                "sshd 1854@1795804076",
                "wgcap",
                "127.0.0.1",
                "sshd",
                1854,
                Instant.parse("2026-11-27T18:27:56Z"))),
        logs.present());
    logs.take(all.subList(3, all.size()), NOW);
    assertEquals(List.of(), logs.present());
    assertEquals(List.of(), logs.passed(), "it was told of before");
    assertEquals(
        List.of(
            new ToolLogs.Refused("sshd", "127.0.0.1", Instant.parse("2026-11-27T18:28:22Z")),
            new ToolLogs.Refused("sshd", "127.0.0.1", Instant.parse("2026-11-27T18:28:26Z"))),
        logs.refused());
  }

  @Test
  void whoCameAndWentBetweenTwoLooksIsToldOnceAsPassed() throws Exception {
    logs.take(fixture("/var/log/auth.log", "auth.log"), NOW);
    assertEquals(List.of(), logs.present());
    assertEquals(1, logs.passed().size());
    assertEquals(Instant.parse("2026-11-27T18:27:57Z"), logs.passed().get(0).ended());
    logs.take(List.of(), NOW);
    assertEquals(List.of(), logs.passed());
    assertEquals(List.of(), logs.refused());
  }

  @Test
  void xrdpTellsWhoWasNotLetIn() throws Exception {
    logs.take(fixture("/var/log/xrdp-sesman.log", "xrdp-sesman.log"), NOW);
    assertEquals(
        List.of(new ToolLogs.Refused("xrdp", "127.0.0.1", Instant.parse("2026-11-27T18:28:52Z"))),
        logs.refused());
  }

  @Test
  void todeskTellsWhenAndNotWho() {
    logs.take(
        lines("/var/log/todesk/service*.log", "x CSeviceEventHandler LaunchSession desktop y"),
        NOW);
    assertEquals(List.of("todesk"), logs.present().stream().map(Login::service).toList());
    logs.take(
        lines("/var/log/todesk/session*.log", "processSessionCloseEvent: Received close event"),
        NOW);
    assertEquals(List.of(), logs.present());
  }

  @Test
  void rustdeskTellsWhereSomebodyComesFromAndThatIsNoSessionYet() {
    logs.take(
        lines(
            "~/.local/share/logs/RustDesk/server/*_rCURRENT.log",
            "[2026-11-27 18:29:00.123456 +00:00] DEBUG [src/server/connection.rs:9] #7 Connection"
                + " opened from 203.0.113.7:50311."),
        NOW);
    assertEquals(List.of(), logs.present());
    assertEquals("203.0.113.7", logs.peer("rustdesk"));
    assertEquals("", logs.peer("todesk"));
  }

  @Test
  void whoeverComesUnderAnAccountOfHisOwnIsNamedBesideHisComputer() {
    ToolLogs shadow =
        new ToolLogs(
            List.of(
                new RemoteTool(
                    "shadow",
                    "Shadow",
                    List.of("sa.exe"),
                    true,
                    List.of(),
                    List.of(
                        new RemoteTool.Log(
                            List.of("log"),
                            Pattern.compile(
                                "(?<visitor>\\w+) on (?<peer>\\w+) sees (?<account>\\w+)"),
                            RemoteTool.Says.START)))),
            new LogTime(ZoneOffset.UTC));
    shadow.take(lines("log", "admin on HQPC sees desk"), NOW);
    assertEquals("admin@HQPC", shadow.present().get(0).host());
    assertEquals("desk", shadow.present().get(0).account());
  }

  @Test
  void suchAPeerIsInTheSession() {
    RemoteTool shadow =
        new RemoteTool("shadow", "Shadow", List.of("sa.exe"), true, List.of(), List.of());
    ToolProcess serves =
        new ToolProcess(new ProcessFacts(7, "C:\\sa.exe", "desk", 1), "sa.exe", "", NOW);
    for (String peer : List.of("HQ\\admin two@CLIENT-PC", "经理@总部电脑")) {
      Login login = new Login(ToolLogs.SOURCE, "1", "desk", peer, "shadow", 0, NOW);
      RemoteSession session =
          new RemoteLogins(List.of(shadow), String::equalsIgnoreCase)
              .in(new RemoteSigns(List.of(), List.of(serves), List.of(login)), tool -> "", NOW)
              .get(0)
              .session();
      assertEquals(peer, session.peer());
      assertEquals("desk", session.account());
      assertEquals("shared", session.console());
    }
  }

  @Test
  void aLineOfAnotherFileSaysNothing() {
    logs.take(
        lines("/var/log/secure.old", "sshd[1]: Accepted password for a from 10.0.0.1 port 1"), NOW);
    assertEquals(List.of(), logs.present());
  }

  @Test
  void sessionsThatNeverEndDoNotFillTheMemory() {
    for (int i = 1; i <= 1000; i++) {
      logs.take(
          lines("/var/log/secure", "sshd[" + i + "]: Accepted password for a from 10.0.0.1 port 1"),
          NOW);
    }
    assertEquals(64, logs.present().size());
  }
}
