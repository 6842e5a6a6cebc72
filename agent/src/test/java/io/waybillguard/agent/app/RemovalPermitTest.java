package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.desk.DeskCall;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.report.RemovalAnchors;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Who may take the agent off a PC whose settings ask for a code. */
final class RemovalPermitTest {
  private static final byte[] SECRET = "only HQ has it".getBytes(StandardCharsets.UTF_8);

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Instant now = InstantSource.system().instant();
  private Map<String, String> environment = Map.of();

  @TempDir private Path root;
  private String origin = "";

  @BeforeEach
  void anEnrolledDeskThatAsksForACode() throws Exception {
    Home home = Home.at(root);
    try (TestHome desk = TestHome.in(root, now)) {
      origin = desk.enrol().origin();
    }
    new InstallRecord(call()).write(AgentInstalled.Act.INSTALLED, "");
    Files.createDirectories(home.config());
    Files.writeString(home.configFile(), "removal: {code_required: true}\n");
    long era = RemovalAnchor.era(RemovalAnchor.day(now));
    new RemovalAnchors(
            origin,
            List.of(
                RemovalAnchor.of(SECRET, origin, era), RemovalAnchor.of(SECRET, origin, era + 1)))
        .save(home.data());
  }

  @Test
  void todaysCodeIsTakenAndSoIsYesterdays() throws Exception {
    assertEquals(date(0), permit(now).ask(code(0)));
    assertEquals(date(-1), permit(now).ask(code(-1)));
    environment = Map.of("WG_CODE", code(0));
    assertEquals(date(0), permit(now).ask(""));
    assertEquals(List.of("installed"), acts());
  }

  @Test
  void withoutACodeWithAWrongOneOrWithOneThatIsOverItStaysAndEachTimeIsARecord() throws Exception {
    assertEquals("removal.missing", refused(permit(now), ""));
    assertEquals("removal.wrong", refused(permit(now), "0000-0000-0000-0000"));
    assertEquals("removal.wrong", refused(permit(now), code(-2)));
    assertEquals("removal.wrong", refused(permit(now), code(1)));
    assertEquals(
        List.of(
            "installed",
            "removal_refused missing",
            "removal_refused wrong",
            "removal_refused wrong",
            "removal_refused wrong"),
        acts());
  }

  @Test
  void aClockThatIsSetBackBringsNoOldCodeToLife() throws Exception {
    Instant back = now.minus(Duration.ofDays(5));
    assertEquals("removal.wrong", refused(permit(back), code(-5)));
    assertEquals(date(0), permit(back).ask(code(0)));
  }

  @Test
  void aCodeWorksOnce() throws Exception {
    environment = Map.of("WG_CODE", code(0));
    new InstallRecord(call()).write(AgentInstalled.Act.REMOVED, "", permit(now).ask(""));
    new InstallRecord(call()).write(AgentInstalled.Act.INSTALLED, "");
    assertEquals("removal.used", refused(permit(now), code(0)));
    assertEquals(
        List.of("installed", "removed " + date(0), "reinstalled", "removal_refused used"), acts());
  }

  @Test
  void aDeskThatKnowsNoAnchorsSaysSo() throws Exception {
    Files.delete(Home.at(root).data().resolve("removal.json"));
    assertEquals("removal.unknown_here", refused(permit(now), code(0)));
  }

  @Test
  void damagedAnchorsOpenNoDoor() throws Exception {
    Files.writeString(Home.at(root).data().resolve("removal.json"), "{");
    assertEquals("removal.unknown_here", refused(permit(now), code(0)));
    assertEquals(List.of("installed", "removal_refused unknown_here"), acts());
  }

  @Test
  void theLastRecordIsNotWrittenWithoutTheCodeEither() {
    CalledMain called = CalledMain.in(Language.EN, root, "install-record", "removed");
    assertEquals(Exit.UNAVAILABLE.code(), called.code());
    assertTrue(called.err().contains("takes a code from HQ; nothing was changed"), called.err());
  }

