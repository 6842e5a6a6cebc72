package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.jna.platform.win32.Kernel32;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The system's own traces. Wine begins sessions that cannot be read, and refuses at that. */
@EnabledOnOs(OS.WINDOWS)
final class EventTracingTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @Test
  void aTraceTellsOfAProgramThatIsStartedOrSaysWhyItCannot() throws Exception {
    try (TraceSession session =
        TraceSession.begin(
            new EventTracing(Libraries.HERE), TraceSource.STARTS, InstantSource.system())) {
      Path java = Path.of(System.getProperty("java.home"), "bin", "java.exe");
      long pid = new ProcessBuilder(java.toString(), "-version").start().pid();
      Instant end = Instant.now().plus(LONG);
      while (Instant.now().isBefore(end)) {
        for (TraceEvent event : session.take()) {
          ProcessStart start = ProcessStart.of(event).orElseThrow();
          if (start.pid() == pid) {
            assertEquals(
                java.toRealPath(),
                Path.of(DevicePaths.of(Libraries.HERE).plain(start.image())).toRealPath());
            return;
          }
        }
      }
      fail("the trace goes on and did not tell of process " + pid);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      assertTrue(why.contains("WaybillGuard-Starts"), why);
    }
  }

  @Test
  void theDriveOfThisRuntimeIsFoundByItsDevice() {
    String home = System.getProperty("java.home");
    String drive = home.substring(0, 2);
    char[] device = new char[1_024];
    int length = Kernel32.INSTANCE.QueryDosDevice(drive, device, device.length);
    String name = new String(device, 0, length).split("\0")[0];
    assertEquals("x.exe", DevicePaths.name(DevicePaths.of(Libraries.HERE).plain(name + "\\x.exe")));
    assertTrue(
        DevicePaths.of(Libraries.HERE).plain(name + "\\x.exe").matches("[A-Z]:\\\\x\\.exe"), name);
  }
}
