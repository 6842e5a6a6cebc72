package io.waybillguard.agent.dispose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Disposal.Kind;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.UsbGate.Plugged;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.report.TestDesk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders carried out on a machine by hand, with a real log, a real docket and real files. */
final class DisposerTest {
  private static final String ID = "0123456789abcdef".repeat(2);
  private static final String BACK = "fedcba9876543210".repeat(2);
  private static final UsbPeripheral STICK =
      new UsbPeripheral("1-2", "0781", "5567", "4F2A", "SanDisk", "Blade", List.of("08/06/50"));

  @TempDir Path temp;
  private TestDesk desk;
  private ByHand machine;
  private Disposer disposer;
  private long micros;
  private boolean hqIsKnown = true;
  private String packaged = "";

  /** The process ends here. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final class Own implements Untouchable {
    @Override
    public List<InetAddress> hq() throws IOException {
      if (!hqIsKnown) {
        throw new IOException("no name server answers");
      }
      return List.of(InetAddress.getByName("198.51.100.9"));
    }

    @Override
    public List<InetAddress> nameServers() throws IOException {
      return List.of(InetAddress.getByName("192.0.2.53"));
    }

    @Override
    public List<InetAddress> own() throws IOException {
      return List.of(InetAddress.getLoopbackAddress());
    }

    @Override
    public List<Path> network() {
      return List.of(Path.of("/usr/lib/systemd"));
    }

    @Override
    public List<Path> files() {
      return List.of(desk.data());
    }
  }

  @BeforeEach
  void aDesk() throws Exception {
    desk =
        new TestDesk(
            temp.resolve("data"),
            enrolment -> {
              throw new IOException("there is no HQ");
            });
    machine = new ByHand();
    disposer = allowing(EnumSet.allOf(Kind.class));
  }

  @AfterEach
  void close() throws Exception {
    desk.close();
  }

  private Disposer allowing(Set<Kind> kinds) {
    Packages packages =
        file ->
            file.toString().equals(packaged)
                ? new Packages.Owner(Packages.Known.OWNED, "coreutils", "")
                : Packages.Owner.NONE;
    return new Disposer(
        desk.data(),
        desk,
        new Disposer.Ports(machine, machine, machine, packages),
        new Own(),
        new Disposer.Consent(kinds, Set.of()),
        new Disposer.Clocks(() -> TestDesk.NOON, () -> micros += 60_000_000, new Random(1)),
        () -> {});
  }

  private void order(Disposal what) throws Exception {
    disposer.prepare("dispose", ID, what.json());
    assertTrue(disposer.begin("dispose", ID));
    settle();
  }

  private void undo() throws Exception {
    disposer.prepare("undo", BACK, Json.object().put("disposal", ID));
    assertTrue(disposer.begin("undo", BACK));
    settle();
  }

  /** A new start of the agent. */
  private void restart() throws Exception {
    machine.before = () -> {};
    disposer = allowing(EnumSet.allOf(Kind.class));
    settle();
  }

  private void settle() throws Exception {
    disposer.wake(); // no wait in the last step
    while (disposer.step() > 0) {
      disposer.wake();
    }
  }

  /** Type and, of what has ended, its outcome and detail. */
  private List<String> told() throws Exception {
    List<String> told = new ArrayList<>();
    try (LogReader log = LogReader.open(desk.data())) {
      for (long i = 0; i < log.size(); i++) {
        Entry entry = log.entry(i).orElseThrow();
        if (entry.type().startsWith("disposal.") || entry.type().equals("hq.result")) {
          Json.Obj leaf = entry.leaf().fields();
          String detail = Json.parse(entry.event().orElseThrow()).text("status_detail", "");
          told.add(
              String.join(
                      " ",
                      entry.type(),
                      leaf.flag("undo", false) ? "undo" : "",
                      leaf.text("outcome", ""),
                      detail)
                  .replaceAll(" +", " ")
                  .strip());
        }
      }
    }
    return told;
  }

  private static Disposal block(String network) {
    return new Disposal.BlockAddress(network, 0);
  }

