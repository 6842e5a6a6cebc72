package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.LogReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What installers leave in the log. */
final class InstallRecordTest {
  @TempDir private Path root;

  @Test
  void aFirstInstallationAndOneOverItsLogAreToldApartAndSealed() throws Exception {
    String version = Version.current();
    assertEquals(
        "Recorded: version " + version + " was installed.\n", done("install-record", "installed"));
    assertEquals(
        "Recorded: version " + version + " is removed; the log stays.\n",
        done("install-record", "removed"));
    assertEquals(
        "Recorded: version "
            + version
            + " was installed over the log of an earlier installation.\n",
        done("install-record", "installed", "--from", "0.0.9"));
    assertEquals(List.of("installed", "removed", "reinstalled"), acts());
    try (LogReader log = LogReader.open(Home.at(root).data())) {
      assertEquals(3, log.size());
      assertTrue(log.newestCheckpoint().orElseThrow().text().contains("\n3\n"), "sealed");
    }
    assertEquals(0, call("evidence", "verify").code());
  }

  @Test
  void anUpgradeAndItsRollbackNameBothVersions() throws Exception {
    String version = Version.current();
    done("install-record", "upgraded", "--from", "0.0.9");
    done("install-record", "rolled_back", "--from", "9.9.9");
    assertEquals(List.of("upgraded", "rolled_back"), acts());
    assertEquals(
        List.of("0.0.9>" + version, "9.9.9>" + version),
        events().map(InstallRecordTest::versions).toList());
  }

  @Test
  void besideARunningAgentNothingIsWritten() throws Exception {
    Path data = Home.at(root).data();
    try (TestHome home = TestHome.in(root, Instant.parse("2026-06-12T04:00:00Z"));
        DataLock lock = DataLock.take(home.data()).orElseThrow()) {
      CalledMain called = call("install-record", "removed");
      assertEquals(Exit.UNAVAILABLE.code(), called.code());
      assertEquals(
          "waybill-guard: An agent is running on "
              + data
              + ", so an installer cannot write there. Stop the service first.\n",
          called.err());
    }
  }

  @Test
  void aVersionThatIsNoneIsRefusedBeforeAnythingIsMade() {
    CalledMain called = call("install-record", "upgraded", "--from", "0.1.0; rm -rf /");
    assertEquals(Exit.USAGE.code(), called.code());
    assertTrue(called.err().contains("0.1.0; rm -rf / is no version"), called.err());
    assertTrue(Files.notExists(Home.at(root).data().resolve("evidence.db")));
  }

  private CalledMain call(String... args) {
    return CalledMain.in(Language.EN, root, args);
  }

  private String done(String... args) {
    CalledMain called = call(args);
    assertEquals("", called.err());
    assertEquals(0, called.code());
    return called.out();
  }

  private List<String> acts() {
    return events().map(event -> event.text("status_detail", "")).toList();
  }

  private Stream<Json.Obj> events() {
    return done("evidence", "list", "--json").lines().map(InstallRecordTest::event);
  }

  private static String versions(Json.Obj event) {
    try {
      Json.Obj unmapped = event.object("unmapped");
      return unmapped.text("from") + ">" + unmapped.text("to");
    } catch (JsonException e) {
      throw new AssertionError(event.toString(), e);
    }
  }

  private static Json.Obj event(String line) {
    try {
      return Json.parse(line.getBytes(StandardCharsets.UTF_8)).object("event");
    } catch (JsonException e) {
      throw new AssertionError(line, e);
    }
  }
}
