package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a running agent tells the {@code status} command: a small file, written when something
 * changed. Nobody has to listen on a port for it. It is for people and proves nothing.
 */
final class StatusFile implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(StatusFile.class);
  private static final long LOOK_MS = 5_000;

  /** While nothing changes, from one look to the next twice as long, up to the longest wait. */
  private static final int MOST_TIMES = (int) (LONGEST_WAIT.toMillis() / LOOK_MS);

  private final Path file;
  private final Supplier<Json.Obj> status;
  private final Semaphore signal = new Semaphore(0);
  private String written = "";
  private int times = 1;

  StatusFile(Path data, Supplier<Json.Obj> status) {
    this.file = file(data);
    this.status = status;
  }

  private static Path file(Path data) {
    return data.resolve("status.json");
  }

  /**
   * What the running agent last wrote there. Empty when the file is of an earlier run: the new one
   * is just starting.
   */
  static Optional<Json.Obj> ofRunning(Path data) throws IOException {
    Path file = file(data);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Json.Obj told = Json.parse(Files.readAllBytes(file));
      boolean alive =
          ProcessHandle.of(told.number("pid", -1)).map(ProcessHandle::isAlive).orElse(false);
      return alive ? Optional.of(told) : Optional.empty();
    } catch (JsonException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return "status";
  }

  @Override
  public int step() throws Exception {
    String now = status.get().toString();
    boolean changed = !now.equals(written);
    if (changed) {
      Path draft = file.resolveSibling("status.json.new");
      Files.write(draft, now.getBytes(StandardCharsets.UTF_8));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      written = now;
    }
    times = changed ? 1 : Math.min(MOST_TIMES, 2 * times);
    if (signal.tryAcquire(times * LOOK_MS, TimeUnit.MILLISECONDS)) {
      signal.drainPermits();
      times = 1;
    }
    return changed ? 1 : 0;
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("status file {} cannot be written: {}", file, cause.toString());
    return 30_000;
  }

  /** Something happened that may change what is told: looks now, and soon again. */
  @Override
  public void wake() {
    signal.release();
  }
}
