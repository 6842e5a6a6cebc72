package io.waybillguard.agent.sense.persistence;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.ScriptedRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Windows keeps of what starts by itself, read on any system. */
final class WindowsFormatsTest {
  private static final String RUN = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Run";
  private static final String SID = "S-1-5-21-1-2-3-1001";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "\"C:\\Program Files\\a b\\c.exe\" /q | C:\\Program Files\\a b\\c.exe",
        "C:\\Program Files\\a b\\c.exe /q | C:\\Program Files\\a b\\c.exe",
        "%windir%\\system32\\svchost.exe -k netsvcs | %windir%\\system32\\svchost.exe",
        "explorer.exe | explorer.exe",
        "C:\\Windows\\system32\\userinit.exe, | C:\\Windows\\system32\\userinit.exe",
        "rundll32.exe \"C:\\x y\\d.dll\",Go 1 | C:\\x y\\d.dll",
        "C:\\Windows\\System32\\rundll32.exe C:\\x\\d.dll,#1 | C:\\x\\d.dll",
        "regsvr32 /s /n /i:x C:\\x\\d.dll | C:\\x\\d.dll",
        "wscript.exe //B C:\\x\\d.vbs | C:\\x\\d.vbs",
        "mshta.exe https://example.com/a.hta | mshta.exe",
        "cmd /c start x.bat | cmd",
        "'   ' | ''"
      })
  void theProgramOfACommandLineIsTold(String line, String program) {
    assertEquals(program == null ? "" : program, WindowsCommand.program(line));
  }

  private static List<Line> lines(ScriptedRegistry registry, String read, String pattern) {
    return new RegistryPlaces(registry)
        .look(read, pattern).stream()
            .flatMap(f -> KeyFormats.read(f.read(), f.key()).stream())
            .toList();
  }

  @Test
  void eachValueOfARunKeyIsACommand() {
    ScriptedRegistry registry =
        new ScriptedRegistry()
            .value(RUN, "Upd", "\"C:\\Users\\Public\\u.exe\" -x")
            .value(RUN, "", "");
    assertEquals(
        List.of(Line.windows("Upd", "", "\"C:\\Users\\Public\\u.exe\" -x")),
        lines(registry, "value-command", "HKLM\\SOFTWARE\\Run"));
  }

  @Test
  void onlyTheValuesThatAreNamedCount() {
    ScriptedRegistry registry =
        new ScriptedRegistry().value(RUN, "Shell", "explorer.exe").value(RUN, "Other", "x");
    assertEquals(
        List.of("Shell"),
        lines(registry, "value-command", "HKLM\\SOFTWARE\\Run :: shell, Userinit").stream()
            .map(Line::name)
            .toList());
  }

  @Test
  void eachUserWhoIsLoggedInIsAskedAndServicesAreNot() {
    ScriptedRegistry registry =
        new ScriptedRegistry()
            .value("HKEY_USERS\\" + SID + "\\Run", "a", "a.exe")
            .value("HKEY_USERS\\" + SID + "_Classes\\Run", "b", "b.exe")
            .value("HKEY_USERS\\S-1-5-18\\Run", "c", "c.exe")
            .value("HKEY_USERS\\.DEFAULT\\Run", "d", "d.exe")
            .value(
                "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\"
                    + SID,
                "ProfileImagePath",
                "C:\\Users\\快递");
    RegistryPlaces places = new RegistryPlaces(registry);
    List<RegistryPlaces.Found> found = places.look("value-command", "HKU\\*\\Run");
    assertEquals(
        List.of("HKEY_USERS\\.DEFAULT\\Run", "HKEY_USERS\\" + SID + "\\Run"),
        found.stream().map(f -> f.key().path()).toList());
    assertEquals("快递", found.get(1).account());
    assertEquals("C:\\Users\\快递", found.get(1).home());
    assertTrue(places.watched().contains("HKEY_USERS"));
    assertEquals(
        List.of("b"),
        lines(registry, "value-command", "HKU\\*_Classes\\Run").stream().map(Line::name).toList());
  }

  @Test
  void aKeyThatIsNotThereIsWatchedAboveAndOneThatIsDeniedIsUnseen() {
    ScriptedRegistry registry = new ScriptedRegistry().key("HKEY_LOCAL_MACHINE\\SOFTWARE").key(RUN);
    RegistryPlaces places = new RegistryPlaces(registry);
    places.look("value-command", "HKLM\\SOFTWARE\\a\\b\\c");
    assertEquals(Set.of("HKEY_LOCAL_MACHINE\\SOFTWARE"), places.watched());
    registry.deny(RUN);
    places.look("value-command", "HKLM\\SOFTWARE\\Run");
    assertEquals(Set.of(RUN), places.unseen());
  }

  @Test
  void oneWatchWithAllBelowIsEnough() {
    String services = "HKEY_LOCAL_MACHINE\\SYSTEM\\Services";
    RegistryPlaces places =
        new RegistryPlaces(
            new ScriptedRegistry().key(services + "\\a\\Parameters").key(services + "\\b"));
    places.look("service", "HKLM\\SYSTEM\\Services\\*");
    places.look("value-program", "HKLM\\SYSTEM\\Services\\*\\Parameters :: ServiceDll");
    assertEquals(Set.of(services + RegistryPlaces.BELOW), places.watched());
  }

  @Test
  void aServiceIsOnWhenItStartsWithTheSystem() {
    String key = "HKEY_LOCAL_MACHINE\\SYSTEM\\Services\\";
    ScriptedRegistry registry =
        new ScriptedRegistry()
            .value(key + "auto", "ImagePath", "C:\\a b\\s.exe -k")
            .value(key + "auto", "Start", "2")
            .value(key + "auto", "ObjectName", "LocalSystem")
            .value(key + "manual", "ImagePath", "m.exe")
            .value(key + "manual", "Start", "3")
            .value(key + "data", "Start", "1");
    assertEquals(
        List.of(
            Line.windows("auto", "LocalSystem", "C:\\a b\\s.exe -k"),
            Line.windows("manual", "", "m.exe").enabled(false)),
        lines(registry, "service", "HKLM\\SYSTEM\\Services\\*"));
  }

  @Test
  void aTaskWithoutDescriptorIsSaidToHide() {
    String tree = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Tree";
    ScriptedRegistry registry =
        new ScriptedRegistry()
            .value(tree + "\\Folder\\Open", "Id", "{1}")
            .value(tree + "\\Folder\\Open", "SD", "0100")
            .value(tree + "\\Folder\\Hides", "Id", "{2}");
    List<Line> lines = lines(registry, "task-key", "HKLM\\SOFTWARE\\Tree\\**");
    assertEquals(List.of("Hides", "Open"), lines.stream().map(Line::name).toList());
    assertEquals("{1}", lines.get(1).command());
    assertTrue(lines.get(0).command().contains("hidden"));
  }

  @Test
  void whatIsInstalledIsToldByItsNameVersionAndMaker() {
    ScriptedRegistry registry =
        new ScriptedRegistry()
            .value(RUN + "\\{x}", "DisplayName", "Tool")
            .value(RUN + "\\{x}", "DisplayVersion", "1.2")
            .value(RUN + "\\{x}", "Publisher", "北方")
            .value(RUN + "\\{y}", "SystemComponent", "1");
    assertEquals(
        List.of(Line.fact("Tool", "", "1.2 北方")),
        lines(registry, "installed", "HKLM\\SOFTWARE\\Run\\*"));
  }

  // -- tasks -----------------------------------------------------------------------------------

  private static final String TASK =
      """
      <?xml version="1.0" encoding="UTF-16"?>
      <Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
        <Triggers>%s</Triggers>
        <Principals><Principal id="a"><UserId>S-1-5-18</UserId></Principal></Principals>
        <Settings><Enabled>%s</Enabled></Settings>
        <Actions Context="a">
          <Exec><Command>C:\\Program Files\\u p\\u.exe</Command><Arguments>-q 1</Arguments></Exec>
          <ComHandler><ClassId>{A}</ClassId></ComHandler>
        </Actions>
      </Task>
      """;

  private static List<Line> task(String text) {
    return Formats.read("task", new Source("C:\\Tasks\\Upd", text, "", "", ""));
  }

  @Test
  void aTaskTellsItsCommandsAndWhetherTheyRun() {
    String command = "\"C:\\Program Files\\u p\\u.exe\" -q 1";
    List<Line> on = task("\uFEFF" + TASK.formatted("<LogonTrigger/>", "true"));
    assertEquals(
        List.of(
            Line.windows("Upd", "S-1-5-18", command), Line.fact("Upd #2", "S-1-5-18", "COM {A}")),
        on);
    assertEquals("C:\\Program Files\\u p\\u.exe", on.get(0).program());
    assertFalse(task(TASK.formatted("<LogonTrigger/>", "false")).get(0).enabled());
    assertFalse(task(TASK.formatted("", "true")).get(0).enabled());
  }

  @Test
  void whatIsNoTaskIsSaidToBeNone() {
    for (String text :
        List.of(
            "",
            "not XML",
            "<Task>",
            "<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Task>&x;</Task>")) {
      assertEquals(List.of(Line.whole("Upd (not a task)")), task(text));
    }
  }

  // -- shortcuts -------------------------------------------------------------------------------

  /** By MS-SHLLINK: header, maybe a list, where the target is, and the texts. */
  private static byte[] shortcut(String target, String arguments, boolean wide) {
    ByteBuffer all = ByteBuffer.allocate(2_000).order(ByteOrder.LITTLE_ENDIAN);
    all.putInt(0x4c).putInt(0x00021401).putLong(0x46000000000000c0L).position(20);
    all.putInt(0x1 | 0x2 | 0x20 | 0x80).position(0x4c);
    all.putShort((short) 6).put(new byte[6]);
    Charset charset = wide ? UTF_16LE : Charset.forName("GB18030");
    byte[] path = target.getBytes(charset);
    int head = wide ? 0x24 : 0x1c;
    int info = all.position();
    all.putInt(head + path.length + 4).putInt(head).putInt(1).putInt(0);
    all.putInt(wide ? 0 : head).putInt(0).putInt(0);
    if (wide) {
      all.putInt(head).putInt(0);
    }
    all.put(path).put(new byte[4]).position(info + head + path.length + 4);
    all.putShort((short) arguments.length()).put(arguments.getBytes(UTF_16LE));
    return Arrays.copyOf(all.array(), all.position());
  }

  @Test
  void aShortcutTellsWhereItLeadsInEitherWriting() {
    for (boolean wide : List.of(true, false)) {
      assertEquals(
          Optional.of(new Shortcut("C:\\工具\\a.exe", "-隐藏")),
          Shortcut.of(shortcut("C:\\工具\\a.exe", "-隐藏", wide)));
    }
  }

  @Test
  void aStartupFileIsAShortcutOrAProgram() {
    String text = new String(shortcut("C:\\a b\\c.exe", "/x", true), ISO_8859_1);
    Line line = Formats.read("startup", new Source("C:\\s\\c.lnk", text, "", "", "")).get(0);
    assertEquals("\"C:\\a b\\c.exe\" /x", line.command());
    assertEquals("C:\\a b\\c.exe", line.program());
    assertEquals(
        List.of(Line.program("d.exe", "C:\\s\\d.exe")),
        Formats.read("startup", new Source("C:\\s\\d.exe", "MZ", "", "", "")));
    assertEquals(
        List.of(), Formats.read("startup", new Source("C:\\s\\desktop.ini", "[x]", "", "", "")));
  }

  @Test
  void aDamagedShortcutNeverFails() {
    Random random = new Random(9);
    byte[] whole = shortcut("C:\\工具\\a.exe", "-x", true);
    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      for (int j = 0; j < 4 && damaged.length > 30; j++) {
        damaged[20 + random.nextInt(damaged.length - 20)] = (byte) random.nextInt(256);
      }
      assertTrue(Shortcut.of(damaged).map(s -> s.target().length() < 4_000).orElse(true));
    }
    assertEquals(Optional.empty(), Shortcut.of(new ByteArrayOutputStream().toByteArray()));
  }
}
