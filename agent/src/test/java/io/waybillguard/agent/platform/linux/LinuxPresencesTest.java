package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.DeskSigns.Lock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real reader on a folder that looks like the system's own. Layout of the session files: a
 * Debian 12 with systemd 252.
 */
final class LinuxPresencesTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:00:00Z");

  @TempDir private Path root;
  private final HandClock clock = new HandClock(NOON);
  private LinuxPresences desk = new LinuxPresences(clock);

  @BeforeEach
  void aDesk() throws IOException {
    root = root.toRealPath();
    desk = new LinuxPresences(root, clock);
    Files.createDirectories(root.resolve("dev/input"));
    Files.createDirectories(root.resolve("sys/class/input"));
    Files.createDirectories(root.resolve("proc"));
    Files.createDirectories(root.resolve("run/systemd/sessions"));
  }

  @AfterEach
  void close() {
    desk.close();
  }

  private void device(String name, String place, String keys) throws IOException {
    Path device = Files.createDirectories(root.resolve("sys/devices").resolve(place).resolve(name));
    Files.createDirectories(device.resolve("device/capabilities"));
    Files.writeString(device.resolve("device/capabilities/key"), keys + "\n");
    Files.createSymbolicLink(root.resolve("sys/class/input").resolve(name), device);
    Files.createFile(root.resolve("dev/input").resolve(name));
  }

  private void keyboard() throws IOException {
    device("event3", "pci0/usb1/input/input3", "402000000 3803078f800d001 feffffdfffefffff");
  }

  private void happens(String device, Instant at, int type, int value) throws IOException {
    byte[] event =
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(at.getEpochSecond())
            .putLong(at.getNano() / 1000)
            .putShort((short) type)
            .putShort((short) 30)
            .putInt(value)
            .array();
    Files.write(root.resolve("dev/input").resolve(device), event, StandardOpenOption.APPEND);
  }

  private void session(String id, String... lines) throws IOException {
    Files.writeString(
        root.resolve("run/systemd/sessions").resolve(id), String.join("\n", lines) + "\n");
  }

  private DeskSigns next() {
    clock.pass(Duration.ofSeconds(5));
    return desk.look();
  }

  @Test
  void theNewestKeyOrMotionIsTheLastInput() throws Exception {
    keyboard();
    desk.open();
    assertEquals(Optional.empty(), desk.look().lastInput());
    assertEquals(Optional.of(NOON), desk.look().watchedSince());
    happens("event3", NOON.plusMillis(1500), 1, 1);
    assertEquals(Optional.of(NOON.plusMillis(1500)), next().lastInput());
    happens("event3", NOON.plusSeconds(2), 2, -4);
    assertEquals(Optional.of(NOON.plusSeconds(2)), next().lastInput());
  }

  @Test
  void noiseIsNoInput() throws Exception {
    keyboard();
    desk.open();
    happens("event3", NOON, 0, 0); // the end of a report
    happens("event3", NOON, 4, 458756); // a scan code
    happens("event3", NOON, 17, 1); // a light on the keyboard
    happens("event3", NOON, 1, 2); // the kernel repeats a key that something lies on
    assertEquals(Optional.empty(), next().lastInput());
  }

  @Test
  void aSignComesThroughTheQueueAndIsNoInput() throws Exception {
    keyboard();
    desk.open();
    assertEquals(OptionalInt.empty(), desk.lastSign());
    LinuxSigns signs = new LinuxSigns(root);
    Path queue = root.resolve("dev/input/event3");
    assertEquals(Optional.of(queue), signs.input());
    Path draft = root.resolve("draft");
    Files.createFile(draft);
    signs.send(draft, -77_123);
    Files.write(queue, Files.readAllBytes(draft), StandardOpenOption.APPEND);
    assertEquals(Optional.empty(), next().lastInput());
    assertEquals(OptionalInt.of(-77_123), desk.lastSign());
  }

  @Test
  void aDeviceThatAProgramMadeIsSentNothing() throws Exception {
    device("event7", "virtual/input/input9", "feffffdfffefffff");
    assertEquals(Optional.empty(), new LinuxSigns(root).input());
  }

  @Test
  void aDeviceThatAProgramMadeDoesNotCount() throws Exception {
    device("event7", "virtual/input/input9", "feffffdfffefffff");
    desk.open();
    happens("event7", NOON, 1, 1);
    DeskSigns signs = next();
    assertEquals(Optional.empty(), signs.lastInput());
    assertEquals(Optional.empty(), signs.watchedSince());
    assertTrue(signs.inputUnseen().contains("no keyboard or mouse"), signs.inputUnseen());
  }

  @Test
  void aDeviceWithoutKeysDoesNotCount() throws Exception {
    device("event1", "pci0/sound/card0/input1", "0");
    desk.open();
    happens("event1", NOON, 3, 1);
    assertEquals(Optional.empty(), next().lastInput());
  }

  /** A pipe in place of a device: as one, it becomes readable when something happens. */
  @Test
  void aTouchAfterARestEndsTheWaitAtOnce() throws Exception {
    keyboard();
    Path device = root.resolve("dev/input/event3");
    Files.delete(device);
    assertEquals(0, new ProcessBuilder("mkfifo", device.toString()).start().waitFor());
    desk.open();
    try (FileChannel touched =
        FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int unused = touched.write(ByteBuffer.allocate(InputDevices.EVENT));
      assertTimeoutPreemptively(Duration.ofSeconds(30), () -> desk.await(Duration.ofMinutes(10)));
    }
  }

  @Test
  void aKeyboardThatIsPluggedInLaterCounts() throws Exception {
    desk.open();
    assertEquals(Optional.empty(), desk.look().watchedSince());
    keyboard();
    assertEquals(Optional.of(NOON.plusSeconds(5)), next().watchedSince());
    happens("event3", NOON.plusSeconds(6), 1, 1);
    assertEquals(Optional.of(NOON.plusSeconds(6)), next().lastInput());
  }

  @Test
  void theAccountAtTheConsoleIsThatOfTheSeat() throws Exception {
    session("3", "USER=it", "CLASS=user", "REMOTE=1", "STATE=active", "ACTIVE=1");
    session("4", "USER=far", "CLASS=user", "SERVICE=xrdp-sesman", "STATE=active", "ACTIVE=1");
    assertEquals("", next().user());
    session("2", "USER=courier", "CLASS=user", "SEAT=seat0", "STATE=active", "ACTIVE=1");
    DeskSigns signs = next();
    assertEquals("courier", signs.user());
    assertEquals("", signs.userUnseen());
  }

  @Test
  void aLoginWindowBeforeASessionIsALockedDesk() throws Exception {
    session("2", "USER=courier", "CLASS=user", "SEAT=seat0", "STATE=online", "ACTIVE=0");
    session("c1", "USER=lightdm", "CLASS=greeter", "SEAT=seat0", "STATE=active", "ACTIVE=1");
    DeskSigns signs = next();
    assertEquals(Lock.LOCKED, signs.lock());
    assertEquals("courier", signs.user());
    Files.delete(root.resolve("run/systemd/sessions/2"));
    assertEquals(Lock.UNKNOWN, next().lock(), "nobody is logged in: there is nothing to lock");
  }

  @Test
  void aLockingProgramIsKnownByItsWholeName() throws Exception {
    Path process = Files.createDirectories(root.resolve("proc/812"));
    Files.writeString(process.resolve("cmdline"), "/usr/bin/ukui-screensaver-backend\0--x\0");
    assertEquals(Lock.UNKNOWN, next().lock());
    Files.writeString(process.resolve("cmdline"), "/usr/bin/ukui-screensaver-dialog\0--lock\0");
    assertEquals(Lock.LOCKED, next().lock());
  }

  @Test
  void whereNothingCanBeSeenItSaysSo() throws Exception {
    LinuxPresences nowhere = new LinuxPresences(root.resolve("empty"), clock);
    IOException why = assertThrows(IOException.class, nowhere::open);
    assertTrue(String.valueOf(why.getMessage()).contains("container"), why.getMessage());
    assertTrue(String.valueOf(why.getMessage()).contains("who is logged in"), why.getMessage());
  }

  @Test
  void thisMachineAnswersOrSaysWhyNot() {
    LinuxPresences here = new LinuxPresences(java.time.InstantSource.system());
    try {
      String unseen = here.open();
      assertEquals(here.look().watchedSince().isEmpty(), unseen.contains("cannot see input"));
    } catch (IOException e) {
      assertTrue(String.valueOf(e.getMessage()).contains("cannot see input"), e.getMessage());
    } finally {
      here.close();
    }
  }
}
