package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The looks, on tables of handles made byte by byte as the headers say. */
final class OpenFileLookTest {
  private static final int FILE = 37;
  private static final int KEY = 12;
  private static final long OURSELVES = 500;
  private static final long OWN_FILE = 0x4c;
  private static final int READ = HandleTable.FILE_READ_DATA;
  private static final int WRITE = HandleTable.FILE_WRITE_DATA;

  /** A machine whose processes hold what a test says. */
  private static final class Machine implements OpenFileLook.Machine {
    record Row(long object, long pid, long handle, int access, int type) {}

    final Map<Row, String> rows = new LinkedHashMap<>();
    final Set<Long> denied = new HashSet<>();
    int asked;
    boolean fails;

    @Override
    public long ownFile() {
      return OWN_FILE;
    }

    @Override
    public ByteBuffer handles() throws IOException {
      if (fails) {
        throw new IOException("the system's handles cannot be listed:\n0xc0000022");
      }
      return table(rows.keySet());
    }

    @Override
    public Optional<OpenFileLook.Holder> holder(long pid) {
      return denied.contains(pid)
          ? Optional.empty()
          : Optional.of(
              new OpenFileLook.Holder() {
                @Override
                public String file(long handle) {
                  asked++;
                  return rows.entrySet().stream()
                      .filter(row -> row.getKey().pid() == pid && row.getKey().handle() == handle)
                      .map(Map.Entry::getValue)
                      .findFirst()
                      .orElse("");
                }

                @Override
                public void close() {}
              });
    }
  }

  private static ByteBuffer table(Set<Machine.Row> rows) {
    ByteBuffer raw =
        ByteBuffer.allocate(HandleTable.FIRST + (rows.size() + 3) * HandleTable.SIZE)
            .order(ByteOrder.LITTLE_ENDIAN);
    raw.putLong(HandleTable.COUNT, rows.size());
    int at = HandleTable.FIRST;
    for (Machine.Row row : rows) {
      raw.putLong(at + HandleTable.OBJECT, row.object());
      raw.putLong(at + HandleTable.PID, row.pid());
      raw.putLong(at + HandleTable.HANDLE, row.handle());
      raw.putInt(at + HandleTable.ACCESS, row.access());
      raw.putShort(at + HandleTable.TYPE, (short) row.type());
      at += HandleTable.SIZE;
    }
    return raw;
  }

  private final Machine machine = new Machine();
  private final List<String> said = new ArrayList<>();
  private OpenFileLook look;

  @BeforeEach
  void begin() {
    look = new OpenFileLook(machine, OURSELVES, () -> Duration.ZERO, said::add);
    look.hear("folder\tD:\\扫描");
    holds(OURSELVES, OWN_FILE, READ, "C:\\jre\\bin\\java.exe");
  }

  private void holds(long pid, long handle, int access, String path) {
    machine.rows.put(new Machine.Row(pid << 16 | handle, pid, handle, access, FILE), path);
  }

  private List<String> look() {
    said.clear();
    look.hear("look");
    return said.stream().filter(line -> !line.startsWith("at\t")).toList();
  }

  @Test
  void aFileBelowAFolderIsToldWithWhoHasItOpenInWhateverCapitals() {
    holds(77, 8, READ, "d:\\扫描\\2026\\YT1.JPG");
    holds(77, 12, READ, "D:\\扫描件\\other.jpg");
    holds(77, 16, READ, "D:\\扫描");
    assertEquals(List.of("open\t77\tr\td:\\扫描\\2026\\YT1.JPG", "done\t4\t3\t0\t0\t0"), look());
    assertTrue(said.contains("at\t77\t8"));
  }

  @Test
  void whatIsNoFileAndWhatLooksLikeAPipeIsNotAsked() {
    machine.rows.put(new Machine.Row(1, 77, 8, READ, KEY), "D:\\扫描\\1.jpg");
    holds(77, 12, 0x0012019F, "D:\\扫描\\2.jpg");
    holds(77, 16, 0x00100080, "D:\\扫描\\3.jpg");
    holds(4, 20, READ, "D:\\扫描\\4.jpg");
    assertEquals(List.of("done\t5\t0\t0\t0\t0"), look());
  }

  @Test
  void whatIsToBeSkippedIsNotAsked() {
    holds(77, 8, READ, "D:\\扫描\\1.jpg");
    holds(77, 12, READ, "D:\\扫描\\2.jpg");
    holds(78, 8, READ, "D:\\扫描\\3.jpg");
    look.hear("skip\t77\t8");
    look.hear("skip\t78\t0");
    assertEquals(List.of("open\t77\tr\tD:\\扫描\\2.jpg", "done\t4\t1\t0\t0\t0"), look());
  }

  @Test
  void whatAReaderWritesIsToldWhereverItLiesAndNobodyElses() {
    holds(77, 8, READ, "D:\\扫描\\1.jpg");
    holds(77, 12, WRITE, "C:\\Temp\\a.zip");
    holds(78, 8, WRITE, "C:\\Temp\\b.zip");
    assertEquals(
        List.of(
            "open\t77\tr\tD:\\扫描\\1.jpg", "open\t77\tw\tC:\\Temp\\a.zip", "done\t4\t3\t0\t0\t0"),
        look());
  }

