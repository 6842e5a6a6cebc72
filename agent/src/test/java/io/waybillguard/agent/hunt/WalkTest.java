package io.waybillguard.agent.hunt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every file once, whatever happens in between. */
final class WalkTest {
  @TempDir Path root;

  private List<Path> rest(Optional<Path> after) {
    Walk walk = new Walk(List.of(root), folder -> folder.endsWith("proc"), after);
    List<Path> files = new ArrayList<>();
    Walk.Step step = walk.next();
    while (!step.isOver()) {
      step.file().ifPresent(files::add);
      step = walk.next();
    }
    return files;
  }

  private void make(String... files) throws IOException {
    for (String file : files) {
      Path path = root.resolve(file);
      Files.createDirectories(path.getParent());
      Files.write(path, new byte[] {1});
    }
  }

  @Test
  void aWalkGoesOnAfterAnyFileAndMissesNoneAndTellsNoneTwice() throws Exception {
    Random random = new Random(11);
    for (int i = 0; i < 150; i++) {
      StringBuilder path = new StringBuilder();
      for (int depth = random.nextInt(4); depth >= 0; depth--) {
        path.append("d").append(random.nextInt(3)).append(depth == 0 ? "-file" + i : "/");
      }
      make(path.toString());
    }
    List<Path> all = rest(Optional.empty());
    assertEquals(150, all.size());
    for (int i = 0; i < all.size(); i++) {
      assertEquals(all.subList(i + 1, all.size()), rest(Optional.of(all.get(i))), "after " + i);
    }
  }

  @Test
  void aFileThatIsGoneIsAPlaceToGoOnAfterAllTheSame() throws Exception {
    make("a/1", "b/1", "b/2", "b/3", "c/1");
    Files.delete(root.resolve("b/2"));
    assertEquals(
        List.of(root.resolve("b/3"), root.resolve("c/1")), rest(Optional.of(root.resolve("b/2"))));
    assertEquals(
        List.of(root.resolve("c/1")), rest(Optional.of(root.resolve("b/x/y"))), "a folder is gone");
  }

  @Test
  void whatIsElsewhereIsNotEnteredAndLinksAreNotFollowed() throws Exception {
    make("proc/1", "x/1");
    Files.createSymbolicLink(root.resolve("x/loop"), root);
    assertEquals(List.of(root.resolve("x/1")), rest(Optional.empty()));
  }

  @Test
  void severalRootsAreWalkedInOrder() throws Exception {
    make("b/1", "a/1");
    Walk walk =
        new Walk(
            List.of(root.resolve("b"), root.resolve("a")),
            f -> false,
            Optional.of(root.resolve("a/1")));
    List<Path> files = new ArrayList<>();
    Walk.Step step = walk.next();
    while (!step.isOver()) {
      step.file().ifPresent(files::add);
      step = walk.next();
    }
    assertEquals(List.of(root.resolve("b/1")), files);
    assertTrue(walk.unread() == 0);
  }
}
