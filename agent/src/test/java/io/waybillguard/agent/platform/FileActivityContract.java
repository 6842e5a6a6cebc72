package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link FileActivity} must do, the real ones and those that tests use for them. */
public interface FileActivityContract {
  Duration LONG = Duration.ofSeconds(60);

  /** The adapter, not yet open, or open already. */
  FileActivity files();

  /** A folder that it watches. */
  Path watched();

  /** Has a program other than this one write a file there. */
  void write(Path file) throws Exception;

  @Test
  default void aFileThatAnotherProgramWroteIsToldByItsPath() throws Exception {
    files().open();
    Path file = watched().resolve("written by another");
    write(file);
    List<FileEvent> told = new ArrayList<>();
    Instant end = Instant.now().plus(LONG);
    while (!isTold(file, told) && Instant.now().isBefore(end)) {
      told.addAll(files().await(Duration.ofMillis(100)));
    }
    assertTrue(isTold(file, told), told::toString);
  }

  @Test
  default void openedAgainItSeesAgain() throws Exception {
    files().open();
    files().close();
    files().close();
    files().wake();
    assertThrows(IllegalStateException.class, () -> files().await(Duration.ZERO));
    aFileThatAnotherProgramWroteIsToldByItsPath();
  }

  @Test
  default void aWaitEndsWithPatience() throws Exception {
    files().open();
    assertTimeoutPreemptively(LONG, () -> files().await(Duration.ofMillis(20)));
  }

  @Test
  default void aWaitEndsWhenItIsCalled() throws Exception {
    files().open();
    CompletableFuture<List<FileEvent>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return files().await(LONG);
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    while (!waiting.isDone()) {
      files().wake(); // it may not have begun to wait
      Thread.onSpinWait();
    }
    waiting.get(1, TimeUnit.SECONDS);
  }

  @Test
  default void theViewSaysWhatIsLookedAt() throws Exception {
    assertFalse(files().open().detail().isBlank());
  }

  private static boolean isTold(Path file, List<FileEvent> told) {
    return told.stream().anyMatch(e -> e instanceof FileEvent.Written w && w.file().equals(file));
  }
}
