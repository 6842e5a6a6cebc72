package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HomeTest {
  @Test
  void aNamedHomeHoldsEverything() {
    Home home = Home.at(Path.of("/srv/desk"));
    assertEquals(Path.of("/srv/desk/config/agent.yaml"), home.configFile());
    assertEquals(Path.of("/srv/desk/data"), home.data());
    assertEquals(Path.of("/srv/desk/logs"), home.logs());
    assertEquals("config/agent.yaml", home.shown(home.configFile()));
  }

  @Test
  void anInstalledAgentLivesWhereTheSystemKeepsSuchThings() {
    Home home = Home.ofSystem(false, Map.of());
    assertEquals(Path.of("/etc/waybill-guard/agent.yaml"), home.configFile());
    assertEquals(Path.of("/var/lib/waybill-guard"), home.data());
    assertEquals(Path.of("/var/log/waybill-guard"), home.logs());
    assertEquals("/etc/waybill-guard/agent.yaml", home.shown(home.configFile()));
  }

  @Test
  void onWindowsItIsOneFolderOfProgramData() {
    Home home = Home.ofSystem(true, Map.of("ProgramData", "D:/ProgramData"));
    assertEquals(Path.of("D:/ProgramData/WaybillGuard/data"), home.data());
  }
}
