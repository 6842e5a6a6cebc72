package io.waybillguard.agent.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.TestDesk;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An update from its order to its result, over a real log; the installer is played by the test. */
final class UpdaterTest {
  private static final String ID = "5f".repeat(16);
  private static final int PIECE = 1000;

  @TempDir private Path temp;
  private final byte[] content = new byte[3500];
  private SigningKey key;
  private TestDesk desk;
  private byte[] atHq = content;
  private long free = 1L << 40;
  private long micros;
  private Instant now = TestDesk.NOON;
  private Set<String> seeing = Set.of("usb", "image");
  private boolean heard = true;
  private final List<Long> asked = new ArrayList<>();
  private final InstallingByHand installing = new InstallingByHand();
  private Updater updater;

  @BeforeEach
  void aDesk() throws Exception {
    new Random(7).nextBytes(content);
    key = SigningKey.of("example/release1", VerifierKey.SIGNER, SigningKey.freshPair());
    desk =
        new TestDesk(
            temp.resolve("data"),
            enrolment -> {
              throw new IOException("there is no HQ");
            });
    updater = updater("0.1.0");
  }

  @AfterEach
  void end() throws Exception {
    desk.close();
  }

  private Updater updater(String version) {
    return new Updater(
        desk.data(),
        new Updater.Here(version, "linux-amd64", Optional.of(key.verifier()), () -> free),
        installing,
        desk,
        this::piece,
        () -> new Updater.Condition(seeing, Map.of("usb", "blind: no rights"), heard),
        () -> now,
        () -> micros,
        () -> {});
  }

  private byte[] piece(String sha256, long from) throws Updater.Gone {
    asked.add(from);
    if (!sha256.equals(Hash.sha256(content).hex())) {
      throw new Updater.Gone("HQ has no package with SHA-256 " + sha256);
    }
    int start = (int) Math.min(from, atHq.length);
    return Arrays.copyOfRange(atHq, start, Math.min(atHq.length, start + PIECE));
  }

  private String note(SigningKey by, String platform, String version) {
    return new Release(platform, version, Hash.sha256(content).hex(), content.length)
        .signedBy(by)
        .toString();
  }

  private Json.Obj args() {
    return Json.object()
        .put(
            "releases",
            List.of(note(key, "linux-arm64", "0.1.1"), note(key, "linux-amd64", "0.1.1")))
        .put("asked_by", "lin")
        .put("approved_by", "zhao");
  }

  private static Command command(String id, Json.Obj args) {
    return new Command(
        id, "*", TestDesk.NOON, TestDesk.NOON.plus(Duration.ofDays(7)), "update", args);
  }

  private void order() throws Exception {
    updater.prepare(command(ID, args()));
    assertTrue(updater.begin(ID));
  }

  private String refused(Json.Obj args) {
    return String.valueOf(
        assertThrows(
                IllegalArgumentException.class,
                () -> updater.prepare(command("0".repeat(32), args)))
            .getMessage());
  }

