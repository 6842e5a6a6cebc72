package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.SensorLive;
import io.waybillguard.agent.memory.Churn;
import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileActivityContract;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.ScriptedPackages;
import io.waybillguard.agent.platform.StreamsByHand;
import io.waybillguard.agent.platform.UsbPeripheral;
import io.waybillguard.agent.sense.Sensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProgramSensorTest implements FileActivityContract {
  private static final Instant NOON = Instant.parse("2026-06-12T04:33:00Z");
  private static final UsbPeripheral STICK =
      new UsbPeripheral(
          "2-1", "0781", "5567", "4C530001", "SanDisk", "Cruzer", List.of("08/06/50"));
  private static final int CP = 4711;
  private static final int SHELL = 4700;

  @TempDir private Path root;
  private Path disk;
  private Path stick;
  private MountedVolume onStick;
  private final ScriptedPackages packages = new ScriptedPackages();
  private final ScriptedFiles kernel = new ScriptedFiles();
  private Instant now = NOON;
  private ProgramSettings settings = settings(1 << 30, 20_000, 8, Duration.ofSeconds(30));
  private ProgramSensor sensor;

  @BeforeEach
  void aDeskWithADiskAndAStick() throws IOException {
    root = root.toRealPath();
    disk = Files.createDirectories(root.resolve("disk"));
    stick = Files.createDirectories(root.resolve("stick"));
    onStick = new MountedVolume(stick, "/dev/sda1", "vfat", "STICK", "C807-0D80", true, STICK);
    kernel.process(SHELL, "/usr/bin/bash", "courier", 1);
    kernel.process(CP, "/usr/bin/cp", "courier", SHELL);
    begin();
  }

  private void begin() throws IOException {
    sensor =
        new ProgramSensor(
            kernel,
            kernel,
            kernel,
            packages,
            () -> now,
            settings,
            UnusualPlaces.NONE,
            SomeFamilies.ALL,
            root.resolve("programs.json"));
    sensor.open();
  }

  /** The kernel of this test keeps the contract that the real one is held to. */
  @Override
  public FileActivity files() {
    return kernel;
  }

  @Override
  public Path watched() {
    return disk;
  }

  @Override
  public void write(Path file) {
    kernel.written(file, CP);
  }

  @Test
  void theListsOfPackagesAreReadOnceTheStartIsOverAndNobodyWaitsForThem() throws Exception {
    assertEquals(List.of(), sensor.sense(Duration.ZERO));
    assertEquals(0, packages.timesReadAhead(), "while the others start");
    now = now.plusSeconds(3);
    assertEquals(List.of(), sensor.sense(Duration.ZERO));
    assertEquals(1, packages.timesReadAhead());
    now = now.plusSeconds(3);
    assertEquals(List.of(), sensor.sense(Duration.ZERO));
    assertEquals(1, packages.timesReadAhead());
  }

  @Test
  void aMillionProcessesAndPathsTakeTheRoomOfSome() throws Exception {
    Path there = script(disk.resolve("tool"), "echo 1");
    Churn.millionThrough(
        sensor,
        i -> {
          kernel.started(there, 100 + i);
          kernel.read(there, 100 + i);
          if (i % 10 == 0) {
            kernel.written(disk.resolve("gone" + i), 100 + i);
            List<Observation> unused = sensor.sense(Duration.ZERO);
            now = now.plusMillis(500);
          }
        });
  }

  @Test
  void aStepTellsNoMoreThanFindsRoomAndTheNextTellsTheRest() throws Exception {
    for (int i = 0; i < 1030; i++) {
      kernel.written(script(disk.resolve("tool" + i), "echo " + i), CP);
    }
    assertEquals(1024, sensor.sense(Duration.ZERO).size());
    assertEquals(6, sensor.sense(Duration.ZERO).size());
  }

  @Test
  void aProgramIsRecordedWithItsHashItsWriterAndItsPlace() throws Exception {
    Path program = script(disk.resolve("tool"), "echo 1");
    kernel.written(program, CP);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals(program.toString(), seen.file().path());
    assertEquals("script", seen.file().kind());
    assertEquals(Files.size(program), seen.file().size());
    assertEquals(sha256(program), seen.file().sha256());
    assertEquals("", seen.file().unreadable());
    assertEquals(Files.getOwner(program).getName(), seen.file().owner());
    assertFalse(seen.file().removable());
    assertEquals(new ProcessRef(CP, "/usr/bin/cp", "courier"), seen.by());
    assertEquals(Origin.NOT_SEEN_ON_MEDIUM, seen.origin());
    assertEquals(NOON, seen.at());
  }

  @Test
  void aWindowsProgramTellsWhoMadeAndSignedItOnAnySystem() throws Exception {
    Path program = disk.resolve("setup");
    try (InputStream in = getClass().getResourceAsStream("/windows/signed-rsa-sha256.exe")) {
      Files.copy(Objects.requireNonNull(in), program);
    }
    kernel.written(program, CP);
    Imprint told = appeared(only(look())).file().traits().imprint();
    assertEquals("北方软件", told.company());
    assertEquals(Imprint.State.INTACT, told.signature().state());
    assertEquals("North Software, Ltd", told.signature().signer());
  }

  @Test
  void whatIsNoProgramIsNotRecorded() throws IOException {
    kernel.written(Files.writeString(disk.resolve("setup.exe"), "not one"), CP);
    kernel.written(Files.createDirectory(disk.resolve("folder")), CP);
    kernel.written(disk.resolve("gone"), CP);
    Path link = Files.createSymbolicLink(disk.resolve("link"), script(disk.resolve("x"), ""));
    kernel.written(link, CP);
    assertEquals(List.of(), look());
  }

  @Test
  void aCopyOffAStickIsLinkedToItByItsBytes() throws Exception {
    Path source = script(stick.resolve("deep/er/update"), "echo steal");
    script(stick.resolve("as-long"), "echo STEAL");
    kernel.mount(onStick);
    look();
    Path copy = hidden("upd");
    Files.copy(source, copy);
    kernel.written(copy, CP);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals(
        new Origin(Origin.Medium.REMOVABLE, "same_hash", source.toString(), STICK.passport()),
        seen.origin());
    assertTrue(seen.file().hidden());
    assertFalse(seen.file().removable());
  }

  @Test
  void aCopyThatWasChangedOnTheWayIsLinkedByWhoMadeIt() throws IOException {
    Path source = script(stick.resolve("packed"), "echo packed");
    kernel.mount(onStick);
    kernel.read(source, CP);
    kernel.written(script(disk.resolve("unpacked"), "echo something else"), CP);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals(
        new Origin(Origin.Medium.REMOVABLE, "same_process", source.toString(), STICK.passport()),
        seen.origin());
  }

  @Test
  void whatAShellWritesForItsChildIsLinkedToWhatTheChildRead() throws IOException {
    Path source = script(stick.resolve("packed.gz"), "echo packed");
    kernel.mount(onStick);
    kernel.read(source, CP); // its parent is the shell
    kernel.written(script(disk.resolve("unpacked"), "echo something else"), SHELL);
    Origin origin = appeared(only(look())).origin();
    assertEquals("same_process", origin.how());
    assertEquals(source.toString(), origin.source());
  }

  @Test
  void aReaderOfLongAgoBringsNothingAlong() throws IOException {
    Path source = script(stick.resolve("packed"), "echo packed");
    kernel.mount(onStick);
    kernel.read(source, CP);
    look();
    now = now.plus(settings.readerMemory()).plusSeconds(1);
    kernel.written(script(disk.resolve("own"), "echo my own"), CP);
    assertEquals(Origin.NOT_SEEN_ON_MEDIUM, appeared(only(look())).origin());
  }

  @Test
  void aProgramThatWasReadFromAStickIsLinkedToItAfterTheStickIsGone() throws IOException {
    Path source = script(stick.resolve("update"), "echo steal");
    Path aside = Files.copy(source, root.resolve("somewhere"));
    kernel.mount(onStick);
    kernel.read(source, 99);
    look();
    kernel.unmount(onStick);
    Files.delete(source);
    look();
    Path copy = Files.move(aside, disk.resolve("days-later"));
    kernel.written(copy, CP);
    Origin origin = appeared(only(look())).origin();
    assertEquals("same_hash", origin.how());
    assertEquals(source.toString(), origin.source());
    assertEquals(STICK.passport(), origin.passport());
  }

  @Test
  void aCopyOfACopyIsStillLinkedToTheStick() throws IOException {
    Path source = script(stick.resolve("update"), "echo steal");
    kernel.mount(onStick);
    Path first = Files.copy(source, disk.resolve("first"));
    kernel.written(first, CP);
    look();
    kernel.unmount(onStick);
    Files.delete(source);
    Path second = Files.copy(first, disk.resolve("second"));
    kernel.written(second, CP);
    assertEquals(source.toString(), appeared(only(look())).origin().source());
  }

  @Test
  void aProgramWrittenToTheStickLiesOnTheMedium() throws IOException {
    kernel.mount(onStick);
    look();
    Path program = script(stick.resolve("new"), "echo new");
    kernel.written(program, CP);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals("on_medium", seen.origin().how());
    assertEquals(STICK.passport(), seen.origin().passport());
    assertTrue(seen.file().removable());
    // and a copy of it, made after the look through the medium, is found all the same
    Path copy = Files.copy(program, disk.resolve("copy"));
    kernel.written(copy, CP);
    assertEquals(program.toString(), appeared(only(look())).origin().source());
  }

  @Test
  void aStartFromTheStickIsRecordedOnceWithItsParent() throws Exception {
    Path program = script(stick.resolve("run"), "echo run");
    kernel.mount(onStick);
    kernel.process(50, program.toString(), "courier", SHELL);
    kernel.started(program, 50);
    kernel.started(program, 50);
    ProgramStarted start = started(only(look()));
    assertEquals(new ProcessRef(50, program.toString(), "courier"), start.process());
    assertEquals(new ProcessRef(SHELL, "/usr/bin/bash", "courier"), start.parent());
    assertEquals(sha256(program), start.file().sha256());
    assertEquals("on_medium", start.origin().how());
    assertTrue(start.file().removable());
  }

  @Test
  void aStartSaysHowTheProcessWasCalledWithoutItsSecrets() throws Exception {
    Path program = script(stick.resolve("sync"), "echo run");
    kernel.mount(onStick);
    kernel.process(50, program.toString(), "courier", SHELL);
    kernel.called(50, "/", program.toString(), "--token", "s3cret", "to cloud", "");
    kernel.started(program, 50);
    assertEquals(
        program + " --token *** \"to cloud\" \"\"", started(only(look())).command(), "as it was");
  }

  @Test
  void theWordsOfWhoStartedItAreNotTakenForItsOwn() throws Exception {
    Path program = script(stick.resolve("sync"), "echo run");
    kernel.mount(onStick);
    kernel.process(50, "/usr/bin/bash", "courier", SHELL);
    kernel.called(50, "/", "bash", "-l");
    kernel.process(50, program.toString(), "courier", SHELL);
    kernel.started(program, 50);
    assertEquals("", started(only(look())).command());
  }

  @Test
  void aScriptThatAnInterpreterRunsOffTheStickIsNamedWithTheInterpreter() throws Exception {
    Path program = Files.writeString(stick.resolve("run.py"), "print(1)\n");
    kernel.mount(onStick);
    Path python = Path.of("/usr/bin/python3.11");
    kernel.process(50, python.toString(), "courier", SHELL);
    kernel.started(python, 50);
    assertEquals(List.of(), sensor.sense(Duration.ofSeconds(7)), "it is not in place yet");
    assertEquals(List.of(), sensor.sense(Duration.ofSeconds(7)));
    assertTrue(kernel.lastPatience().compareTo(Duration.ofMillis(50)) < 0, "it is asked again");
    kernel.called(50, stick.toString(), "python3", "-u", "run.py", "--quiet");
    ProgramStarted start = started(only(look()));
    assertEquals(program.toString(), start.file().path());
    assertEquals(sha256(program), start.file().sha256());
    assertEquals("/usr/bin/python3.11", start.interpreter());
    assertEquals("python3 -u run.py --quiet", start.command());
    assertEquals(50, start.process().pid());
    assertEquals(new ProcessRef(SHELL, "/usr/bin/bash", "courier"), start.parent());
    assertEquals(List.of(), look(), "told once");
  }

  @Test
  void aScriptInAnOrdinaryPlaceOrACallWithoutAFileIsNoRecord() throws Exception {
    Path ordinary = Files.writeString(disk.resolve("job.sh"), "true\n");
    Path shell = Path.of("/usr/bin/dash");
    kernel.process(51, shell.toString(), "courier", SHELL);
    kernel.called(51, disk.toString(), "sh", ordinary.toString());
    kernel.started(shell, 51);
    kernel.process(52, shell.toString(), "courier", SHELL);
    kernel.called(52, disk.toString(), "sh", "-c", stick.resolve("x").toString());
    kernel.started(shell, 52);
    kernel.process(53, shell.toString(), "courier", SHELL);
    kernel.called(53, "", "sh", "not\0a path");
    kernel.started(shell, 53);
    assertEquals(List.of(), look());
  }

  @Test
  void aStartOfAProgramThatAppearedIsRecordedAfterItWithTheSameHashAndOrigin() throws Exception {
    Path source = script(stick.resolve("update"), "echo steal");
    kernel.mount(onStick);
    Path copy = Files.copy(source, disk.resolve("wpsupdate"));
    kernel.written(copy, CP);
    kernel.started(copy, 60);
    List<Observation> seen = look();
    assertEquals(List.of("program.new", "proc.start"), types(seen));
    ProgramStarted start = started(seen.get(1));
    assertEquals(sha256(copy), start.file().sha256());
    assertEquals(appeared(seen.get(0)).origin(), start.origin());
  }

  @Test
  void aProgramThatDeletesItselfIsKnownByWhatWasRecordedBefore() throws Exception {
    Path program = script(disk.resolve("dropper"), "rm $0");
    String sha256 = sha256(program);
    kernel.written(program, CP);
    look();
    Files.delete(program);
    kernel.started(program, 60);
    ProgramStarted start = started(only(look()));
    assertEquals(sha256, start.file().sha256());
    assertEquals("script", start.file().kind());
  }

  @Test
  void aHiddenProgramGoneBeforeAnybodyLookedIsRecordedAllTheSame() throws IOException {
    Path program = hidden("ghost");
    kernel.started(program, 60);
    ProgramStarted start = started(only(look()));
    assertEquals("", start.file().sha256());
    assertEquals("unknown", start.file().kind());
    assertTrue(start.file().unreadable().contains("gone"), start::toString);
  }

  @Test
  void aProgramInAFolderThatWasMovedIsStillOneThatAppeared() throws IOException {
    Path folder = Files.createDirectory(disk.resolve("a"));
    kernel.written(script(folder.resolve("tool"), "echo 1"), CP);
    look();
    Files.move(folder, disk.resolve("b"));
    kernel.started(disk.resolve("b/tool"), 60);
    assertEquals(disk.resolve("b/tool").toString(), started(only(look())).file().path());
  }

  @Test
  void ordinaryStartsAreNotRecorded() throws IOException {
    Path ordinary = script(disk.resolve("ordinary"), "echo 1");
    kernel.started(ordinary, 60);
    kernel.started(Path.of("/usr/bin/env"), 61);
    assertEquals(List.of(), look());
  }

  @Test
  void aFileOfAPackageIsNamedWithItAndSaysWhetherItIsAsItWasPackaged() throws Exception {
    Path tool = script(disk.resolve("tool"), "echo 1");
    packages.put(tool, "tools", md5(tool));
    kernel.written(tool, CP);
    assertEquals(
        FileTraits.Packaged.AS_PACKAGED, appeared(only(look())).file().traits().packaged());
    script(tool, "echo 2");
    kernel.written(tool, CP);
    FileTraits changed = appeared(only(look())).file().traits();
    assertEquals(FileTraits.Packaged.CHANGED, changed.packaged());
    assertEquals("tools", changed.packageName());
    kernel.written(script(disk.resolve("other"), "echo 1"), CP);
    assertEquals(FileTraits.Packaged.NO, appeared(only(look())).file().traits().packaged());
  }

  @Test
  void aProgramThatRunsAsItsOwnerShowsIt() throws Exception {
    Path tool = script(disk.resolve("tool"), "echo 1");
    Files.setAttribute(tool, "unix:mode", 0104755);
    kernel.written(tool, CP);
    assertEquals(04755, appeared(only(look())).file().traits().mode());
  }

  @Test
  void howAProgramCameIsTakenFromWhoWroteItAndWhoStartedThat() throws IOException {
    kernel.process(80, "/usr/sbin/sshd", "root", 1);
    kernel.process(81, "/usr/lib/openssh/sftp-server", "courier", 80);
    kernel.process(82, "/usr/bin/file-roller", "courier", SHELL);
    kernel.process(83, "/usr/bin/odd-unpacker", "courier", 82);
    kernel.process(84, "/opt/wechat/wechat", "courier", SHELL);
    kernel.process(85, "/usr/bin/tar", "courier", SHELL);
    kernel.process(86, "/usr/bin/curl", "courier", SHELL);
    Path chat = Files.createDirectories(disk.resolve("xwechat_files"));
    assertEquals(Origin.Way.REMOTE, wayOf(script(disk.resolve("a"), "1"), 81));
    assertEquals(Origin.Way.ARCHIVE, wayOf(script(disk.resolve("b"), "2"), 83));
    assertEquals(Origin.Way.CHAT, wayOf(script(disk.resolve("c"), "3"), 84));
    assertEquals(Origin.Way.ARCHIVE, wayOf(script(disk.resolve("d"), "4"), 85));
    assertEquals(Origin.Way.BROWSER, wayOf(script(disk.resolve("e"), "5"), 86));
    assertEquals(Origin.Way.CHAT, wayOf(script(chat.resolve("f"), "6"), CP));
    assertEquals(Origin.Way.UNKNOWN, wayOf(script(disk.resolve("g"), "7"), CP));
  }

  private Origin.Way wayOf(Path file, long writer) throws IOException {
    kernel.written(file, writer);
    return appeared(only(look())).origin().way();
  }

  @Test
  void aProgramInAStreamOfAnyFileIsToldAsHiddenWithItsHashOnceUntilItIsAnother() throws Exception {
    StreamsByHand streams = new StreamsByHand();
    sensor.lookingInto(streams);
    Path note = Files.writeString(disk.resolve("note.txt"), "nothing");
    byte[] program = bytes("plain.exe");
    streams.put(note, "upd.exe", program);
    streams.put(note, "Zone.Identifier", "[ZoneTransfer]".getBytes(StandardCharsets.UTF_8));
    kernel.written(note, CP);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals(note + ":upd.exe", seen.file().path());
    assertEquals("pe", seen.file().kind());
    assertEquals(program.length, seen.file().size());
    assertEquals(hex(program), seen.file().sha256());
    assertTrue(seen.file().hidden());
    assertEquals("alternate_stream", seen.file().traits().place());
    assertEquals(new ProcessRef(CP, "/usr/bin/cp", "courier"), seen.by());
    assertEquals(Origin.NOT_SEEN_ON_MEDIUM, seen.origin());
    kernel.written(note, CP);
    assertEquals(List.of(), look());
    byte[] other = bytes("signed-rsa-sha256.exe");
    streams.put(note, "upd.exe", other);
    kernel.written(note, CP);
    assertEquals(hex(other), appeared(only(look())).file().sha256());
  }

  @Test
  void aScriptInAStreamIsToldAsAProgramIs() throws Exception {
    StreamsByHand streams = new StreamsByHand();
    sensor.lookingInto(streams);
    Path note = Files.writeString(disk.resolve("note.txt"), "nothing");
    streams.put(note, "run.vbs", "CreateObject(0)".getBytes(StandardCharsets.UTF_8));
    streams.put(note, "names.xls", "1,2".getBytes(StandardCharsets.UTF_8));
    kernel.written(note, CP);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals(note + ":run.vbs", seen.file().path());
    assertEquals("commands", seen.file().kind());
    assertEquals("alternate_stream", seen.file().traits().place());
  }

  @Test
  void aProgramInAStreamOnAStickCameOffIt() throws Exception {
    StreamsByHand streams = new StreamsByHand();
    sensor.lookingInto(streams);
    kernel.mount(onStick);
    look();
    Path note = Files.writeString(stick.resolve("note.txt"), "nothing");
    streams.put(note, "a", bytes("plain.exe"));
    kernel.written(note, CP);
    ProgramAppeared seen = appeared(only(look()));
    assertTrue(seen.file().removable());
    assertEquals(
        new Origin(Origin.Medium.REMOVABLE, "on_medium", "", STICK.passport()), seen.origin());
  }

  @Test
  void aStreamTooLargeToHashIsToldWithoutAndThousandsOfStreamsDoNotHoldTheSensor()
      throws Exception {
    StreamsByHand streams = new StreamsByHand();
    sensor.lookingInto(streams);
    Path note = Files.writeString(disk.resolve("note.txt"), "nothing");
    byte[] large = Arrays.copyOf(bytes("plain.exe"), StreamPrograms.MOST_HASHED + 1);
    streams.put(note, "a", large);
    for (int i = 0; i < 2_000; i++) {
      streams.put(note, "b" + i, bytes("plain.exe"));
    }
    kernel.written(note, CP);
    List<Observation> seen = look();
    assertEquals(StreamPrograms.MOST_STREAMS + 1, seen.size());
    assertEquals(
        new SensorLive(
            NOON, "program", true, note + ": only 64 of its 2001 streams were looked at"),
        seen.get(StreamPrograms.MOST_STREAMS));
    assertEquals("", appeared(seen.get(0)).file().sha256());
    assertEquals(
        "not hashed: a stream of " + large.length + " bytes, more than " + (8 << 20),
        appeared(seen.get(0)).file().unreadable());
  }

  @Test
  void whereStreamsAreNotSeenTheSensorSaysSo() throws IOException {
    StreamsByHand streams = new StreamsByHand();
    streams.unseen("nobody lists streams here");
    Sensor.Sight sight = sensor.lookingInto(streams).open();
    assertTrue(sight.reduced());
    assertTrue(sight.detail().endsWith("; nobody lists streams here"), sight.detail());
  }

  private static byte[] bytes(String fixture) throws IOException {
    try (InputStream in = ProgramSensorTest.class.getResourceAsStream("/windows/" + fixture)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  private static String hex(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  @Test
  void aDownloadNamesItsHostAndNothingElseOfTheAddress() throws IOException {
    Path file = script(disk.resolve("a"), "1");
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    try {
      view.write(
          "xdg.origin.url",
          ByteBuffer.wrap("https://u:p@dl.example/x?token=s".getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      Assumptions.abort("SKIPPED: no extended attributes here: " + e);
    }
    kernel.written(file, CP);
    Origin origin = appeared(only(look())).origin();
    assertEquals(Origin.Way.BROWSER, origin.way());
    assertEquals("dl.example", origin.host());
  }

  @Test
  void aProgramThatIsUsedAllDayIsRecordedOnceADayWithACountAndAHiddenOneEachTime()
      throws IOException {
    Path open = script(disk.resolve("tool"), "echo 1");
    Path hidden = script(hidden("tool"), "echo 2");
    kernel.written(open, CP);
    kernel.written(hidden, CP);
    look();
    int pid = 200;
    for (int i = 0; i < 5; i++) {
      kernel.started(open, pid++);
      kernel.started(hidden, pid++);
    }
    List<String> starts =
        look().stream().map(o -> started(o).file().path() + started(o).times()).toList();
    assertEquals(1, starts.stream().filter((open + "1")::equals).count());
    assertEquals(5, starts.stream().filter((hidden + "1")::equals).count());
    assertEquals(6, starts.size());
    now = now.plus(StartMemory.A_DAY);
    kernel.started(open, pid);
    assertEquals(5, started(only(look())).times());
  }

  @Test
  void aStartTellsWhoIsAboveItUpToEight() throws IOException {
    Path program = script(hidden("run"), "echo run");
    for (int i = 0; i < 20; i++) {
      kernel.process(100 + i, "/bin/p" + i, "courier", 99 + i);
    }
    kernel.started(program, 119);
    ProgramStarted start = started(only(look()));
    assertEquals(118, start.parent().pid());
    assertEquals(
        List.of(117L, 116L, 115L, 114L, 113L, 112L, 111L),
        start.above().stream().map(ProcessRef::pid).toList());
    kernel.process(120, "/bin/a", "courier", 121);
    kernel.process(121, "/bin/b", "courier", 120);
    kernel.started(program, 120);
    assertEquals(List.of(), started(only(look())).above(), "a circle has an end");
  }

  @Test
  void aProgramThatIsWrittenAgainWithTheSameBytesIsNoNews() throws IOException {
    Path program = script(disk.resolve("tool"), "echo 1");
    kernel.written(program, CP);
    assertEquals(1, look().size());
    Files.writeString(program, Files.readString(program));
    kernel.written(program, CP);
    assertEquals(List.of(), look());
    Files.writeString(program, "#!/bin/sh\necho 2\n");
    kernel.written(program, CP);
    assertEquals(1, look().size());
  }

  @Test
  void aProgramThatIsGivenItsNameBeforeItIsJudgedIsRecordedUnderThatName() throws IOException {
    Path temporary = script(disk.resolve("tool.part"), "echo 1");
    Path last = Files.move(temporary, disk.resolve("tool"));
    // Both were waiting; the first is gone when it is looked at.
    kernel.written(temporary, CP);
    kernel.written(last, CP);
    assertEquals(last.toString(), appeared(only(look())).file().path());
  }

  @Test
  void aProgramThatIsMovedIsRecordedWhereItIsNow() throws IOException {
    Path first = script(disk.resolve("tool"), "echo 1");
    kernel.written(first, CP);
    look();
    Path moved = Files.move(first, hidden("tool"));
    kernel.written(moved, CP);
    assertEquals(moved.toString(), appeared(only(look())).file().path());
  }

  @Test
  void aFileOverTheLimitIsRecordedWithoutAHashAndSaysWhy() throws IOException {
    settings = settings(100, 10, 2, Duration.ofSeconds(30));
    begin();
    kernel.written(script(disk.resolve("big"), "x".repeat(200)), CP);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals("", seen.file().sha256());
    assertTrue(seen.file().unreadable().contains("100"), seen::toString);
  }

  @Test
  void aLargeProgramDoesNotKeepEventsWaitingAndTheOrderIsKept() throws Exception {
    Path large = large(disk.resolve("large"), 64 << 20);
    kernel.written(large, CP);
    assertEquals(List.of(), sensor.sense(Duration.ofSeconds(5)), "one slice is not enough");
    Path small = script(disk.resolve("small"), "echo 1");
    kernel.written(small, CP);
    List<Observation> seen = new ArrayList<>(sensor.sense(Duration.ofSeconds(5)));
    assertEquals(Duration.ZERO, kernel.lastPatience(), "it must not wait while work is left");
    seen.addAll(look());
    assertEquals(
        List.of(large.toString(), small.toString()),
        seen.stream().map(o -> appeared(o).file().path()).toList());
    assertEquals(sha256(large), appeared(seen.get(0)).file().sha256());
  }

  @Test
  void aProgramThatKeepsOthersWaitingIsRecordedWithoutItsHashAndOnceMoreWithIt() throws Exception {
    Path large = large(disk.resolve("large"), 64 << 20);
    Path small = script(disk.resolve("small"), "echo 1");
    kernel.written(large, CP);
    kernel.written(small, CP);
    sensor.sense(Duration.ZERO);
    now = now.plus(settings.hashPatience()).plusSeconds(1);
    List<Observation> seen = look();
    assertEquals(
        List.of(large.toString(), small.toString(), large.toString()),
        seen.stream().map(o -> appeared(o).file().path()).toList());
    assertEquals("", appeared(seen.get(0)).file().sha256());
    assertTrue(appeared(seen.get(0)).file().unreadable().contains("15 s"), seen::toString);
    assertEquals(sha256(large), appeared(seen.get(2)).file().sha256());
    assertEquals("", appeared(seen.get(2)).file().unreadable());
    assertEquals(appeared(seen.get(0)).at(), appeared(seen.get(2)).at());
  }

  @Test
  void aLargeCopyOffAStickIsLinkedToItInTheEnd() throws IOException {
    Path source = large(stick.resolve("large"), 64 << 20);
    kernel.mount(onStick);
    look();
    Path copy = Files.copy(source, disk.resolve("copy"));
    kernel.written(copy, CP);
    sensor.sense(Duration.ZERO);
    now = now.plus(settings.hashPatience()).plusSeconds(1);
    List<Observation> seen = look();
    assertEquals(2, seen.size(), seen::toString);
    assertEquals(Origin.NOT_SEEN_ON_MEDIUM, appeared(seen.get(0)).origin());
    assertEquals("same_hash", appeared(seen.get(1)).origin().how());
    assertEquals(source.toString(), appeared(seen.get(1)).origin().source());
  }

  @Test
  void aLargeProgramThatVanishesAfterItsFirstRecordIsSaidToHave() throws IOException {
    Path large = large(disk.resolve("large"), 64 << 20);
    kernel.written(large, CP);
    sensor.sense(Duration.ZERO);
    now = now.plus(settings.hashPatience()).plusSeconds(1);
    Files.delete(large);
    List<Observation> seen = look();
    assertEquals(2, seen.size(), seen::toString);
    assertTrue(appeared(seen.get(1)).file().unreadable().contains("gone"), seen::toString);
  }

  @Test
  void aStartThatKeepsOthersWaitingIsRecordedOnceWithoutAHash() throws IOException {
    Path large = large(hidden("large"), 64 << 20);
    kernel.started(large, 60);
    sensor.sense(Duration.ZERO);
    now = now.plus(settings.hashPatience()).plusSeconds(1);
    ProgramStarted start = started(only(look()));
    assertEquals("not hashed within 15 s", start.file().unreadable());
  }

  @Test
  void aProgramThatChangesWhileItIsReadSaysSo() throws IOException {
    Path large = large(disk.resolve("large"), 32 << 20);
    kernel.written(large, CP);
    sensor.sense(Duration.ZERO);
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(40 << 20);
    }
    ProgramAppeared seen = appeared(only(look()));
    assertEquals("", seen.file().sha256());
    assertTrue(seen.file().unreadable().contains("while it was read"), seen::toString);
  }

  @Test
  void aProgramThatVanishesWhileItIsReadIsRecordedAllTheSame() throws IOException {
    Path large = large(disk.resolve("large"), 32 << 20);
    kernel.written(large, CP);
    sensor.sense(Duration.ZERO);
    Files.delete(large);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals(large.toString(), seen.file().path());
    assertTrue(seen.file().unreadable().contains("gone"), seen::toString);
  }

  @Test
  void aProgramReplacedWhileItIsReadSaysSoThoughTheNewOneIsAsLong() throws IOException {
    Path large = large(disk.resolve("large"), 32 << 20);
    kernel.written(large, CP);
    sensor.sense(Duration.ZERO);
    Path other = large(disk.resolve("other"), 32 << 20);
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(large));
    Files.move(other, large, StandardCopyOption.REPLACE_EXISTING);
    ProgramAppeared seen = appeared(only(look()));
    assertEquals("", seen.file().sha256());
  }

  @Test
  void aMediumWithTooManyFilesIsSaidToBeLookedAtInPart() throws IOException {
    settings = settings(1 << 20, 3, 8, Duration.ofSeconds(30));
    begin();
    for (int i = 0; i < 5; i++) {
      script(stick.resolve("f" + i), "echo " + i);
    }
    kernel.mount(onStick);
    SensorLive live = (SensorLive) only(look());
    assertTrue(live.reduced());
    assertTrue(live.detail().contains("3 files"), live::detail);
    assertTrue(live.detail().contains(stick.toString()), live::detail);
  }

  @Test
  void foldersTooDeepAndTimeUsedUpAreSaidToo() throws IOException {
    settings = settings(1 << 20, 100, 2, Duration.ofSeconds(1));
    begin();
    script(stick.resolve("1/2/3/f"), "echo");
    kernel.mount(onStick);
    assertTrue(((SensorLive) only(look())).detail().contains("deeper than 2"));

    kernel.unmount(onStick);
    look();
    MediumIndex slow = new MediumIndex(onStick, settings);
    slow.advance(NOON);
    slow.advance(NOON.plusSeconds(2));
    assertTrue(slow.isDone());
    assertTrue(slow.cut().contains("after 1 s"), slow::cut);
  }

  @Test
  void lossesAreSaidAndLostEventsAreThrown() throws IOException {
    kernel.tell(new FileEvent.Lost(disk, "2,000 files at once"));
    kernel.tell(new FileEvent.Unwatched(stick, "/stick (strangefs) is not watched"));
    List<Observation> seen = look();
    assertEquals(List.of("sensor.blind", "sensor.back", "sensor.live"), types(seen));
    kernel.loseEvents();
    assertThrows(IOException.class, () -> sensor.sense(Duration.ZERO));
  }

  @Test
  void whatWasWaitingWhenItWentBlindIsRecordedWhenItIsBack() throws IOException {
    kernel.written(large(disk.resolve("large"), 32 << 20), CP);
    sensor.sense(Duration.ZERO);
    kernel.loseEvents();
    assertThrows(IOException.class, () -> sensor.sense(Duration.ZERO));
    sensor.close();
    sensor.open();
    assertEquals(List.of("program.new"), types(look()));
  }

  private static ProgramSettings settings(
      long hashLimit, int mediumFiles, int mediumDepth, Duration mediumPatience) {
    return new ProgramSettings(
        hashLimit,
        Duration.ofSeconds(15),
        mediumFiles,
        mediumDepth,
        mediumPatience,
        Duration.ofMinutes(5));
  }

  /** Steps until there is nothing left to do. */
  private List<Observation> look() throws IOException {
    List<Observation> seen = new ArrayList<>();
    Duration idle = Duration.ofSeconds(7);
    int quiet = 0;
    while (quiet < 2) { // the first idle wait may have brought events
      seen.addAll(sensor.sense(idle));
      quiet = kernel.lastPatience().equals(idle) ? quiet + 1 : 0;
    }
    return seen;
  }

  private Path hidden(String name) throws IOException {
    return Files.createDirectories(disk.resolve(".cache/.x")).resolve(name);
  }

  private static Path script(Path at, String body) throws IOException {
    Files.createDirectories(at.getParent());
    return Files.writeString(at, "#!/bin/sh\n" + body + "\n");
  }

  private static Path large(Path at, int size) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(at.toFile(), "rw")) {
      file.write("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
      file.setLength(size);
    }
    return at;
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static String md5(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
  }

  private static Observation only(List<Observation> seen) {
    assertEquals(1, seen.size(), seen::toString);
    return seen.get(0);
  }

  private static ProgramAppeared appeared(Observation seen) {
    return (ProgramAppeared) seen;
  }

  private static ProgramStarted started(Observation seen) {
    return (ProgramStarted) seen;
  }

  private static List<String> types(List<Observation> seen) {
    return seen.stream().map(Observation::type).toList();
  }
}
