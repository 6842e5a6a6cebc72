package io.waybillguard.agent.event;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcessRefTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/bin/sh",
        "/usr/bin/make",
        "C:\\Windows\\System32\\cmd.exe",
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.EXE"
      })
  void aShellIsKnownByItsNameOnEverySystem(String executable) {
    assertTrue(ProcessRef.isShell(executable));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/usr/bin/gnome-shell", "/home/sh/app", "C:\\cmd.exe\\app.exe"})
  void whatOnlyLooksLikeOneIsNone(String executable) {
    assertFalse(ProcessRef.isShell(executable));
  }
}