  private void fetch() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertEquals(1, updater.step());
    }
  }

  /** A step that only looks, and need not wait for the next. */
  private void look() throws Exception {
    updater.wake();
    assertEquals(0, updater.step());
  }

  private Path file(String name) {
    return desk.data().resolve("update").resolve(name);
  }

  private void outcome(String result, String why) throws IOException {
    Files.deleteIfExists(file("taken"));
    Files.writeString(file("outcome"), "id=" + ID + "\nresult=" + result + "\nwhy=" + why + "\n");
  }

  private List<String> told() throws Exception {
    List<String> told = new ArrayList<>();
    try (LogReader log = LogReader.open(desk.data())) {
      for (String type : List.of("agent.update", "hq.result")) {
        for (Entry each : log.find(type, Instant.EPOCH, Instant.MAX, -1)) {
          Json.Obj leaf = each.leaf().fields();
          told.add(leaf.text("step", "") + leaf.text("outcome", ""));
        }
      }
    }
    return told;
  }

  private String why() throws Exception {
    try (LogReader log = LogReader.open(desk.data())) {
      Entry last = log.find("hq.result", Instant.EPOCH, Instant.MAX, 1).get(0);
      return Json.parse(last.bodies().get(0).data()).text("status_detail", "");
    }
  }

  @Test
  void aSignedPackageIsFetchedHandedOverAndDoneOnceTheNewVersionWasFoundHealthy() throws Exception {
    order();
    fetch();
    assertEquals(List.of("fetched"), told());
    assertArrayEquals(content, Files.readAllBytes(file("package")));
    assertEquals(note(key, "linux-amd64", "0.1.1"), Files.readString(file("release")));
    assertEquals(
        "id=" + ID + "\nfrom=0.1.0\nversion=0.1.1\nminutes=5\n", Files.readString(file("go")));

    Files.move(file("go"), file("taken"));
    updater = updater("0.1.1");
    heard = false;
    seeing = Set.of("image");
    look();
    assertEquals(
        List.of("version=0.1.1", "healthy=no", "hq=no", "why=sensor usb: blind: no rights"),
        Files.readAllLines(file("health")).subList(1, 5));
    seeing = Set.of("image", "usb", "session");
    heard = true;
    look();
    assertTrue(Files.readString(file("health")).contains("healthy=yes\nhq=yes\nwhy=\n"));
    assertEquals(List.of("fetched", "installed"), told());

    outcome("healthy", "");
    assertEquals(1, updater.step());
    assertEquals(List.of("fetched", "installed", "done"), told());
    assertFalse(Files.exists(file("plan.json")));
    assertFalse(Files.exists(file("package")));
  }

  @Test
  void aVersionThatWasPutBackSaysSoAndWhy() throws Exception {
    order();
    fetch();
    outcome("rolled_back", "sensor usb: blind");
    updater = updater("0.1.0");
    assertEquals(1, updater.step());
    assertEquals(List.of("fetched", "rolled_back"), told());
    assertEquals("sensor usb: blind", why());
  }

  @Test
  void whatIsNotWhollyRightIsRefusedAndNothingIsKept() throws Exception {
    SigningKey other =
        SigningKey.of("example/release1", VerifierKey.SIGNER, SigningKey.freshPair());
    assertTrue(
        refused(args().put("releases", List.of(note(other, "linux-amd64", "0.1.1"))))
            .contains("not signed by the release key"));
    assertTrue(
        refused(args().put("releases", List.of(note(key, "linux-arm64", "0.1.1"))))
            .contains("no package for linux-amd64"));
    assertTrue(
        refused(args().put("releases", List.of(note(key, "linux-amd64", "0.0.9"))))
            .contains("0.0.9 is older than 0.1.0"));
    assertTrue(refused(args().put("approved_by", "lin")).contains("takes two people"));
    assertTrue(refused(args().put("asked_by", " ")).contains("takes two people"));
    assertTrue(refused(args().put("minutes", 61)).contains("1 to 60"));
    assertTrue(refused(args().put("releases", List.of("nonsense"))).contains("note"));
    assertFalse(Files.exists(file("plan.json")));
    assertFalse(updater.begin(ID));
  }

  @Test
  void whileOneIsUnderWayAnotherIsRefused() throws Exception {
    order();
    assertEquals(1, updater.step());
    assertTrue(refused(args()).contains("under way"));
  }

  @Test
  void anAgentThatWasKilledGoesOnWhereItWasAndHandsOverOnce() throws Exception {
    order();
    assertEquals(1, updater.step());
    assertEquals(1, updater.step());
    updater = updater("0.1.0");
    assertTrue(updater.begin(ID));
    for (int i = 0; i < 3; i++) {
      assertEquals(1, updater.step());
    }
    assertEquals(List.of(0L, 1000L, 2000L, 3000L), asked);
    Files.delete(file("go")); // killed before it was written
    updater = updater("0.1.0");
    look();
    assertTrue(Files.exists(file("go")));
    assertEquals(List.of("fetched"), told());
  }

  @Test
  void anotherContentThanTheSignedIsThrownAway() throws Exception {
    atHq = content.clone();
    atHq[3000] ^= 1;
    order();
    fetch();
    assertEquals(List.of("failed"), told());
    assertTrue(why().contains("signed is " + Hash.sha256(content).hex()), why());
    assertFalse(Files.exists(file("package.part")));
    assertFalse(Files.exists(file("go")));
  }

  @Test
  void aPackageThatEndsEarlyOrIsGoneEndsTheOrder() throws Exception {
    atHq = Arrays.copyOf(content, 1500);
    order();
    for (int i = 0; i < 3; i++) {
      assertEquals(1, updater.step());
    }
    assertEquals("HQ's package ends after 1500 bytes, signed are 3500", why());
  }

  @Test
  void aDiskWithoutRoomEndsTheOrderBeforeAnythingIsFetched() throws Exception {
    free = 1 << 20;
    order();
    assertEquals(1, updater.step());
    assertEquals(List.of("failed"), told());
    assertTrue(why().startsWith("the disk has 1048576 bytes free"), why());
    assertEquals(List.of(), asked);
  }

  @Test
  void aPackageThatNobodyInstallsIsTakenBack() throws Exception {
    order();
    fetch();
    micros += Duration.ofMinutes(11).toNanos() / 1000;
    assertEquals(1, updater.step());
    assertEquals(List.of("fetched", "failed"), told());
    assertFalse(Files.exists(file("go")));
  }

  @Test
  void theVersionThatIsHereAlreadyIsDoneWithoutAStep() throws Exception {
    updater = updater("0.1.1");
    order();
    assertEquals(1, updater.step());
    assertEquals(List.of("done"), told());
    assertEquals(List.of(), asked);
  }

  @Test
  void anOrderWhosePackageDidNotComeInTimeEnds() throws Exception {
    order();
    now = now.plus(Duration.ofDays(8));
    assertEquals(1, updater.step());
    assertEquals(List.of("failed"), told());
  }

  @Test
  void aDeskWhoseInstallerTakesNoPackageRefusesAtOnceWithItsReason() {
    installing.refusal = "version 0.1.0 was installed by its .msi";
    assertEquals(installing.refusal, refused(args()));
    assertFalse(Files.exists(file("plan.json")));
  }

  @Test
  void theInstallerIsSeenToFromTheHandoverUntilItsLastWordAndClearedAwayOnceItHasEnded()
      throws Exception {
    order();
    fetch();
    assertEquals(List.of("0.1.0 waits"), installing.attended);
    Files.move(file("go"), file("taken"));
    updater = updater("0.1.1");
    installing.broken = true; // the next look may find it better
    look();
    assertEquals(List.of("0.1.0 waits", "0.1.0 begun"), installing.attended);
    installing.over = false;
    outcome("healthy", "");
    look();
    assertEquals(List.of("fetched", "installed"), told());
    assertEquals(0, installing.cleared);
    installing.over = true;
    assertEquals(1, updater.step());
    assertEquals(List.of("fetched", "installed", "done"), told());
    assertEquals(1, installing.cleared);
  }

  @Test
  void anInstallerThatDoesNotEndHoldsNoLastWordBack() throws Exception {
    order();
    fetch();
    Files.move(file("go"), file("taken"));
    installing.over = false;
    outcome("rolled_back", "sensor usb: blind");
    look();
    micros += Duration.ofMinutes(11).toNanos() / 1000;
    assertEquals(1, updater.step());
    assertEquals(List.of("fetched", "rolled_back"), told());
  }
}
