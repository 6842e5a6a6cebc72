package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the watchdog left behind when it ended the last run, for the first record of this one. */
final class LastWords {
  private static final Logger LOG = LoggerFactory.getLogger(LastWords.class);
  private static final int MOST_CHARS = 4_000;

  private final Path file;

  LastWords(Path data) {
    this.file = data.resolve("last-words.txt");
  }

  /**
   * Leaves them. Called when the process is about to be ended: what cannot be written is at least
   * logged.
   */
  void leave(String words) {
    try {
      Files.writeString(file, words);
    } catch (IOException e) {
      LOG.error("no last words could be left in {}", file, e);
    }
  }

  /** Reads them. */
  Optional<String> found() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String words = Files.readString(file);
    return Optional.of(words.length() > MOST_CHARS ? words.substring(0, MOST_CHARS) : words);
  }

  /** Clears them, once they are in the log. */
  void clear() throws IOException {
    Files.deleteIfExists(file);
  }
}
