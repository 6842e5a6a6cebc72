package io.waybillguard.agent.platform.shared;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import io.waybillguard.agent.platform.TextLogsContract;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files. */
final class FileTailsTest implements TextLogsContract {
  @TempDir private Path root;
  private Path log = Path.of("unset");

  private final List<Path> homes = new ArrayList<>();

  @BeforeEach
  void place() throws IOException {
    homes.add(root.resolve("home/lin"));
    homes.add(root.resolve("home/none"));
    log = Files.createDirectory(root.resolve("log")).resolve("tool.log");
  }

  @Override
  public FileTails logs() {
    return new FileTails(
        List.of(
            log.toString(),
            root.toString().replace(File.separatorChar, '/') + "/log/day*.log",
            "~/.x/*.log"),
        () -> List.copyOf(homes),
        root.resolve("memory.tsv"));
  }

  @Override
  public void write(String line) throws IOException {
    append(log, (line + "\n").getBytes(UTF_8));
  }

  private static void append(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void theFoldersOfItsFilesAreThoseThatAreThere() throws Exception {
    FileTails logs = opened();
    logs.look();
    assertEquals(Set.of(log.getParent()), logs.folders());
    Path other = Files.createDirectories(homes.get(0).resolve(".x"));
    logs.look();
    assertEquals(Set.of(log.getParent(), other), logs.folders());
  }

  private FileTails opened() throws IOException {
    FileTails logs = logs();
    logs.open();
    return logs;
  }

  @Test
  void aFileThatIsRenamedIsReadToItsEndBeforeItsSuccessor() throws Exception {
    write("a");
    FileTails logs = opened();
    write("b");
    Files.move(log, log.resolveSibling("tool.log.1"));
    append(log.resolveSibling("tool.log.1"), "c\n".getBytes(UTF_8)); // its program still has it
    write("d");
    assertEquals(List.of("b", "c", "d"), TextLogsContract.read(logs));
    assertEquals(List.of(), TextLogsContract.read(logs));
  }

  @Test
  void aFileThatIsReplacedAndGoneIsSaidToBeLost() throws Exception {
    write("a");
    FileTails logs = opened();
    Files.move(log, root.resolve("elsewhere"));
    write("b");
    TextLogs.Added added = logs.look();
    assertEquals(List.of("b"), added.lines().stream().map(TextLogs.Line::text).toList());
    assertEquals(
        List.of(log + " was replaced; what it held beyond byte 2 could not be read"), added.lost());
  }

  @Test
  void aFileThatIsEmptiedInPlaceIsReadFromItsBeginning() throws Exception {
    write("a long line before");
    FileTails logs = opened();
    Files.write(log, new byte[0]);
    assertEquals(List.of(), TextLogsContract.read(logs));
    write("after");
    assertEquals(List.of("after"), TextLogsContract.read(logs));
  }

  @Test
  void aFileThatComesLaterIsReadFromItsBeginningAlsoInAHome() throws Exception {
    FileTails logs = opened();
    append(root.resolve("log/day-2.log"), "two\n".getBytes(UTF_8));
    append(root.resolve("log/night.log"), "no\n".getBytes(UTF_8));
    Path home = Files.createDirectories(root.resolve("home/lin/.x"));
    append(home.resolve("x.log"), "at home\n".getBytes(UTF_8));
    Files.createDirectory(root.resolve("log/day-3.log"));
    assertEquals(List.of("two", "at home"), TextLogsContract.read(logs));
  }

  @Test
  void aLineIsToldWhenItsEndHasComeAlsoByTheNextRun() throws Exception {
    FileTails logs = opened();
    append(log, "hal".getBytes(UTF_8));
    assertEquals(List.of(), TextLogsContract.read(logs));
    logs.save();
    append(log, "f\n".getBytes(UTF_8));
    assertEquals(List.of("half"), TextLogsContract.read(logs));
    assertEquals(List.of("half"), TextLogsContract.read(opened()));
  }

  @Test
  void linesInEveryEncodingOfChineseProgramsAreRead() throws Exception {
    String text = "2026-11-27 连接 开始";
    FileTails logs = opened();
    append(log, (text + "\r\n").getBytes(UTF_8));
    append(log, (text + "\n").getBytes(Charset.forName("GBK")));
    assertEquals(List.of(text, text), TextLogsContract.read(logs));
    ByteArrayOutputStream wide = new ByteArrayOutputStream();
    wide.write(0xFF);
    wide.write(0xFE);
    wide.writeBytes((text + "\r\nsecond\r\n").getBytes(StandardCharsets.UTF_16LE));
    append(root.resolve("log/day-le.log"), wide.toByteArray());
    append(root.resolve("log/day-be.log"), (text + "\n").getBytes(StandardCharsets.UTF_16));
    append(root.resolve("log/day-bom.log"), ("\uFEFF" + text + "\n").getBytes(UTF_8));
    assertEquals(List.of(text, text, text, "second"), TextLogsContract.read(logs));
    logs.save();
    append(root.resolve("log/day-le.log"), (text + "\r\n").getBytes(StandardCharsets.UTF_16LE));
    assertEquals(List.of(text), TextLogsContract.read(opened()), "begun in the middle");
  }

  @Test
  void aVeryLongLineIsCutAndALargeFileIsReadInPieces() throws Exception {
    FileTails logs = opened();
    append(log, ("x".repeat(3 << 20) + "\nnext\n").getBytes(UTF_8));
    List<String> lines = TextLogsContract.read(logs);
    assertEquals(2, lines.size());
    assertTrue(lines.get(0).length() <= 8192);
    assertEquals("next", lines.get(1));
  }

  @Test
  void aDamagedMemoryIsPutAsideAndLogsAreReadFromNowOn() throws Exception {
    write("before");
    Path memory = root.resolve("memory.tsv");
    for (String bad :
        List.of("x\ty\n", "\0\0\0", "99999999999999999999\ta\tb\tc\n", "1\ta\tb\t\0\n")) {
      Files.writeString(memory, bad);
      FileTails logs = logs();
      List<StateFile.Damage> damages = logs.open();
      assertEquals(1, damages.size(), bad);
      assertTrue(damages.get(0).what().contains("memory.tsv is damaged"), damages.toString());
      assertEquals(bad, Files.readString(root.resolve("memory.tsv.damaged")));
      assertEquals(List.of(), TextLogsContract.read(logs), "what was there is not told");
      write("after");
      assertEquals(List.of("after"), TextLogsContract.read(logs));
      logs.save();
      assertEquals(List.of(), logs().open(), "a new one was begun");
    }
  }

  @Test
  void aHomeThatComesIsLookedInto() throws Exception {
    FileTails logs = opened();
    Path home = Files.createDirectories(root.resolve("home/new/.x"));
    append(home.resolve("tool.log"), "first\n".getBytes(UTF_8));
    assertEquals(List.of(), TextLogsContract.read(logs));
    homes.add(root.resolve("home/new"));
    assertEquals(List.of("first"), TextLogsContract.read(logs));
  }

  /** Written, renamed, looked at and begun anew in any order: each line once, and in order. */
  @Test
  void noLineIsLostOrDoubledWhateverTheOrder() throws Exception {
    Random random = new Random(7);
    for (int round = 0; round < 30; round++) {
      for (Path file : List.of(log, log.resolveSibling("tool.log.1"), root.resolve("memory.tsv"))) {
        Files.deleteIfExists(file);
      }
      write("before");
      FileTails logs = opened();
      List<String> written = new ArrayList<>();
      List<String> told = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        switch (random.nextInt(6)) {
          case 0 -> told.addAll(TextLogsContract.read(logs));
          case 1 -> {
            told.addAll(TextLogsContract.read(logs)); // a second rotation would lose what is unread
            Files.move(
                log,
                log.resolveSibling("tool.log.1"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            write("rotated " + i);
            written.add("rotated " + i);
          }
          case 2 -> {
            told.addAll(TextLogsContract.read(logs));
            logs.save();
            logs = opened();
          }
          default -> {
            write("line " + i);
            written.add("line " + i);
          }
        }
      }
      told.addAll(TextLogsContract.read(logs));
      assertEquals(written, told, "round " + round);
    }
  }
}
