package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HiddenPlacesTest {
  private static final HiddenPlaces PLACES = new HiddenPlaces(ProgramSettings.DEFAULT.openPlaces());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/home/courier/.cache/.x/upd",
        "/home/courier/.upd",
        "/tmp/a/b/upd",
        "/dev/shm/x",
        "/run/user/1000/x",
        "/opt/   /upd",
        "/opt/...",
        "/opt/　/upd"
      })
  void whatNobodyLooksIntoIsHidden(String path) {
    assertTrue(PLACES.hide(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/bin/ls",
        "/home/courier/Downloads/setup.exe",
        "/opt/scanner 2/bin/scan",
        "/home/courier/a.b/c",
        "/tmpfiles/x"
      })
  void whatLiesOpenIsNot(String path) {
    assertFalse(PLACES.hide(path));
  }
}
