package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.HostFacts;
import io.waybillguard.agent.platform.ServiceLife;
import io.waybillguard.agent.platform.SystemEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the Windows, or Wine, that runs this tells of itself. */
@EnabledOnOs(OS.WINDOWS)
final class WindowsHereTest {
  @Test
  void the_machine_tells_its_name_its_version_and_how_long_it_is_up() throws IOException {
    HostFacts facts = new WindowsHost().facts();
    assertFalse(facts.hostname().isBlank());
    assertEquals(HostFacts.WINDOWS, facts.osTypeId());
    assertTrue(facts.osName().contains("Windows"), facts.osName());
    assertTrue(facts.osVersion().matches("\\d+\\.\\d+\\.\\d+"), facts.osVersion());
    assertTrue(WindowsVersion.of(Libraries.HERE).isAtLeast(6, 1));
    assertTrue(facts.uptime().toMillis() > 0);
  }

  @Test
  void rights_can_be_asked_for() throws IOException {
    for (String missing : new WindowsRights().missing()) {
      assertTrue(
          List.of("elevation", "SeDebugPrivilege", "SeBackupPrivilege", "SeSecurityPrivilege")
              .contains(missing),
          missing);
    }
  }

  @Test
  void a_program_that_no_manager_started_is_no_service() throws Exception {
    ServiceLife.Work never =
        new ServiceLife.Work() {
          @Override
          public int run(Runnable running) {
            throw new AssertionError("nobody asked for it");
          }

          @Override
          public void askToEnd(String why) {
            throw new AssertionError("nobody asked for it");
          }
        };
    assertEquals(
        OptionalInt.empty(),
        new WindowsServiceLife(new SystemEvents()).live("WaybillGuardContract", never));
  }

  @Test
  void a_folder_that_is_kept_to_administrators_can_still_be_used_by_one(@TempDir Path top)
      throws IOException {
    Path folder = Files.createDirectory(top.resolve("面单 资料"));
    new AccessLists(Libraries.HERE).keepToAdministrators(folder);
    Files.writeString(folder.resolve("file"), "x");
    assertEquals("x", Files.readString(folder.resolve("file")));
  }

  @Test
  void a_failure_names_what_was_to_be_done_and_the_systems_word() {
    String told = String.valueOf(Win32.failure("OpenX", "cannot open X", 2).getMessage());
    assertTrue(told.startsWith("cannot open X: "), told);
    assertTrue(told.endsWith("(OpenX, error 2)"), told);
  }
}
