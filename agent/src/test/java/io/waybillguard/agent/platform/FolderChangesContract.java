package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link FolderChanges} must do. */
public interface FolderChangesContract {
  Duration LONG = Duration.ofSeconds(30);
  Duration SHORT = Duration.ofMillis(50);

  FolderChanges folders();

  /** Somebody writes a file. */
  void write(Path file) throws IOException;

  /** Somebody removes a file. */
  void remove(Path file) throws IOException;

  private List<FolderChanges.Change> changes() throws IOException {
    List<FolderChanges.Change> all = new ArrayList<>();
    FolderChanges.Changes some = folders().await(LONG);
    while (!some.seen().isEmpty()) {
      all.addAll(some.seen());
      some = folders().await(SHORT);
    }
    return all;
  }

  @Test
  default void aFileThatComesAndOneThatGoesAreToldByFolderAndName(@TempDir Path folder)
      throws Exception {
    folders().open();
    assertEquals(List.of(), folders().watch(List.of(folder)));
    write(folder.resolve("新.service"));
    assertTrue(changes().contains(new FolderChanges.Change(folder, "新.service")));
    remove(folder.resolve("新.service"));
    assertTrue(changes().contains(new FolderChanges.Change(folder, "新.service")));
    folders().close();
  }

  @Test
  default void onlyTheFoldersNamedLastAreWatched(@TempDir Path folder) throws Exception {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    folders().open();
    folders().watch(List.of(one, two));
    folders().watch(List.of(two));
    write(one.resolve("x"));
    write(two.resolve("y"));
    List<FolderChanges.Change> seen = changes();
    assertTrue(seen.contains(new FolderChanges.Change(two, "y")), seen::toString);
    assertFalse(seen.contains(new FolderChanges.Change(one, "x")), seen::toString);
    folders().close();
  }

  @Test
  default void aFolderThatIsNotThereIsGivenBack(@TempDir Path folder) throws Exception {
    folders().open();
    Path missing = folder.resolve("missing");
    assertEquals(List.of(missing), folders().watch(List.of(folder, missing)));
    folders().close();
  }

  @Test
  default void nothingIsToldWhenPatienceEnds(@TempDir Path folder) throws Exception {
    folders().open();
    folders().watch(List.of(folder));
    assertEquals(
        FolderChanges.Changes.NONE, assertTimeoutPreemptively(LONG, () -> folders().await(SHORT)));
    folders().close();
  }

  @Test
  default void aCallEndsTheWait(@TempDir Path folder) throws Exception {
    folders().open();
    folders().watch(List.of(folder));
    CompletableFuture<FolderChanges.Changes> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return folders().await(LONG);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    while (!waiting.isDone()) {
      folders().wake(); // it may not have begun to wait
      Thread.onSpinWait();
    }
    assertEquals(FolderChanges.Changes.NONE, waiting.get(1, TimeUnit.SECONDS));
    folders().close();
  }

  @Test
  default void itMayBeClosedTwiceAndBeforeItIsOpened() throws Exception {
    folders().close();
    folders().wake();
    folders().open();
    folders().close();
    folders().close();
    folders().wake();
  }
}
