package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.nio.file.Path;

/** The program that looks at open files, the real one, beside a test. */
public final class LookingProgram {
  private LookingProgram() {}

  /** As the agent starts it, but from the test's class path. */
  public static Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:-PrintWarnings",
            "-cp",
            System.getProperty("java.class.path"),
            "io.waybillguard.agent.app.OpenFilesProgram")
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
