package io.waybillguard.agent.app;

import io.waybillguard.agent.evidence.LogReader;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The evidence log of a home, beside the agent that may be writing it. */
final class LocalLog {
  private LocalLog() {}

  /**
   * Opens it for reading.
   *
   * @throws Refusal if there is none yet
   * @throws AccessDeniedException if this user may not read it
   */
  static LogReader open(Home home) throws IOException, Refusal {
    checkReadable(home.data());
    try {
      return LogReader.open(home.data());
    } catch (NoSuchFileException e) {
      throw new Refusal(e, Exit.FAILED, "log.none", home.shown(home.data()));
    }
  }

  /**
   * Refuses a data folder that this user may not look into. Without asking, it would seem empty.
   */
  static void checkReadable(Path data) throws AccessDeniedException {
    if (Files.exists(data) && !(Files.isReadable(data) && Files.isExecutable(data))) {
      throw new AccessDeniedException(data.toString());
    }
  }
}
