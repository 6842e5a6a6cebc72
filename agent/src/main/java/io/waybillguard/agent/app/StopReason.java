package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why the agent is told to stop. A signal does not say; whoever sends it leaves a word before, in
 * the file {@code stop-reason} of the folder that systemd makes for the time that the service runs
 * ({@code RUNTIME_DIRECTORY}, systemd.exec(5)). Only root may write there.
 */
final class StopReason {
  static final String SIGNAL = "signal";
  private static final List<String> KNOWN = List.of("shutdown", "upgrade", "uninstall");
  private static final Logger LOG = LoggerFactory.getLogger(StopReason.class);

  private StopReason() {}

  /** The word left, or {@link #SIGNAL} when there is none that is known. */
  static String left(Map<String, String> environment) {
    String folder = environment.getOrDefault("RUNTIME_DIRECTORY", "");
    if (folder.isEmpty()) {
      return SIGNAL;
    }
    Path file = Path.of(folder, "stop-reason");
    try {
      if (!Files.exists(file)) {
        return SIGNAL;
      }
      String word = Files.readString(file).strip();
      if (KNOWN.contains(word)) {
        return word;
      }
      LOG.warn("{} holds no known reason; the last record names none", file);
    } catch (IOException e) {
      LOG.warn("{} cannot be read; the last record names no reason", file, e);
    }
    return SIGNAL;
  }
}
