package io.waybillguard.agent.app;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where log lines go. Set before the first logger is made; nothing is opened or created until a
 * first line is written, so a command that logs nothing leaves nothing behind.
 */
final class LogFiles {
  /** System properties for {@link LogLines}, which logback makes by itself. */
  static final String FOLDER = "waybill_guard.logs";

  static final String NAME = "waybill_guard.log";

  private LogFiles() {}

  /**
   * Sends the log of this process to {@code <logs>/<name>.log}, or into the temporary folder where
   * this user may not write there.
   *
   * @param name {@code agent} for the agent itself; other commands must not share its file
   * @return the file
   */
  static Path into(Path logs, String name) {
    Path folder = mayWrite(logs) ? logs : Path.of(System.getProperty("java.io.tmpdir"));
    System.setProperty(FOLDER, folder.toString());
    System.setProperty(NAME, name);
    return folder.resolve(name + ".log");
  }

  private static boolean mayWrite(Path folder) {
    @Nullable Path nearest = folder.toAbsolutePath();
    while (nearest != null && !Files.exists(nearest)) {
      nearest = nearest.getParent();
    }
    return nearest != null && Files.isDirectory(nearest) && Files.isWritable(nearest);
  }
}