  private Path file(String content) throws Exception {
    Path file = Files.writeString(temp.toRealPath().resolve("wps.exe"), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-06-12T04:33:00.123456Z")));
    return file;
  }

  private static Disposal quarantine(Path file, String content) throws IOException {
    return new Disposal.Quarantine(
        file.toString(),
        Sealing.hash(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void whatTheDeskDoesNotAllowIsRefusedBeforeAnythingIsKept() throws Exception {
    disposer = allowing(Set.of(Kind.USB));
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> disposer.prepare("dispose", ID, block("203.0.113.7").json()));
    assertEquals(
        "this desk does not allow block: it is not in disposal.allow of its settings",
        refused.getMessage());
    assertFalse(disposer.begin("dispose", ID));
    assertEquals(List.of(), new Docket(desk.data()).standing());
  }

  @Test
  void aBlockStandsUntilItIsUndoneAndEachIsRecordedBeforeAndAfter() throws Exception {
    order(block("203.0.113.0/24"));
    assertEquals(Set.of(ID), machine.holding());
    assertEquals("standing", new Docket(desk.data()).standing().get(0).state());
    undo();
    assertEquals(Set.of(), machine.holding());
    assertEquals(List.of(), new Docket(desk.data()).standing());
    assertEquals(
        List.of(
            "disposal.begin",
            "disposal.end done",
            "hq.result done",
            "disposal.begin undo",
            "disposal.end undo done",
            "hq.result done"),
        told());
  }

  @Test
  void hqAndWhatLeadsToItAreNeverBlocked() throws Exception {
    order(block("198.51.100.0/24"));
    assertEquals("disposal.end refused hq_address", told().get(1));
    assertEquals(List.of(), machine.rules);
    assertEquals("hq.result failed refused: hq_address", told().get(2));
  }

  @Test
  void nothingIsBlockedWhileItIsNotKnownWhereHqIs() throws Exception {
    hqIsKnown = false;
    order(block("203.0.113.7"));
    assertEquals("disposal.end refused hq_unknown", told().get(1));
    assertEquals(List.of(), machine.rules);
  }

  @Test
  void aProgramIsBlockedAndLetThroughAgain() throws Exception {
    order(new Disposal.BlockProgram("/home/courier/.cache/.x/wpsupdate"));
    assertEquals(
        List.of(
            new io.waybillguard.agent.platform.Firewall.Program(
                ID, "/home/courier/.cache/.x/wpsupdate")),
        machine.rules);
    assertEquals("disposal.end done", told().get(1));
    undo();
    assertEquals(List.of(), machine.rules);
  }

  @Test
  void neitherTheAgentNorWhatTheNetworkNeedsIsBlocked() throws Exception {
    order(new Disposal.BlockProgram(desk.data().resolve("jre/bin/java").toString()));
    assertEquals("disposal.end refused own_file", told().get(1));
    assertEquals(List.of(), machine.rules);
  }

  @Test
  void aProgramWithoutWhichThereIsNoNetworkIsNotBlocked() throws Exception {
    order(new Disposal.BlockProgram("/usr/lib/systemd/systemd-resolved"));
    assertEquals("disposal.end refused network_program", told().get(1));
    assertEquals(List.of(), machine.rules);
  }

  @Test
  void rulesThatAreGoneComeBack() throws Exception {
    order(block("203.0.113.7"));
    machine.rules.clear(); // the system was started anew
    restart();
    assertEquals(Set.of(ID), machine.holding());
    assertEquals("disposal.end done again", told().get(told().size() - 1));
  }

  @Test
  void killedAfterTheActItIsLookedAtAndHolds() throws Exception {
    machine.before =
        () -> {
          machine.rules.add(new io.waybillguard.agent.platform.Firewall.Program(ID, "/x"));
          throw new Killed();
        };
    disposer.prepare("dispose", ID, block("203.0.113.7").json());
    assertTrue(disposer.begin("dispose", ID));
    assertThrows(Killed.class, this::settle);
    restart();
    assertEquals(
        List.of("disposal.begin", "disposal.end done after_restart", "hq.result done"), told());
    assertEquals("standing", new Docket(desk.data()).standing().get(0).state());
  }

  @Test
  void killedBeforeTheActItIsSaidNotToHoldAndIsNotBegunAgain() throws Exception {
    machine.before =
        () -> {
          throw new Killed();
        };
    disposer.prepare("dispose", ID, block("203.0.113.7").json());
    assertTrue(disposer.begin("dispose", ID));
    assertThrows(Killed.class, this::settle);
    restart();
    assertEquals(
        List.of("disposal.begin", "disposal.end interrupted", "hq.result interrupted interrupted:"),
        told());
    assertEquals(List.of(), machine.rules);
    assertEquals(List.of(), new Docket(desk.data()).standing());
  }

  @Test
  void anOrderThatWasKeptAndNotBegunIsCarriedOutAfterTheRestart() throws Exception {
    disposer.prepare("dispose", ID, block("203.0.113.7").json());
    restart();
    assertEquals(List.of("disposal.begin", "disposal.end done", "hq.result done"), told());
  }

  @Test
  void aStickIsOutOfUseNowAndWhenItComesBackUntilItIsUndone() throws Exception {
    machine.plugs.add(new Plugged(STICK, false, false, false));
    order(new Disposal.HoldStick(STICK.passport()));
    assertTrue(machine.plugs.get(0).shut());
    machine.plugs.clear();
    machine.plugs.add(new Plugged(STICK, false, false, false)); // pulled and put in again
    settle();
    assertTrue(machine.plugs.get(0).shut());
    assertEquals("disposal.end done again", told().get(told().size() - 1));
    undo();
    assertFalse(machine.plugs.get(0).shut());
  }

  @Test
  void theOnlyKeyboardStays() throws Exception {
    UsbPeripheral keyboard =
        new UsbPeripheral("1-1", "046d", "c31c", "", "", "Keyboard", List.of("03/01/01"));
    machine.plugs.add(new Plugged(keyboard, false, false, false));
    machine.otherKeyboard = false;
    order(new Disposal.HoldStick(keyboard.passport()));
    assertFalse(machine.plugs.get(0).shut());
    assertEquals("disposal.end refused only_keyboard", told().get(1));
  }

  @Test
  void aFileInQuarantineComesBackAsItWas() throws Exception {
    Path file = file("MZ evil");
    FileTime modified = Files.getLastModifiedTime(file);
    order(quarantine(file, "MZ evil"));
    assertFalse(Files.exists(file));
    Path sealed = desk.data().resolve("vault").resolve(ID + ".sealed");
    assertFalse(
        Files.readString(sealed, StandardCharsets.ISO_8859_1).contains("evil"), "encrypted");
    CompletableFuture<?> undone = disposer.undo(ID, "root");
    settle();
    assertTrue(undone.isDone());
    assertEquals("MZ evil", Files.readString(file));
    assertEquals("rwxr-x--x", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(modified, Files.getLastModifiedTime(file));
    assertFalse(Files.exists(sealed));
    try (var left = Files.list(file.getParent())) {
      assertEquals(
          List.of("data", "wps.exe"), left.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aFileThatTheDiskDoesNotTakeStaysWhereItWas() throws Exception {
    Path file = file("MZ evil");
    // Nothing can be written there, as on a full disk.
    Files.createSymbolicLink(desk.data().resolve("vault"), Path.of("/dev/full"));
    order(quarantine(file, "MZ evil"));
    assertEquals("MZ evil", Files.readString(file));
    assertTrue(told().get(1).startsWith("disposal.end failed "), told().toString());
    try (var left = Files.list(file.getParent())) {
      assertEquals(
          List.of("data", "wps.exe"), left.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void anotherContentIsLeftAlone() throws Exception {
    Path file = file("MZ something else");
    order(quarantine(file, "MZ evil"));
    assertEquals("disposal.end refused changed", told().get(1));
    assertEquals("MZ something else", Files.readString(file));
  }

  @Test
  void whatAPackageBroughtIsLeftAlone() throws Exception {
    Path file = file("MZ good");
    packaged = file.toString();
    order(quarantine(file, "MZ good"));
    assertEquals("disposal.end refused packaged", told().get(1));
    assertEquals("MZ good", Files.readString(file));
  }

  @Test
  void aFolderThatIsALinkIsNotFollowed() throws Exception {
    Path file = file("MZ evil");
    Path link = temp.toRealPath().resolve("way");
    Files.createSymbolicLink(link, file.getParent());
    order(quarantine(link.resolve("wps.exe"), "MZ evil"));
    assertEquals("disposal.end refused not_a_file", told().get(1));
    assertTrue(Files.exists(file));
  }

  @Test
  void theAgentsOwnFilesAreNotTaken() throws Exception {
    Path own = desk.data().toRealPath().resolve("evidence.db");
    assumeTrue(Files.exists(own));
    order(new Disposal.Quarantine(own.toString(), "ab".repeat(32)));
    assertEquals("disposal.end refused own_file", told().get(1));
  }

  @Test
  void aFileThatLiesInTheWayIsNotReplacedByUndoing() throws Exception {
    Path file = file("MZ evil");
    order(quarantine(file, "MZ evil"));
    Files.writeString(file, "mine");
    undo();
    assertEquals("mine", Files.readString(file));
    assertEquals("disposal.end undo refused taken", told().get(4));
    assertEquals("standing", new Docket(desk.data()).standing().get(0).state());
  }
}
