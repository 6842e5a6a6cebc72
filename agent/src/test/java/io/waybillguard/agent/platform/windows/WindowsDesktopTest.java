package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybillguard.agent.platform.Desktop.Seat;
import io.waybillguard.agent.platform.ScriptedRegistry;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The screen's session of the Windows, or Wine, that runs this. */
final class WindowsDesktopTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String LINE = "面单卫士\t提示\n";
  private static final String ANSWER = System.getenv("USERNAME") + " " + LINE;

  @Test
  void the_language_is_the_one_that_the_person_chose_before_that_of_the_machine() {
    ScriptedRegistry hive = new ScriptedRegistry();
    hive.value("HKEY_USERS\\S-1\\Control Panel\\International", "LocaleName", "de-DE");
    assertEquals("de-DE", WindowsDesktop.language(hive, "HKEY_USERS\\S-1"));
    hive.value(
        "HKEY_USERS\\S-1\\Control Panel\\Desktop\\MuiCached",
        "MachinePreferredUILanguages",
        "zh-CN\nen-US");
    assertEquals("zh-CN", WindowsDesktop.language(hive, "HKEY_USERS\\S-1"));
    hive.value("HKEY_USERS\\S-1\\Control Panel\\Desktop", "PreferredUILanguages", "en-US");
    assertEquals("en-US", WindowsDesktop.language(hive, "HKEY_USERS\\S-1"));
    assertEquals(
        System.getProperty("user.language"), WindowsDesktop.language(hive, "HKEY_USERS\\S-2"));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void somebody_is_at_the_screen_and_has_a_language() throws IOException {
    Seat seat = new WindowsDesktop().seats().get(0);
    assertEquals(System.getProperty("user.name"), seat.user());
    assertFalse(seat.environment().getOrDefault("LANG", "").isEmpty());
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_program_in_the_persons_session_hears_and_answers_by_its_own_pipes() throws Exception {
    Process program = inSession("PipeEcho");
    assertTrue(program.isAlive());
    assertThrows(IllegalThreadStateException.class, program::exitValue);
    // It has not opened its end yet: what is said is kept until then.
    program.getOutputStream().write(LINE.getBytes(StandardCharsets.UTF_8));
    assertEquals(ANSWER, heard(program));
    assertEquals(0, program.getInputStream().available());
    program.destroy();
    assertFalse(program.isAlive());
    assertEquals(Optional.empty(), ProcessHandle.of(program.pid()).filter(ProcessHandle::isAlive));
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_program_whose_agent_is_gone_sees_the_end_of_its_input() throws Exception {
    try (PersonsToken person = token()) {
      PersonsProgram program =
          PersonsProgram.start(Libraries.HERE, person, command("PipeEcho"), "C:\\");
      program.getOutputStream().write(LINE.getBytes(StandardCharsets.UTF_8));
      assertEquals(ANSWER, heard(program));
      program.hangUp();
      assertEquals(PipeEcho.SAW_THE_END, program.waitFor());
      program.destroy();
      assertEquals(PipeEcho.SAW_THE_END, program.exitValue());
    }
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_stranger_who_opens_the_pipe_is_told_nothing() throws Exception {
    try (PersonsToken person = token();
        PrivatePipe pipe = PrivatePipe.of(Libraries.HERE, person.account())) {
      pipe.write(LINE.getBytes(StandardCharsets.UTF_8), 4);
      assertEquals(0, pipe.available(4), "nobody has opened it yet");
      try (InputStream stranger = new FileInputStream(pipe.name())) {
        IOException refused = assertThrows(IOException.class, () -> pipe.available(4));
        assertTrue(refused.toString().endsWith("was meant for process 4"), refused.toString());
        assertEquals(0, stranger.available());
      }
    }
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void by_hand_a_program_is_started_as_any_other() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java.exe");
    Process program = WindowsDesktop.direct(List.of(java.toString(), "-version"));
    assertEquals(0, program.waitFor());
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void a_program_that_is_not_there_is_a_failure_with_the_systems_word() throws Exception {
    try (PersonsToken person = token()) {
      IOException e =
          assertThrows(
              IOException.class,
              () ->
                  PersonsProgram.start(
                      Libraries.HERE, person, List.of("C:\\no\\such.exe"), "C:\\"));
      assertTrue(e.toString().contains("cannot start a program for the person"), e.toString());
      assertTrue(e.toString().contains("error "), e.toString());
    }
    assertThrows(
        IOException.class,
        () ->
            new WindowsDesktop()
                .start(new Seat("9999", "nobody", 0, Map.of()), List.of("C:\\no\\such.exe")));
  }

  private static PersonsToken token() throws IOException {
    Optional<PersonsToken> token =
        PersonsToken.of(Libraries.HERE, new Sessions(Libraries.HERE).atConsole().orElseThrow());
    assumeTrue(token.isPresent(), "Windows gives a person's token to LocalSystem only");
    return token.orElseThrow();
  }

  private static Process inSession(String name) throws IOException {
    try (PersonsToken person = token()) {
      return PersonsProgram.start(Libraries.HERE, person, command(name), "C:\\");
    }
  }

  private static List<String> command(String name) throws IOException {
    Path classes;
    try {
      classes = Path.of(PipeEcho.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        classes.toString(),
        "io.waybillguard.agent.platform.windows." + name);
  }

  private static String heard(Process program) throws Exception {
    int bytes = ANSWER.getBytes(StandardCharsets.UTF_8).length;
    Instant end = Instant.now().plus(PATIENCE);
    InputStream in = program.getInputStream();
    while (in.available() < bytes && Instant.now().isBefore(end)) {
      assertFalse(program.waitFor(20, TimeUnit.MILLISECONDS), "it ended");
    }
    return new String(in.readNBytes(in.available()), StandardCharsets.UTF_8);
  }
}