  @Test
  void installersAreToldWhetherACodeIsNeeded() throws Exception {
    assertEquals(3, CalledMain.in(Language.EN, root, "removal", "check", "--needed").code());
    CalledMain good =
        CalledMain.in(
            Language.EN, root, "removal", "check", "--code", code(0).toLowerCase(Locale.ROOT));
    assertEquals(0, good.code(), good.err());
    Files.delete(Home.at(root).configFile());
    assertEquals(0, CalledMain.in(Language.EN, root, "removal", "check", "--needed").code());
    assertEquals(0, CalledMain.in(Language.EN, root, "removal", "check").code());
    assertEquals(List.of("installed"), acts());
  }

  @Test
  void settingsThatCannotBeReadKeepNobodyFromRemovingIt() throws Exception {
    Files.writeString(Home.at(root).configFile(), "removal: [\n");
    assertEquals("", permit(now).ask(""));
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("agent.yaml is wrong"));
  }

  @Test
  void whereTheRunningAgentDoesNotAnswerItIsRefusedAllTheSameAndSaidThatNothingRecordsIt()
      throws Exception {
    try (DataLock lock = DataLock.take(Home.at(root).data()).orElseThrow()) {
      assertEquals("removal.missing", refused(permit(now), ""));
    }
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("could not be recorded"));
    assertEquals(List.of("installed"), acts());
  }

  @Test
  void whereTheSystemHasNoSocketsForItTheRefusalIsLeftForTheAgentToRecord() throws Exception {
    RemovalPermit permit =
        new RemovalPermit(
            call(),
            () -> now,
            (socket, refusal) -> {
              throw new DeskCall.NoSocketsException(socket, new UnsupportedOperationException());
            });
    Path slot = Home.at(root).slot();
    try (DataLock lock = DataLock.take(Home.at(root).data()).orElseThrow()) {
      TerminalKey.made(Undoing.file(Home.at(root).data()), "the key of a running agent");
      assertEquals("removal.wrong", refused(permit, "0000-0000-0000-0000"));
    }
    assertEquals("", said.toString(StandardCharsets.UTF_8));
    try (Stream<Path> notes = Files.list(slot)) {
      String note = Files.readString(notes.findFirst().orElseThrow());
      assertTrue(note.contains("\"removal_refused\"") && note.contains("\"wrong\""), note);
    }
  }

  private String code(int days) {
    return RemovalAnchor.code(SECRET, origin, RemovalAnchor.day(now) + days);
  }

  private String date(int days) {
    return LocalDate.ofEpochDay(RemovalAnchor.day(now) + days).toString();
  }

  private static String refused(RemovalPermit permit, String code) {
    Refusal refusal = assertThrows(Refusal.class, () -> permit.ask(code));
    assertEquals(Exit.UNAVAILABLE, refusal.exit());
    return String.valueOf(refusal.getMessage());
  }

  private RemovalPermit permit(Instant at) {
    return new RemovalPermit(call(), () -> at, DeskCall::say);
  }

  private Call call() {
    Words words = new Words(Language.EN);
    Terminal terminal =
        new Terminal(new ByteArrayOutputStream(), said, StandardCharsets.UTF_8, false, words);
    Call call = new Call(environment, false, words, terminal);
    new CommandLine(call).parseArgs("--home", root.toString());
    return call;
  }

  private List<String> acts() throws Exception {
    List<String> acts = new ArrayList<>();
    try (LogReader log = LogReader.open(Home.at(root).data())) {
      for (Entry each : log.find(AgentInstalled.TYPE, Instant.EPOCH, Instant.MAX, -1)) {
        acts.add(
            (each.leaf().fields().text("act", "") + " " + each.leaf().fields().text("code", ""))
                .strip());
      }
    }
    return acts;
  }
}
