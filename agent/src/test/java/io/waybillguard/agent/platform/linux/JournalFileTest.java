package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.TextLogs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal of systemd 252; where from is told in linux/ORIGIN.md. */
final class JournalFileTest {
  private static final int TAIL_OBJECT = 136;
  private static final int TAIL_REALTIME = 192;
  private static final List<String> FIELDS = List.of("_COMM", "_UID", "_PID", "MESSAGE");

  /** What journalctl shows of what root's sshd said of logins. */
  private static final List<String> LOGINS =
      List.of(
          "sshd[16444]: Accepted publickey for wgcap from 127.0.0.1 port 39356 ssh2: ED25519"
              + " SHA256:uf8xf61JpFJOwZRdGJNkGNx6Oms1wmOXwiR1DXgDE5s",
          "sshd[16465]: Failed password for wgcap from 127.0.0.1 port 39372 ssh2");

  @TempDir private Path root;
  private Path journal = Path.of("unset");
  private byte[] whole = {};

  @BeforeEach
  void unpack() throws IOException {
    try (InputStream in =
        new GZIPInputStream(
            JournalFileTest.class.getResourceAsStream("/linux/system.journal.gz"))) {
      whole = in.readAllBytes();
    }
    journal = Files.createDirectories(root.resolve("run/log/journal/1")).resolve("system.journal");
    boot("one");
  }

  private void boot(String id) throws IOException {
    Path random = Files.createDirectories(root.resolve("proc/sys/kernel/random"));
    Files.writeString(random.resolve("boot_id"), id + "\n");
  }

  private List<JournalFile.Entry> all() throws IOException {
    try (JournalFile file = JournalFile.open(journal)) {
      List<JournalFile.Entry> all = new ArrayList<>();
      long at = file.first();
      JournalFile.Part part;
      do {
        part = file.read(at, FIELDS, 5);
        all.addAll(part.entries());
        at = part.next();
      } while (!part.entries().isEmpty());
      return all;
    }
  }

  private JournalLogs logs() {
    return new JournalLogs(root, List.of("sshd"), root.resolve("memory.tsv"));
  }

  private static List<String> logins(TextLogs logs) {
    List<String> lines = new ArrayList<>();
    TextLogs.Added added;
    do {
      added = logs.look();
      assertEquals(List.of(), added.lost());
      for (TextLogs.Line line : added.lines()) {
        assertEquals("journal:sshd", line.pattern());
        if (line.text().contains("Accepted") || line.text().contains("Failed password")) {
          lines.add(line.text().substring(line.text().indexOf("sshd[")));
        }
      }
    } while (added.more());
    return lines;
  }

  @Test
  void everyEntryIsReadWithItsFields() throws Exception {
    Files.write(journal, whole);
    List<JournalFile.Entry> all = all();
    assertEquals(28, all.size());
    assertTrue(all.get(0).at().toString().startsWith("2026-11-27T18:46:12"));
    assertEquals("0", all.get(0).fields().get("_UID"));
    assertEquals("Received signal 15; terminating.", all.get(26).fields().get("MESSAGE"));
    assertTrue(all.stream().filter(e -> !e.fields().containsKey("MESSAGE")).count() <= 1);
  }

  @Test
  void onlyWhatRootsSshdSaidIsTaken() throws Exception {
    TextLogs logs = logs();
    logs.open();
    Files.write(journal, whole);
    assertEquals(LOGINS, logins(logs), "not what logger said in its name");
    assertEquals(List.of(), logins(logs));
  }

  @Test
  void aJournalInMemoryThatWentWithItsBootIsNotLost() throws Exception {
    TextLogs before = logs();
    before.open();
    Files.write(journal, whole);
    assertEquals(LOGINS, logins(before));
    before.save();

    Path other = Files.write(root.resolve("other"), whole);
    Files.move(other, journal, StandardCopyOption.REPLACE_EXISTING);
    TextLogs sameBoot = logs();
    sameBoot.open();
    assertEquals(1, sameBoot.look().lost().size(), "somebody took it away");

    boot("two");
    TextLogs afterwards = logs();
    afterwards.open();
    assertEquals(LOGINS, logins(afterwards), "the new boot's journal, from its beginning");
  }

  @Test
  void whatIsThereBeforeAnybodyLookedIsNotTold() throws Exception {
    Files.write(journal, whole);
    TextLogs logs = logs();
    logs.open();
    assertEquals(List.of(), logins(logs));
  }

  /** The file as it was while it grew: the header names an earlier object as the last. */
  @Test
  void aGrowingJournalIsReadEntryByEntryAndByTheNextRun() throws Exception {
    List<Long> ends = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    long last = bytes.getLong(TAIL_OBJECT);
    for (long at = bytes.getLong(88); at <= last; ) {
      if (bytes.get((int) at) == 3) {
        ends.add(at);
      }
      at += (bytes.getLong((int) at + 8) + 7) & ~7L;
    }
    assertEquals(28, ends.size());
    JournalLogs logs = logs();
    logs.open();
    List<String> told = new ArrayList<>();
    for (long end : ends) {
      byte[] then = whole.clone();
      ByteBuffer header = ByteBuffer.wrap(then).order(ByteOrder.LITTLE_ENDIAN);
      header.putLong(TAIL_OBJECT, end);
      header.putLong(TAIL_REALTIME, 1); // taken, and not whole yet
      replace(then);
      told.addAll(logins(logs));
      header.putLong(TAIL_REALTIME, bytes.getLong((int) end + 24));
      replace(then);
      told.addAll(logins(logs));
      logs.save();
      logs = logs();
      logs.open();
    }
    assertEquals(LOGINS, told);
  }

  /** In place, as journald writes: the file stays the same one. */
  private void replace(byte[] bytes) throws IOException {
    Files.write(journal, bytes);
  }

  @Test
  void anArchivedJournalIsReadToItsEndUnderItsNewName() throws Exception {
    byte[] empty = whole.clone();
    ByteBuffer.wrap(empty).order(ByteOrder.LITTLE_ENDIAN).putLong(TAIL_OBJECT, 0);
    Files.write(journal, empty);
    JournalLogs logs = logs();
    logs.open();
    assertEquals(List.of(), logins(logs));
    Files.write(journal, whole);
    Files.move(journal, journal.resolveSibling("system@1.journal"));
    Files.write(journal, empty);
    assertEquals(LOGINS, logins(logs));
  }

  @Test
  void anUnknownFormIsRefusedWithItsFlags() throws Exception {
    byte[] future = whole.clone();
    future[12] |= 0x40;
    Files.write(journal, future);
    IOException e = assertThrows(IOException.class, this::all);
    assertTrue(String.valueOf(e.getMessage()).contains("cannot read (flags 92)"), e.getMessage());
    Files.write(journal, new byte[4096]);
    assertTrue(
        String.valueOf(assertThrows(IOException.class, this::all).getMessage())
            .contains("is no journal"));
  }

  @Test
  void aDamagedJournalIsAnErrorOrReadAndNeverAnythingElse() throws Exception {
    Random random = new Random(11);
    ByteBuffer bytes = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
    int end = (int) bytes.getLong(TAIL_OBJECT);
    int read = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bad = whole.clone();
      for (int n = random.nextInt(20); n >= 0; n--) {
        bad[random.nextInt(end)] = (byte) random.nextInt(256);
      }
      Files.write(journal, bad);
      try {
        all();
        read++;
      } catch (IOException e) {
        assertTrue(e.getMessage() != null);
      }
    }
    assertTrue(read > 20, "only " + read + " were read");
  }
}