  @Test
  void aFileThatIsFollowedIsToldWhereverItLies() {
    holds(77, 8, READ | WRITE, "C:\\Temp\\a.zip");
    assertEquals(1, look().size());
    look.hear("file\tC:\\temp\\A.zip");
    for (int i = 0; i < OpenFileLook.ASKED_AGAIN; i++) {
      look();
    }
    holds(78, 8, READ | WRITE, "C:\\Temp\\a.zip");
    assertTrue(look().contains("open\t78\trw\tC:\\Temp\\a.zip"));
  }

  @Test
  void whatIsOfNoInterestIsAskedAgainOnlyAfterSomeLooksAndWhatIsEachTime() {
    holds(77, 8, READ, "D:\\扫描\\1.jpg");
    for (int i = 0; i < 100; i++) {
      holds(78, 4L * i, READ, "C:\\Windows\\" + i);
    }
    look();
    assertEquals(101, machine.asked);
    for (int i = 0; i < 3 * OpenFileLook.ASKED_AGAIN; i++) {
      assertEquals("open\t77\tr\tD:\\扫描\\1.jpg", look().get(0));
    }
    assertTrue(machine.asked <= 101 + 3 * OpenFileLook.ASKED_AGAIN + 6 * 100, "" + machine.asked);
    assertTrue(machine.asked >= 101 + 3 * OpenFileLook.ASKED_AGAIN + 2 * 100, "" + machine.asked);
  }

  @Test
  void whoseObjectsTheKernelHidesIsAskedEachTime() {
    machine.rows.put(new Machine.Row(0, 78, 8, READ, FILE), "C:\\x");
    look();
    look();
    assertEquals(2, machine.asked);
  }

  @Test
  void tooManyAreAskedInTurn() {
    int processes = OpenFileLook.MOST_ASKED / OpenFileLook.MOST_OF_ONE + 1;
    for (long pid = 600; pid < 600 + processes; pid++) {
      for (int i = 1; i <= OpenFileLook.MOST_OF_ONE; i++) {
        machine.rows.put(new Machine.Row(0, pid, 4L * i, READ, FILE), "D:\\扫描\\" + pid + i);
      }
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      List<String> told = look();
      String left = "\t" + OpenFileLook.MOST_ASKED + "\t0\t" + OpenFileLook.MOST_OF_ONE + "\t0";
      assertTrue(told.get(told.size() - 1).endsWith(left), told.get(told.size() - 1));
      told.stream().filter(line -> line.startsWith("open")).forEach(seen::add);
    }
    assertEquals(processes * OpenFileLook.MOST_OF_ONE, seen.size());
  }

  @Test
  void whoHoldsThousandsOfFilesOpenHidesNobodyAndIsAskedWholeInTurn() {
    int many = 6 * OpenFileLook.MOST_OF_ONE - 1;
    for (int i = 1; i <= many; i++) {
      holds(77, 4L * i, READ, "C:\\Windows\\win.ini");
    }
    holds(78, 8, READ, "D:\\扫描\\1.jpg");
    int rest = many - OpenFileLook.MOST_OF_ONE;
    assertEquals(
        List.of(
            "open\t78\tr\tD:\\扫描\\1.jpg",
            "done\t" + (many + 2) + "\t" + (OpenFileLook.MOST_OF_ONE + 1) + "\t0\t" + rest + "\t0"),
        look());
    Set<String> asked = new HashSet<>();
    for (int i = 0; i < 2 * many / OpenFileLook.MOST_OF_ONE; i++) {
      said.stream().filter(line -> line.startsWith("at\t77")).forEach(asked::add);
      assertEquals("open\t78\tr\tD:\\扫描\\1.jpg", look().get(0));
    }
    assertEquals(many, asked.size());
  }

  @Test
  void processesThatMayNotBeAskedAreCounted() {
    holds(77, 8, READ, "D:\\扫描\\1.jpg");
    machine.denied.add(77L);
    assertEquals(List.of("done\t2\t1\t1\t0\t0"), look());
  }

  @Test
  void aNameWithALineInItIsOneLine() {
    holds(77, 8, READ, "D:\\扫描\\1\ndone\t1.jpg");
    assertEquals("open\t77\tr\tD:\\扫描\\1?done?1.jpg", look().get(0));
  }

  @Test
  void aTableThatTheSystemDoesNotGiveIsSaidInOneLine() {
    machine.fails = true;
    assertEquals(List.of("cannot\tthe system's handles cannot be listed:?0xc0000022"), look());
    machine.fails = false;
    assertEquals(1, look().size());
  }

  @Test
  void aTableWithoutOurOwnFileIsNotGuessedAt() {
    machine.rows.clear();
    holds(77, 8, READ, "D:\\扫描\\1.jpg");
    assertEquals(List.of("cannot\tthis process's own file is not among the handles"), look());
  }

  @Test
  void aTableThatSaysMoreThanItHoldsIsReadToItsEnd() {
    ByteBuffer raw = ByteBuffer.allocate(HandleTable.FIRST + HandleTable.SIZE + 7);
    raw.order(ByteOrder.LITTLE_ENDIAN).putLong(HandleTable.COUNT, Long.MAX_VALUE);
    assertEquals(1, new HandleTable(raw).count());
    assertEquals(0, new HandleTable(ByteBuffer.allocate(3)).count());
  }
}
