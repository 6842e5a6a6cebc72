package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.report.Enroller;
import io.waybillguard.agent.report.Errands;
import io.waybillguard.agent.report.PackageSource;
import io.waybillguard.agent.report.Reporter;
import io.waybillguard.agent.report.TestDesk;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.update.Installing;
import io.waybillguard.agent.update.Updater;
import io.waybillguard.hq.store.Packages;
import io.waybillguard.hq.store.SearchIndex;
import io.waybillguard.hq.trust.ReleaseKey;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Updates from the signing of a package to what HQ shows of a desk: a real HQ, and the agent's own
 * log, reporter and updater over HTTPS. The installer is played by the test.
 */
final class UpdatesTest {
  private static final String PASSWORD = "correct horse battery";
  private static final Duration UNTIL_THE_NEXT = Duration.ofMinutes(10);

  private static final Reporter.Rhythm RHYTHM =
      new Reporter.Rhythm(
          Duration.ofMinutes(30),
          Duration.ofMinutes(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofMinutes(15));

  @TempDir private Path folder;
  private final byte[] content = new byte[Packages.PIECE + 4711];
  private Path key;
  private TestHq hq;
  private TestDesk desk;
  private Updater updater;

  @BeforeEach
  void anHqWithThreePeopleAndADesk() throws Exception {
    new Random(3).nextBytes(content);
    hq = new TestHq(folder.resolve("hq"));
    key = folder.resolve("release.key");
    assertEquals(0, call("update", "key", key.toString()).exit());
    for (String each : List.of("lin admin", "zhao admin", "wang investigator")) {
      String[] user = each.split(" ");
      assertEquals(0, call("user", "add", user[0], "--role", user[1], "--data", data()).exit());
    }
    Path data = folder.resolve("desk");
    desk = new TestDesk(data, new ToUpdater(), Reporter.overHttps(data, RHYTHM));
    new Enroller(data, Duration.ofSeconds(10), Duration.ofSeconds(60))
        .enrol(
            URI.create(hq.running().agentUrl()),
            hq.token("HZ-001"),
            Optional.empty(),
            EvidenceLog.firstKey(data).orElseThrow(),
            new EnrollRequest.Host("台-3", "Debian GNU/Linux 12", "0.1.0"));
    updater = updater("0.1.0");
    desk.work(5);
    desk.report(40);
  }

  @AfterEach
  void end() throws Exception {
    desk.close();
    hq.close();
  }

  private final class ToUpdater implements Errands {
    @Override
    public boolean knows(String type) {
      return type.equals(Updater.UPDATE);
    }

    @Override
    public void prepare(io.waybillguard.agent.report.wire.Command command) throws IOException {
      updater.prepare(command);
    }

    @Override
    public boolean begin(String type, String id) throws IOException {
      return updater.begin(id);
    }
  }

  private Updater updater(String version) throws Exception {
    SigningKey release = ReleaseKey.open(key);
    PackageSource packages =
        new PackageSource(desk.data(), Reporter.overHttps(desk.data(), RHYTHM));
    return new Updater(
        desk.data(),
        new Updater.Here(
            version, "linux-amd64", Optional.of(release.verifier()), () -> Long.MAX_VALUE),
        Installing.BY_UNIT,
        desk,
        (sha256, from) -> {
          try {
            return packages.piece(sha256, from);
          } catch (PackageSource.Missing e) {
            throw new Updater.Gone(String.valueOf(e.getMessage()));
          }
        },
        () -> new Updater.Condition(Set.of("usb"), Map.of(), true),
        hq.clock(),
        () -> 0L,
        () -> {});
  }

  private String data() {
    return hq.data().toString();
  }

  private Called call(String... args) {
    return Called.typing(PASSWORD + "\n", hq.clock(), "en", args);
  }

  private Path signed(String version) throws Exception {
    Path deb = folder.resolve("waybill-guard_" + version + "_amd64.deb");
    Files.write(deb, content);
    Called called = call("update", "sign", deb.toString(), "--key", key.toString());
    assertEquals(0, called.exit(), called.err());
    return deb;
  }

  private void added(String version) throws Exception {
    Called called = call("update", "add", signed(version).toString(), "--data", data());
    assertEquals(0, called.exit(), called.err());
  }

  private Called ask(String by, String version, String... more) {
    List<String> words = new ArrayList<>(List.of("update", "ask", version, "--by", by));
    words.addAll(List.of("--reason", "fixes", "--data", data(), "--json"));
    words.addAll(List.of(more));
    return call(words.toArray(String[]::new));
  }

  private String asked(String... more) throws Exception {
    Called called = ask("lin", "0.1.1", more);
    assertEquals(0, called.exit(), called.err());
    return json(called).text("id");
  }

  private Called approve(String by, String id) {
    return call("command", "approve", id, "--by", by, "--data", data());
  }

  private static Json.Obj json(Called called) throws Exception {
    return Json.parse(called.out().getBytes(StandardCharsets.UTF_8));
  }

  /** The next heartbeat, and what follows from it. */
  private void next() throws Exception {
    hq.pass(UNTIL_THE_NEXT);
    desk.pass(UNTIL_THE_NEXT);
    desk.report(20);
  }

  /** What HQ shows of the newest update at this desk; "" while it heard nothing. */
  private String shown() throws Exception {
    Json.Obj newest =
        json(call("update", "list", "--json", "--data", data())).objects("commands").get(0);
    List<Json.Obj> states = newest.objects("states");
    return states.isEmpty() ? "" : states.get(0).text("state");
  }

  private Path file(String name) {
    return desk.data().resolve("update").resolve(name);
  }

  private void outcome(String id, String result, String why) throws Exception {
    Files.deleteIfExists(file("taken"));
    Files.writeString(file("outcome"), "id=" + id + "\nresult=" + result + "\nwhy=" + why + "\n");
    assertEquals(1, updater.step());
  }

  @Test
  void twoAdministratorsBringADeskToAVersionAndHqSeesEachStep() throws Exception {
    added("0.1.1");
    String id = asked("--percent", "100");
    next();
    assertEquals("", shown());
    assertFalse(Files.exists(file("plan.json")), "one person alone moves nothing");
    assertEquals(0, approve("zhao", id).exit());
    next();
    assertEquals("taken", shown());

    assertEquals(1, updater.step());
    hq.restart(); // midway; its port is another one then, as after a move
    move();
    assertEquals(1, updater.step());
    assertEquals(1, updater.step());
    assertArrayEquals(content, Files.readAllBytes(file("package")));
    assertTrue(Files.readString(file("go")).startsWith("id=" + id + "\nfrom=0.1.0\nversion=0.1.1"));
    next();
    assertEquals("fetched", shown());

    Files.move(file("go"), file("taken"));
    updater = updater("0.1.1");
    updater.wake();
    assertEquals(0, updater.step());
    assertTrue(Files.readString(file("health")).contains("healthy=yes"));
    next();
    assertEquals("installed", shown());
    outcome(id, "healthy", "");
    next();
    assertEquals("done", shown());
  }

  /** HQ's address after a restart in this test, where every start has a port of its own. */
  private void move() throws Exception {
    Path enrolment = desk.data().resolve("enrolment.json");
    String text = Files.readString(enrolment);
    Files.writeString(
        enrolment, text.replaceAll("https://127\\.0\\.0\\.1:[0-9]+", hq.running().agentUrl()));
    desk.restart(Reporter.overHttps(desk.data(), RHYTHM));
    updater = updater("0.1.0");
  }

  @Test
  void aVersionThatWasPutBackIsShownAsRolledBack() throws Exception {
    added("0.1.1");
    String id = asked();
    assertEquals(0, approve("zhao", id).exit());
    next();
    for (int i = 0; i < 3; i++) {
      assertEquals(1, updater.step());
    }
    outcome(id, "rolled_back", "sensor usb: blind");
    next();
    assertEquals("rolled_back", shown());
  }

  @Test
  void thePageAsksForOneForSomeDesksAndShowsHowFarEachIsAndWhyOneIsNotThere() throws Exception {
    added("0.1.1");
    Browser asks = Browser.of(hq, "chen", "admin");
    Browser approves = Browser.of(hq, "gao", "admin");
    assertTrue(asks.get("/updates?lang=en").body().contains("0.1.1 (linux-amd64)"));
    String form = "csrf=" + asks.csrf() + "&outlet=HZ-001%2C+SH-2&minutes=5";
    String right = form + "&version=0.1.1&percent=100&reason=fixes";
    for (String wrong :
        List.of(
            form + "&version=0.1.9&percent=100&reason=fixes",
            form + "&version=0.1.1&percent=0&reason=fixes",
            form + "&version=0.1.1&percent=101&reason=fixes",
            right.replace("minutes=5", "minutes=61"))) {
      assertEquals(400, asks.post("/updates", wrong).statusCode(), wrong);
    }
    assertEquals(409, asks.post("/updates", right.replace("fixes", "")).statusCode());
    assertEquals(303, asks.post("/updates", right).statusCode());
    String page = asks.get("/updates").body();
    assertTrue(page.contains("waits for another person"), page);
    assertTrue(page.contains("HZ-001, SH-2"), page);
    assertTrue(page.contains("No workstation has said anything"), page);

    String id =
        json(call("update", "list", "--json", "--data", data()))
            .objects("commands")
            .get(0)
            .text("id");
    String word = "/commands/" + id + "/approve";
    assertEquals(409, asks.post(word, "csrf=" + asks.csrf()).statusCode());
    assertEquals(303, approves.post(word, "csrf=" + approves.csrf()).statusCode());
    next();
    for (int i = 0; i < 3; i++) {
      assertEquals(1, updater.step());
    }
    outcome(id, "rolled_back", "sensor usb: blind");
    next();
    new SearchIndex(hq.database(), hq.segments()).catchUp(1000);
    page = asks.get("/updates").body();
    assertTrue(page.contains("rolled back to the version before"), page);
    assertTrue(page.contains("sensor usb: blind"), page);
    assertTrue(page.contains("chen + gao"), page);
    String file = asks.get("/updates.csv").body();
    String row =
        "\"台-3\",\"HZ-001\",\"0.1.1\",\"0.1.0\",\"rolled back to the version before\","
            + "\"sensor usb: blind\",";
    assertTrue(file.contains(row), file);
  }

  @Test
  void onlyTwoDifferentAdministratorsCanOrderOne() throws Exception {
    added("0.1.1");
    assertEquals(3, ask("wang", "0.1.1").exit());
    String id = asked();
    assertEquals(3, approve("wang", id).exit());
    assertEquals(3, approve("lin", id).exit());
    next();
    assertFalse(Files.exists(file("plan.json")));
  }

  @Test
  void aPackageOfAnotherKeyIsRefusedByTheDeskWhoeverOrdersIt() throws Exception {
    Path own = key;
    key = folder.resolve("thief.key");
    assertEquals(0, call("update", "key", key.toString()).exit());
    added("0.1.1");
    key = own;
    updater = updater("0.1.0");
    assertEquals(0, approve("zhao", asked()).exit());
    next();
    assertEquals("refused", shown());
    assertFalse(Files.exists(file("plan.json")));
  }

  @Test
  void aPackageThatIsNotWhatItsNoteSaysIsNotTaken() throws Exception {
    Path deb = signed("0.1.1");
    Files.write(deb, new byte[] {1, 2, 3});
    Called called = call("update", "add", deb.toString(), "--data", data());
    assertEquals(2, called.exit());
    assertTrue(called.err().contains("its release note says"), called.err());
    assertEquals(2, ask("lin", "0.1.1").exit());
    Path strange = Files.write(folder.resolve("evil.deb"), content);
    assertEquals(2, call("update", "sign", strange.toString(), "--key", key.toString()).exit());
  }
}
