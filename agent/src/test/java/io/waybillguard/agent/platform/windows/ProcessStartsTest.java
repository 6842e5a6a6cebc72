package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.Processes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProcessStartsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void anEntryIsReadAsItIsLaidOut() {
    ByteBuffer raw = ByteBuffer.allocate(Toolhelp.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    raw.putInt(0, Toolhelp.SIZE).putInt(Toolhelp.PID, -2).putInt(Toolhelp.PARENT, 4);
    raw.position(Toolhelp.NAME).put("微信.exe\0old".getBytes(StandardCharsets.UTF_16LE));
    assertEquals(new Toolhelp.Entry(0xfffffffeL, 4, "微信.exe"), Toolhelp.Entry.of(raw.array()));
  }

  @Test
  void aNameThatFillsItsPlaceHasNoZero() {
    byte[] raw = new byte[Toolhelp.SIZE];
    java.util.Arrays.fill(raw, Toolhelp.NAME, raw.length, (byte) 0x41);
    assertEquals(262, Toolhelp.Entry.of(raw).name().length());
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void aProgramThatAnotherStartsIsToldOnceWithItsPathAndParent() throws Exception {
    WindowsProcesses processes = new WindowsProcesses();
    ProcessStarts starts =
        new ProcessStarts(
            new Toolhelp(Libraries.HERE)::processes,
            processes,
            ProcessHandle.current().pid(),
            InstantSource.system());
    starts.begin();
    Path java = Path.of(System.getProperty("java.home"), "bin", "java.exe");
    Process shell =
        new ProcessBuilder("cmd.exe", "/c", java + " -XX:-PrintWarnings -cp . Missing & exit 0")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<FileEvent.Started> told = new ArrayList<>();
    Instant end = Instant.now().plus(LONG);
    while (told.isEmpty() && Instant.now().isBefore(end)) {
      for (FileEvent event : starts.look()) {
        if (event instanceof FileEvent.Started started
            && started.process().parentPid() == shell.pid()
            // A shell without a window gets one that nobody sees.
            && !started.file().endsWith("conhost.exe")) {
          told.add(started);
        }
      }
    }
    shell.destroyForcibly();
    assertEquals(1, told.size());
    assertEquals(java.toRealPath(), told.get(0).file().toRealPath());
    assertTrue(processes.of(shell.pid()).executable().toLowerCase(Locale.ROOT).endsWith("cmd.exe"));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void thisProcessIsKnownWithItsUser() {
    long pid = ProcessHandle.current().pid();
    var facts = new WindowsProcesses().of(pid);
    assertEquals(pid, facts.pid());
    assertTrue(facts.executable().endsWith("java.exe"), facts::toString);
    assertTrue(!facts.user().isEmpty(), facts::toString);
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void howThisProcessWasCalledIsToldInWords() {
    long pid = ProcessHandle.current().pid();
    Processes.Call call = new WindowsProcesses().call(pid);
    assertTrue(call.executable().endsWith("java.exe"), call::toString);
    assertTrue(call.arguments().size() > 1, call::toString);
    assertTrue(call.arguments().stream().noneMatch(word -> word.contains("\"")), call::toString);
    assertEquals(Path.of("").toAbsolutePath(), Path.of(call.folder()).normalize());
    assertEquals(Processes.Call.NONE, new WindowsProcesses().call(0x7ffffff0L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        // Microsoft's own examples, "Parsing C command-line arguments"
        "p.exe \"a b c\" d e           | a b c ; d ; e",
        "p.exe \"ab\\\"c\" \"\\\\\" d     | ab\"c ; \\ ; d",
        "p.exe a\\\\\\b d\"e f\"g h     | a\\\\\\b ; de fg ; h",
        "p.exe a\\\\\\\"b c d          | a\\\"b ; c ; d",
        "p.exe a\\\\\\\\\"b c\" d e      | a\\\\b c ; d ; e",
        "p.exe a\"b\"\" c d            | ab\" c d",
        "\"C:\\运单 夹\\p.exe\" \t x\t  | x",
      })
  void aLineIsTakenApartAsProgramsTakeIt(String line, String words) {
    List<String> told = CommandWords.of(line);
    assertEquals(words, String.join(" ; ", told.subList(1, told.size())));
  }

  /** The places that are watched when nothing better can be. */
  @Test
  void placesAreThoseThatAreThere(@TempDir Path drive) throws IOException {
    Files.createDirectories(drive.resolve("Users/desk/Downloads"));
    Files.createDirectories(drive.resolve("Users/Public"));
    List<String> names =
        new WindowsPlaces(drive, List.of())
            .list().stream()
                .map(root -> drive.relativize(root.folder()).toString().replace('\\', '/'))
                .toList();
    assertTrue(
        names.containsAll(List.of("", "Users/Public", "Users/desk", "Users/desk/Downloads")));
    assertTrue(names.stream().noneMatch(name -> name.contains("AppData")), names::toString);
    assertTrue(Objects.requireNonNull(names).size() >= 4);
  }
}
