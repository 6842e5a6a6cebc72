package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UnusualPlacesTest {
  private static final UnusualPlaces PLACES =
      new UnusualPlaces(
          List.of(
              new UnusualPlaces.Start("/tmp/", "open_to_all"),
              new UnusualPlaces.Start("/usr/share/fonts/", "decoration")),
          Map.of("Trash", "trash"),
          List.of("/usr/", "/bin/"),
          List.of("/home/", "/usr/local/"),
          Set.of("kworker*", "sshd", "systemd-*"));

  @ParameterizedTest
  @CsvSource({
    "/home/courier/.cache/.x/upd, dot_name",
    "/home/courier/.upd, dot_name",
    "/tmp/a/b/upd, open_to_all",
    "/usr/share/fonts/upd, decoration",
    "/home/courier/.local/share/Trash/files/a, trash",
    "'/opt/   /upd', blank_name",
    "/opt/..., blank_name",
    "/opt/　/upd, blank_name",
    "/opt/kworker-u8, system_name",
    "/home/courier/sshd, system_name",
    "/var/systemd-update, system_name",
    "'/usr/bin/sshd ', deceptive_name",
    "/usr/bin/\u0455shd, deceptive_name",
    "/usr/bin/ss\u200Bhd, deceptive_name",
    "/home/courier/运单\u202Efdp.exe, deceptive_name"
  })
  void whatIsUnusualIsSaidInAWord(String path, String word) {
    assertEquals(word, PLACES.of(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/bin/ls",
        "/usr/sbin/sshd",
        "/home/courier/Downloads/setup.exe",
        "/home/courier/扫描工具",
        "/home/courier/работа",
        "/opt/scanner 2/bin/scan",
        "/home/courier/a.b/c",
        "/tmpfiles/x"
      })
  void whatLiesOpenIsNot(String path) {
    assertEquals("", PLACES.of(path));
  }

  @Test
  void placesOfPeopleAreToldFromThoseOfTheSystem() {
    assertTrue(PLACES.isUsers("/usr/local/bin/x"));
    assertFalse(PLACES.isUsers("/usr/bin/x"));
  }

  @Test
  void onWindowsTheCaseOfANameSaysNothing() {
    UnusualPlaces windows =
        new UnusualPlaces(
            List.of(new UnusualPlaces.Start("/Users/Public/", "open_to_all")),
            Map.of("$RECYCLE.BIN", "trash"),
            List.of("/Windows/"),
            List.of(),
            Set.of("svchost.exe"));
    assertEquals("open_to_all", windows.of("/users/PUBLIC/a.exe", true));
    assertEquals("trash", windows.of("/$Recycle.Bin/S-1/a.exe", true));
    assertEquals("system_name", windows.of("/ProgramData/SvcHost.EXE", true));
    assertEquals("", windows.of("/WINDOWS/system32/svchost.exe", true));
    assertEquals("", windows.of("/users/PUBLIC/a.exe"));
  }

  @Test
  void theMarkOfADownloadTellsItsHost() {
    assertEquals(
        "dl.example",
        WebOrigin.zoneHost(
            "[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://ref.example/\r\n"
                + "HostUrl=https://dl.example/x?name=1"));
    assertEquals(
        "ref.example",
        WebOrigin.zoneHost(
            "[ZoneTransfer]\nReferrerUrl=http://ref.example/\nHostUrl=about:internet"));
    assertEquals("", WebOrigin.zoneHost("[ZoneTransfer]\r\nZoneId=3\r\n"));
    assertEquals("", WebOrigin.zoneHost("\0\0"));
  }
}
