package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that takes nothing more, and one that may not be written. Neither is damage. */
final class FullDiskTest {
  @TempDir Path temp;

  @ParameterizedTest(name = "{0} KiB")
  @ValueSource(ints = {1024, 2048, 3072, 5120})
  void nothingIsLostOnADiskThatFillsUp(int kibibytes) throws Exception {
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), kibibytes)) {
      Path data = disk.root().resolve("data");
      long full;
      try (TestLog desk = TestLog.in(data)) {
        disk.fill();
        while (true) {
          desk.accept(16);
          try {
            desk.log().commit();
          } catch (IOException refused) {
            assertTrue(String.valueOf(refused.getMessage()).contains("cannot write to"));
            break;
          }
          // What SQLite has free inside its files lets some more in.
          assertTrue(desk.log().durableSize() < 100_000, "the disk never fills");
        }
        full = desk.log().durableSize();
        assertEquals(16 + 1, desk.log().pendingSize(), "and a store.full");
        assertThrows(IOException.class, () -> desk.log().commit());
        assertThrows(IOException.class, () -> desk.log().seal());
        desk.accept(5);
        assertThrows(IOException.class, () -> desk.log().commit());
        assertEquals(full, desk.log().durableSize());
        assertEquals(full, desk.read(LogReader::size));

        disk.free();
        desk.log().commit();
        assertEquals(full + 22, desk.log().durableSize());
        assertEquals(0, desk.log().pendingSize());
        // The tree was grown when the records were accepted: it holds only if the bytes are the
        // same.
        desk.seal().assertSound();
      }
      try (TestLog next = TestLog.in(data)) {
        assertEquals(full + 22, next.log().durableSize());
      }
    }
  }

  @Test
  void aKeyThatCannotBeChangedStays() throws Exception {
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), 2048)) {
      try (TestLog desk = TestLog.in(disk.root().resolve("data"))) {
        desk.add(3).seal();
        disk.fill();
        // Uses up what is free inside SQLite's files.
        assertThrows(
            IOException.class,
            () -> {
              while (true) {
                desk.add(16);
              }
            });
        long before = desk.log().durableSize();
        assertThrows(IOException.class, desk::changeKey);
        assertEquals(0, desk.log().keys().last().number());
        assertEquals(before, desk.log().durableSize());
        assertTrue(Files.exists(desk.keyFile(0)));

        disk.free();
        desk.changeKey();
        assertEquals(1, desk.log().keys().last().number());
        assertFalse(Files.exists(desk.keyFile(0)));
        desk.add(1).seal().assertSound();
      }
    }
  }

  @Test
  void aFullDiskDoesNotSetALogAside() throws Exception {
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), 2048)) {
      Path data = disk.root().resolve("data");
      try (TestLog desk = TestLog.in(data)) {
        desk.add(3).seal();
      }
      disk.fill();
      assertThrows(IOException.class, () -> startAndWrite(data));
      assertEquals(List.of(), asides(data));
      disk.free();
      try (TestLog desk = TestLog.in(data)) {
        assertEquals(3, desk.log().durableSize());
        desk.add(1).seal().assertSound();
      }
    }
  }

  /** The reserve is for the start too: a PC is restarted when its disk is full. */
  @Test
  void aStartOnAFullDiskOpensTheReserveAndSaysSo() throws Exception {
    Retention reserve =
        new Retention(
            Duration.ofDays(30), Duration.ofDays(180), Duration.ofDays(1095), 2L << 30, 512 << 10);
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), 4096)) {
      Path data = disk.root().resolve("data");
      try (TestLog desk = TestLog.in(data, reserve)) {
        desk.add(3).seal();
        while (desk.log().tidy()) {
          assertTrue(desk.log().isTidyDue());
        }
      }
      disk.fill();
      try (TestLog desk = TestLog.in(data, reserve)) {
        desk.add(2).seal();
        assertTrue(desk.types().contains("store.full"), "the disk was full: " + desk.types());
        assertFalse(Files.exists(data.resolve("ballast")));
        desk.assertSound();
      }
      assertEquals(List.of(), asides(data));
    }
  }

  /** A start on a full disk may get as far as opening; it does not get a record in. */
  private static void startAndWrite(Path data) throws IOException {
    try (TestLog desk = TestLog.in(data)) {
      while (true) {
        desk.add(16);
      }
    }
  }

  @Test
  void aLogThatMayNotBeWrittenIsNotSetAside() throws Exception {
    try (SmallDisk disk = SmallDisk.on(temp.resolve("disk"), 2048)) {
      Path data = disk.root().resolve("data");
      try (TestLog desk = TestLog.in(data)) {
        desk.add(3).seal();
      }
      disk.makeReadOnly();
      assertThrows(IOException.class, () -> TestLog.in(data));
      assertEquals(List.of(), asides(data));
      disk.makeWritable();
      try (TestLog desk = TestLog.in(data)) {
        assertEquals(3, desk.log().durableSize());
        desk.assertSound();
      }
    }
  }

  @Test
  void aFileWhereTheFolderShouldBeIsAnErrorAndNothingElse() throws Exception {
    Path data = Files.writeString(temp.resolve("data"), "a file");
    assertThrows(IOException.class, () -> TestLog.in(data));
    assertEquals("a file", Files.readString(data));
    assertThrows(IOException.class, () -> LogReader.open(data));
  }

  private static List<Path> asides(Path data) throws IOException {
    try (Stream<Path> all = Files.list(data)) {
      return all.filter(p -> String.valueOf(p.getFileName()).startsWith("set-aside-")).toList();
    }
  }
}
