package io.waybillguard.agent.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Has another process write a file, since the agent does not tell of what it does itself. */
final class Tee {
  static final String NAME = "tee";

  private static final long WRITTEN_WITHIN_SECONDS = 10;

  private Tee() {}

  /**
   * Writes it.
   *
   * @return the process that did; it has ended
   * @throws IOException if it cannot be written, or this system has no {@code tee}
   */
  static long write(Path file, byte[] content) throws IOException, InterruptedException {
    Process tee =
        new ProcessBuilder(NAME, file.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (OutputStream in = tee.getOutputStream()) {
      in.write(content);
    }
    if (!tee.waitFor(WRITTEN_WITHIN_SECONDS, TimeUnit.SECONDS)) {
      tee.destroyForcibly();
      throw new IOException(
          "tee did not write " + file + " within " + WRITTEN_WITHIN_SECONDS + " s");
    }
    if (tee.exitValue() != 0) {
      throw new IOException("tee could not write " + file + " (exit code " + tee.exitValue() + ")");
    }
    return tee.pid();
  }
}
