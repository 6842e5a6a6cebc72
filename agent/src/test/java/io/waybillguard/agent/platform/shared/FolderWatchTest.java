package io.waybillguard.agent.platform.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileActivityContract;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real watch service of this system. */
final class FolderWatchTest implements FileActivityContract {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir private Path root;
  private final List<FolderTree.Root> places = new ArrayList<>();
  private FolderWatch files;

  @BeforeEach
  void open() throws IOException {
    root = root.toRealPath();
    places.add(new FolderTree.Root(Files.createDirectory(root.resolve("place")), 3));
    files = new FolderWatch(() -> List.copyOf(places), "why", InstantSource.system());
  }

  @AfterEach
  void close() {
    files.close();
  }

  @Override
  public FileActivity files() {
    return files;
  }

  @Override
  public Path watched() {
    return root.resolve("place");
  }

  /** This adapter tells of this process too: it cannot know who wrote. */
  @Override
  public void write(Path file) throws IOException {
    Files.writeString(file, "x");
  }

  @Test
  void itSaysPlainlyWhatItCannotSee() throws IOException {
    FileActivity.View view = files.open();
    assertTrue(view.reduced());
    for (String word : List.of("1 folders", "who wrote", "started", "every other folder", "why")) {
      assertTrue(view.detail().contains(word), view::detail);
    }
  }

  @Test
  void aFileThatWasLeftAloneIsToldOnceByNobodyKnown() throws IOException {
    files.open();
    Path file = Files.writeString(root.resolve("place/tool"), "#!/bin/sh\n");
    List<FileEvent> told = awaitWritten(file);
    assertEquals(List.of(new FileEvent.Written(file, ProcessFacts.UNKNOWN)), told);
  }

  @Test
  void aNewFolderIsWatchedTogetherWithWhatCameIntoItMeanwhile() throws IOException {
    files.open();
    Path folder = Files.createDirectories(root.resolve("place/.cache/.x"));
    Path early = Files.writeString(folder.resolve("early"), "x");
    awaitWritten(early);
    awaitWritten(Files.writeString(folder.resolve("late"), "x"));
  }

  @Test
  void whatWasThereBeforeIsNotTold() throws IOException {
    Path before = Files.writeString(root.resolve("place/before"), "x");
    files.open();
    Path after = Files.writeString(root.resolve("place/after"), "x");
    assertFalse(awaitWritten(after).contains(new FileEvent.Written(before, ProcessFacts.UNKNOWN)));
  }

  @Test
  void aBurstThatTheSystemDidNotKeepIsSaidAndLookedOverAgain() throws IOException {
    files.open();
    List<Path> many = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) { // the runtime keeps 512 events a folder
      many.add(Files.writeString(root.resolve("place/f" + i), "x"));
    }
    List<FileEvent> told = new ArrayList<>();
    Instant end = Instant.now().plus(DEADLINE);
    while (!written(told).containsAll(many) && Instant.now().isBefore(end)) {
      told.addAll(files.await(Duration.ofMillis(200)));
    }
    assertTrue(written(told).containsAll(many), () -> written(told).size() + " of 3000");
    assertTrue(
        told.stream()
            .anyMatch(
                e -> e instanceof FileEvent.Lost l && l.folder().equals(root.resolve("place"))));
  }

  @Test
  void aNewPlaceIsWatchedFromThenOn() throws IOException {
    files.open();
    Path medium = Files.createDirectory(root.resolve("medium"));
    places.add(new FolderTree.Root(medium, 1));
    assertTrue(files.await(Duration.ZERO).contains(new FileEvent.VolumesChanged()));
    awaitWritten(Files.writeString(medium.resolve("tool"), "x"));
  }

  @Test
  void aFolderThatIsDeletedIsNoTrouble() throws IOException {
    Path gone = Files.createDirectory(root.resolve("place/gone"));
    files.open();
    Files.delete(gone);
    awaitWritten(Files.writeString(root.resolve("place/tool"), "x"));
  }

  /** As root every folder may be entered, so this can be tried by others only. */
  @Test
  void aFolderThatMayNotBeEnteredIsCountedAndTheOthersAreWatched() throws IOException {
    Path closed = Files.createDirectory(root.resolve("place/closed"));
    Assumptions.assumeTrue(
        closed.toFile().setReadable(false) && !Files.isReadable(closed),
        "SKIPPED: this account may enter every folder (root)");
    assertTrue(files.open().detail().contains("1 may not be entered"));
    awaitWritten(Files.writeString(root.resolve("place/tool"), "x"));
  }

  @Test
  void noPlaceAtAllIsAnErrorThatNamesThem() {
    places.clear();
    places.add(new FolderTree.Root(root.resolve("nowhere"), 1));
    IOException e = assertThrows(IOException.class, () -> files.open());
    assertTrue(e.toString().contains("nowhere"), e::toString);
  }

  @Test
  void aWaitEndsWhenItIsCalledAndNothingElseIsInterrupted() throws Exception {
    files.open();
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                files.await(DEADLINE);
                return Thread.currentThread().isInterrupted();
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    boolean isOver = false;
    while (!isOver) {
      files.wake();
      // Not at once again: who calls without a pause keeps the one that is called from its lock.
      isOver = isDone(waiting);
    }
    assertFalse(waiting.get(1, TimeUnit.SECONDS));
  }

  private static boolean isDone(CompletableFuture<Boolean> waiting) throws Exception {
    try {
      boolean unused = waiting.get(20, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  @Test
  void aFileWhoseTimeWasSetBackIsStillSeenToHaveChanged() throws IOException {
    Path folder = Files.createDirectory(root.resolve("folder"));
    Instant before = Instant.now().minusSeconds(1);
    Path file = Files.writeString(folder.resolve("tool"), "x");
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    Instant made = ((FileTime) Files.getAttribute(file, "creationTime")).toInstant();
    Assumptions.assumeTrue(
        file.getFileSystem().supportedFileAttributeViews().contains("unix")
            || !made.equals(Instant.EPOCH),
        "SKIPPED: here the time at which a file was made goes back with the other (Wine)");
    assertEquals(List.of(file), FolderTree.changedSince(folder, before));
    assertEquals(List.of(), FolderTree.changedSince(folder, Instant.now().plusSeconds(60)));
  }

  @Test
  void foldersAreListedWithinTheirBounds() throws IOException {
    Files.createDirectories(root.resolve("a/b/c/d"));
    Files.createSymbolicLink(root.resolve("a/link"), root.resolve("place"));
    assertEquals(
        List.of(root.resolve("a"), root.resolve("a/b"), root.resolve("a/b/c")),
        FolderTree.below(new FolderTree.Root(root.resolve("a"), 3), 100).stream()
            .map(FolderTree.Root::folder)
            .toList());
    assertEquals(2, FolderTree.below(new FolderTree.Root(root.resolve("a"), 3), 2).size());
  }

  /** Everything told until the file was. */
  private List<FileEvent> awaitWritten(Path file) throws IOException {
    List<FileEvent> told = new ArrayList<>();
    Instant end = Instant.now().plus(DEADLINE);
    while (Instant.now().isBefore(end)) {
      told.addAll(files.await(Duration.ofMillis(200)));
      if (written(told).contains(file)) {
        return told;
      }
    }
    return fail(file + " is not among " + told);
  }

  private static List<Path> written(List<FileEvent> told) {
    return told.stream()
        .filter(FileEvent.Written.class::isInstance)
        .map(e -> ((FileEvent.Written) e).file())
        .toList();
  }
}
