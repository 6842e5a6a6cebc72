package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.windows.TestRunKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a hunt looks at on the Windows, or Wine, that runs this. */
@EnabledOnOs(OS.WINDOWS)
final class HuntGroundOnWindowsTest {
  private final HuntGround ground = new HuntGround(InstantSource.system());

  @Test
  void every_drive_with_a_medium_is_looked_at_and_no_ordinary_folder_leads_away(@TempDir Path here)
      throws IOException {
    assertEquals("windows", ground.system());
    assertTrue(ground.roots().contains(Path.of("C:\\")), ground.roots()::toString);
    assertFalse(ground.elsewhere().test(here));
    assertFalse(ground.elsewhere().test(here.resolve("not there")));
  }

  @Test
  void what_the_registry_starts_is_there() throws IOException {
    try (TestRunKey key = new TestRunKey("HuntedFor")) {
      key.set("C:\\x\\hunted.exe -q");
      assertTrue(
          ground.autostarts().stream()
              .anyMatch(e -> e.name().equals("HuntedFor") && e.command().contains("hunted.exe")),
          () -> "no HuntedFor");
    }
  }

  @Test
  void a_program_has_a_signer_and_a_text_has_none(@TempDir Path here) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java.exe");
    assertTrue(ground.signer(java).contains("Eclipse"), ground.signer(java));
    assertEquals("", ground.signer(Files.writeString(here.resolve("a.txt"), "MZ")));
    assertEquals("", ground.signer(here.resolve("none.exe")));
  }
}
