package io.waybillguard.agent.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * What the steps of an installation said, in {@code logs/setup.log}: an installer that is rolled
 * out has no screen.
 */
final class SetupLog {
  private SetupLog() {}

  static Path file(Home home) {
    return home.logs().resolve("setup.log");
  }

  /** From now on what this process says is kept there as well. */
  static void begin(Call call, String step) throws IOException {
    Files.createDirectories(call.home().logs());
    OutputStream log =
        Files.newOutputStream(
            file(call.home()), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
    log.write(
        (now + " waybill-guard " + Version.current() + " " + step + "\n")
            .getBytes(StandardCharsets.UTF_8));
    call.terminal().copyTo(log);
  }
}
