package io.waybillguard.agent.sense.usb;

import io.waybillguard.agent.platform.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Until when this agent watched, in a file of one line. It is written once a minute: after an end
 * without warning, what came in the last minute is told twice at most.
 */
final class Watched {
  private static final Logger LOG = LoggerFactory.getLogger(Watched.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  private final Path file;
  private Instant written = Instant.MIN;

  /**
   * @param file in a folder that exists
   */
  Watched(Path file) {
    this.file = file;
  }

  /**
   * Until when; empty when it never watched, or that is not known any more.
   *
   * @throws IOException if it cannot be read
   */
  Optional<Instant> until() throws IOException {
    try {
      return Optional.of(Instant.parse(Files.readString(file, StandardCharsets.UTF_8).strip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DateTimeParseException | java.nio.charset.CharacterCodingException e) {
      LOG.warn(
          "{}; what came while nobody watched is not known",
          StateFile.setAside(file, "no time").what());
      return Optional.empty();
    }
  }

  /**
   * It watches now.
   *
   * @throws IOException if that cannot be kept; the last that was is still there
   */
  void now(Instant at) throws IOException {
    if (written.plus(EVERY).isAfter(at) && !written.isAfter(at)) {
      return;
    }
    end(at);
  }

  /**
   * It watches no longer.
   *
   * @throws IOException as {@link #now}
   */
  void end(Instant at) throws IOException {
    written = at;
    StateFile.replace(file, (at + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
