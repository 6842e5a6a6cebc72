package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.memory.Recent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which programs were started already, by path and content, so that one that people use all day is
 * recorded once a day with a count, and not at each start. Kept in a small file over restarts.
 *
 * <p>A memory, no evidence: without the file, or with a damaged one, starts are recorded once more.
 * It is written at most every {@link #WRITTEN_EVERY}, so an agent that is killed counts some starts
 * too few. Of more than {@link #REMEMBERED} programs the one that was not started for longest is
 * forgotten.
 */
final class StartMemory {
  private static final Logger LOG = LoggerFactory.getLogger(StartMemory.class);

  static final int REMEMBERED = 4096;
  static final Duration A_DAY = Duration.ofHours(24);
  static final Duration WRITTEN_EVERY = Duration.ofSeconds(30);

  private final Path file;
  private final Map<Program, Count> counts = Recent.byUse(REMEMBERED);
  private @Nullable Instant writtenAt;
  private boolean changed;

  private record Program(String path, String sha256) {}

  /**
   * How often a program was started.
   *
   * @param recorded when that was last recorded
   * @param since how many starts were not recorded since
   */
  private record Count(Instant recorded, long since) {}

  StartMemory(Path file) {
    this.file = file;
    read();
  }

  /**
   * Counts a start.
   *
   * @param sha256 of the program; one without is not remembered
   * @return how many starts a record now stands for, this one included; 0 when there is to be none
   */
  long started(String path, String sha256, Instant now) {
    if (sha256.isEmpty()) {
      return 1;
    }
    Program program = new Program(path, sha256);
    Count before = counts.get(program);
    changed = true;
    // A clock that was set back must not silence a program for longer than a day.
    if (before != null
        && !now.isBefore(before.recorded())
        && now.isBefore(before.recorded().plus(A_DAY))) {
      counts.put(program, new Count(before.recorded(), before.since() + 1));
      return 0;
    }
    counts.put(program, new Count(now, 0));
    return before == null ? 1 : before.since() + 1;
  }

  private void read() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      for (Json.Obj one : Json.parse(Files.readAllBytes(file)).objects("started")) {
        counts.put(
            new Program(one.text("path"), one.text("sha256")),
            new Count(Instant.ofEpochMilli(one.number("recorded", 0)), one.number("since", 0)));
      }
    } catch (IOException | JsonException e) {
      LOG.warn(
          "file={} cannot be read ({}); it is made anew, and programs that were started before are"
              + " recorded once more",
          file,
          e.getMessage());
    }
  }

  /** Writes what changed, unless that was done just now. */
  void writeNowAndThen(Instant now) {
    Instant before = writtenAt;
    if (changed
        && (before == null || now.isBefore(before) || !now.isBefore(before.plus(WRITTEN_EVERY)))) {
      writtenAt = now;
      write();
    }
  }

  /** Writes what changed; a power cut leaves this or what was there. */
  void write() {
    if (!changed) {
      return;
    }
    List<Json.Obj> all = new ArrayList<>();
    counts.forEach(
        (program, count) ->
            all.add(
                Json.object()
                    .put("path", program.path())
                    .put("sha256", program.sha256())
                    .put("recorded", count.recorded().toEpochMilli())
                    .put("since", count.since())));
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(draft, Json.object().put("started", all).canonical());
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      changed = false;
    } catch (IOException e) {
      LOG.warn(
          "file={} cannot be written ({}); after a restart, programs that were started before are"
              + " recorded once more",
          file,
          e.toString());
    }
  }
}
