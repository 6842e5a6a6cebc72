package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.shared.FolderTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Journals as winioctl.h lays them out, on a disk of the test's own. */
final class UsnTest {
  private static final int WRITTEN =
      UsnRecord.REASON_CLOSE | UsnRecord.REASON_FILE_CREATE | UsnRecord.REASON_DATA_EXTEND;

  @TempDir private Path folder;
  private Instant now = Instant.parse("2026-11-27T04:00:00Z");

  private static byte[] record(int version, long parent, long usn, int reason, String name) {
    UsnRecord.Layout layout = version == 2 ? UsnRecord.Layout.V2 : UsnRecord.Layout.V3;
    byte[] text = name.getBytes(StandardCharsets.UTF_16LE);
    int length = (layout.name + text.length + 7) & ~7;
    ByteBuffer raw = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    raw.putInt(0, length).putShort(UsnRecord.MAJOR_VERSION, (short) version);
    raw.putLong(layout.file, 7).putLong(layout.parent, parent);
    raw.putLong(layout.usn, usn).putInt(layout.reason, reason).putInt(layout.attributes, 0x20);
    raw.putShort(layout.nameLength, (short) text.length);
    raw.putShort(layout.nameOffset, (short) layout.name);
    raw.position(layout.name).put(text);
    return raw.array();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void recordsOfBothVersionsAreReadAndOthersPassedOver() {
    byte[] bytes =
        joined(
            record(2, 5, 100, WRITTEN, "更新.exe"),
            new byte[] {16, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8},
            record(3, 6, 200, UsnRecord.REASON_FILE_CREATE, "b"));
    List<UsnRecord> all = UsnRecord.all(bytes, 0, bytes.length);
    assertEquals(List.of("更新.exe", "b"), all.stream().map(UsnRecord::name).toList());
    assertEquals(List.of(100L, 200L), all.stream().map(UsnRecord::usn).toList());
    assertEquals(new UsnRecord.FileId(5, 0), all.get(0).parent());
    assertTrue(all.get(0).isReady());
    assertFalse(all.get(1).isReady(), "it is not closed yet");
  }

  @Test
  void whateverIsWrittenNeverFails() {
    Random random = new Random(4);
    byte[] whole = joined(record(2, 5, 1, WRITTEN, "a.exe"), record(3, 6, 2, WRITTEN, "bcd.exe"));
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      for (int j = 0; j < 3 && damaged.length > 0; j++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      assertTrue(UsnRecord.all(damaged, 0, damaged.length).size() <= damaged.length / 8);
    }
  }

  /** A disk whose journal is what a test puts there. */
  private final class Disk implements UsnVolume {
    private final List<UsnRecord> records = new ArrayList<>();
    private Journal journal = new Journal(0xabc, 0, 0);
    private int refusal;
    private int asked;

    void write(String name, int reason) {
      long usn = journal.next();
      records.add(
          new UsnRecord(
              new UsnRecord.FileId(usn, 0), new UsnRecord.FileId(5, 0), usn, reason, 0, name));
      journal = new Journal(journal.id(), journal.first(), usn + 64);
    }

    void wrap() {
      records.clear();
      journal = new Journal(journal.id(), journal.next() + 640, journal.next() + 640);
    }

    @Override
    public String name() {
      return "C:";
    }

    @Override
    public Path root() {
      return folder;
    }

    @Override
    public Journal query() {
      return journal;
    }

    @Override
    public Batch read(long id, long start) throws RefusedException {
      if (refusal != 0) {
        int code = refusal;
        refusal = 0;
        throw new RefusedException("DeviceIoControl", "its journal cannot be read", code);
      }
      if (id != journal.id() || start < journal.first()) {
        throw new RefusedException("DeviceIoControl", "its journal cannot be read", ENTRY_DELETED);
      }
      return new Batch(
          journal.next(), records.stream().filter(record -> record.usn() >= start).toList());
    }

    @Override
    public Optional<Path> folder(UsnRecord.FileId id) {
      asked++;
      return id.low() == 5 ? Optional.of(folder) : Optional.empty();
    }

    @Override
    public void close() {}
  }

  private final Disk disk = new Disk();

  @Test
  void theFirstAgentTellsNothingOfBeforeAndFilesFromThenOn() throws IOException {
    disk.write("old.exe", WRITTEN);
    UsnReader reader = new UsnReader(disk, Optional.empty());
    assertEquals(List.of(), reader.look().ready());
    disk.write("new.exe", UsnRecord.REASON_FILE_CREATE);
    disk.write("new.exe", WRITTEN);
    disk.write("other.exe", WRITTEN);
    assertEquals(
        List.of(folder.resolve("new.exe"), folder.resolve("other.exe")), reader.look().ready());
    assertEquals(List.of(), reader.look().ready());
    assertEquals(1, disk.asked, "a folder is asked for once");
  }

  @Test
  void whatIsWrittenIntoAStreamOfAnOldFileIsToldAsItsFile() throws IOException {
    UsnReader reader = new UsnReader(disk, Optional.empty());
    disk.write("made.txt", UsnRecord.REASON_STREAM_CHANGE | UsnRecord.REASON_CLOSE);
    disk.write("longer.txt", UsnRecord.REASON_NAMED_DATA_EXTEND | UsnRecord.REASON_CLOSE);
    disk.write("other.txt", UsnRecord.REASON_NAMED_DATA_OVERWRITE | UsnRecord.REASON_CLOSE);
    disk.write("shorter.txt", UsnRecord.REASON_NAMED_DATA_TRUNCATION | UsnRecord.REASON_CLOSE);
    assertEquals(
        List.of("made.txt", "longer.txt", "other.txt", "shorter.txt"),
        reader.look().ready().stream().map(file -> file.getFileName().toString()).toList());
  }

  @Test
  void aLaterAgentGoesOnWhereAnEarlierWas() throws IOException {
    UsnReader first = new UsnReader(disk, Optional.empty());
    disk.write("while away.exe", WRITTEN);
    UsnReader.Look look = new UsnReader(disk, Optional.of(first.position())).look();
    assertEquals(List.of(folder.resolve("while away.exe")), look.ready());
    assertEquals("", look.gap());
  }

  @Test
  void aJournalThatWrappedOrWasMadeAnewIsAGap() throws IOException {
    UsnReader first = new UsnReader(disk, Optional.empty());
    disk.wrap();
    disk.write("after.exe", WRITTEN);
    UsnReader.Look look = new UsnReader(disk, Optional.of(first.position())).look();
    assertTrue(look.gap().contains("wrapped"), look::gap);
    assertEquals(List.of(folder.resolve("after.exe")), look.ready());
    UsnReader other =
        new UsnReader(disk, Optional.of(new UsnReader.Position(1, disk.journal.next())));
    assertTrue(other.look().gap().contains("made anew"));
    UsnReader back =
        new UsnReader(disk, Optional.of(new UsnReader.Position(0xabc, disk.journal.next() + 1)));
    assertTrue(back.look().gap().contains("set back"));
  }

  @Test
  void whatIsLostWhileReadingIsAGapAndReadingGoesOn() throws IOException {
    UsnReader reader = new UsnReader(disk, Optional.empty());
    disk.wrap();
    disk.write("after.exe", WRITTEN);
    assertTrue(reader.look().gap().contains("wrapped"));
    assertEquals(List.of(folder.resolve("after.exe")), reader.look().ready());
  }

  @Test
  void anErrorThatLosesNothingIsAnError() throws IOException {
    UsnReader reader = new UsnReader(disk, Optional.empty());
    disk.refusal = 1179;
    assertThrows(UsnVolume.RefusedException.class, reader::look);
  }

  private UsnFiles files(Path places) {
    return new UsnFiles(
        refused -> List.of(disk),
        new UsnPositions(folder.resolve("journals.txt")),
        () -> List.of(new FolderTree.Root(places, 2)),
        folder.resolve("data"),
        () -> now);
  }

  @Test
  void positionsAreWrittenOnceWhatWasTakenIsSafeAndAreReadAgain() throws IOException {
    UsnFiles files = files(folder);
    FileActivity.View view = files.open();
    assertTrue(view.detail().contains("C:"), view::detail);
    disk.write("a.exe", WRITTEN);
    assertEquals(1, files.await(Duration.ZERO).size());
    assertFalse(Files.exists(folder.resolve("journals.txt")), "nobody knows yet that it is safe");
    for (int i = 0; i < 2; i++) {
      now = now.plusSeconds(6);
      assertEquals(List.of(), files.await(Duration.ZERO));
    }
    files.close();
    assertEquals("C:\tabc\t64\n", Files.readString(folder.resolve("journals.txt")));
    disk.write("b.exe", WRITTEN);
    UsnFiles again = files(folder);
    again.open();
    assertEquals(
        List.of(new FileEvent.Written(folder.resolve("b.exe"), ProcessFacts.UNKNOWN)),
        again.await(Duration.ZERO));
  }

  @Test
  void afterAGapTheUsualPlacesAreSweptAndTheGapIsTold() throws IOException {
    now = Instant.now();
    Path places = Files.createDirectories(folder.resolve("places"));
    Path there = Files.writeString(places.resolve("came in the gap.exe"), "MZ");
    Files.writeString(folder.resolve("journals.txt"), "C:\t1\t0\ndamaged\n");
    UsnFiles files = files(places);
    files.open();
    List<FileEvent> told = files.await(Duration.ZERO);
    assertTrue(told.get(0) instanceof FileEvent.Lost, told::toString);
    assertTrue(told.contains(new FileEvent.Written(there, ProcessFacts.UNKNOWN)));
  }

  @Test
  void withoutAnyJournalNothingCanBeSeen() {
    UsnFiles files =
        new UsnFiles(
            refused -> {
              refused.add("C: cannot be opened: error 5");
              return List.of();
            },
            new UsnPositions(folder.resolve("journals.txt")),
            List::of,
            folder,
            () -> now);
    IOException none = assertThrows(IOException.class, files::open);
    assertTrue(String.valueOf(none.getMessage()).contains("error 5"));
  }

  /** Wine has no journals: the real call says so, and neither throws nor hangs. */
  @Test
  @EnabledOnOs(OS.WINDOWS)
  void theRealDisksAreOpenedOrSayWhyNot() throws IOException {
    List<String> refused = new ArrayList<>();
    for (UsnVolume volume : NtfsVolume.fixed(Libraries.HERE, List::of, refused)) {
      try (volume) {
        UsnReader reader = new UsnReader(volume, Optional.empty());
        assertFalse(reader.look().more());
      } catch (UsnVolume.RefusedException e) {
        assertTrue(e.code() != 0, e::toString);
      }
    }
  }
}
