package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileActivityContract;
import io.waybillguard.agent.platform.FileEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * The real kernel of this machine. What this process does itself is not told by design, so other
 * programs do it: cp, mv, sh.
 */
@EnabledOnOs(OS.LINUX)
final class FanotifyFilesTest implements FileActivityContract {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private OwnMount mount;
  private Path place;
  private FanotifyFiles files;
  private final List<FileEvent> told = new ArrayList<>();

  @BeforeEach
  void watchOneFileSystem() throws Exception {
    mount = OwnMount.of("tmpfs");
    place = mount.path();
    Files.createDirectory(place.resolve("scan"));
    // Beside the test's own: the one that programs are started from.
    files =
        new FanotifyFiles(
            new LinuxProcesses(),
            List.of(),
            List.of(place.resolve("scan"), place.resolve("later")),
            m -> m.mountPoint().equals(place.toString()) || m.mountPoint().equals("/"));
    try {
      files.open();
    } catch (IOException e) {
      mount.close();
      Assumptions.abort("SKIPPED: fanotify is not to be had here, nothing of it is tried: " + e);
    }
  }

  @AfterEach
  void close() throws Exception {
    files.close();
    mount.close();
  }

  @Override
  public FileActivity files() {
    return files;
  }

  @Override
  public Path watched() {
    return place;
  }

  @Override
  public void write(Path file) throws Exception {
    OwnMount.run("touch", file.toString());
  }

  @Test
  void aCopyIsToldWithThePathAndTheCopierThoughTheCopierIsGone() throws Exception {
    OwnMount.run("cp", "/bin/sh", place.resolve("面单 tool").toString());
    FileEvent.Written written = await(FileEvent.Written.class, e -> isHere(e.file()));
    assertEquals(place.resolve("面单 tool"), written.file());
    assertTrue(written.by().executable().endsWith("/cp"), written::toString);
    assertTrue(written.by().pid() > 0);
  }

  @Test
  void aMoveWithinTheFileSystemIsToldUnderTheNewName() throws Exception {
    Files.createDirectory(place.resolve("a"));
    Files.createDirectory(place.resolve("b"));
    OwnMount.run("sh", "-c", "echo x > " + place + "/a/x; mv " + place + "/a/x " + place + "/b/y");
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("b/y")));
    assertEquals(
        List.of(place.resolve("a/x"), place.resolve("b/y")),
        told.stream()
            .filter(FileEvent.Written.class::isInstance)
            .map(e -> ((FileEvent.Written) e).file())
            .filter(this::isHere)
            .toList());
  }

  @Test
  void aStartIsToldOnceAndNotThatOfItsLoader() throws Exception {
    OwnMount.run("cp", "/bin/true", place.resolve("tool").toString());
    OwnMount.run(place.resolve("tool").toString());
    OwnMount.run("touch", place.resolve("end").toString());
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("end")));
    List<FileEvent.Started> starts =
        told.stream()
            .filter(FileEvent.Started.class::isInstance)
            .map(FileEvent.Started.class::cast)
            .toList();
    assertEquals(
        1,
        starts.stream().filter(s -> s.file().equals(place.resolve("tool"))).count(),
        starts::toString);
    assertTrue(
        starts.stream().noneMatch(s -> s.file().getFileName().toString().startsWith("ld-linux")),
        starts::toString);
    FileEvent.Started start =
        starts.stream()
            .filter(s -> s.file().equals(place.resolve("tool")))
            .findFirst()
            .orElseThrow();
    assertEquals(place.resolve("tool").toString(), start.process().executable());
  }

  @Test
  void aScriptThatWritesIsToldByItsInterpreter() throws Exception {
    Path script = place.resolve("script");
    Files.writeString(script, "#!/bin/sh\n: > " + place + "/made\n");
    assertTrue(script.toFile().setExecutable(true));
    OwnMount.run(script.toString());
    FileEvent.Written written =
        await(FileEvent.Written.class, e -> e.file().equals(place.resolve("made")));
    assertEquals(Path.of("/bin/sh").toRealPath().toString(), written.by().executable());
    assertTrue(
        told.stream().anyMatch(e -> e instanceof FileEvent.Started s && s.file().equals(script)),
        told::toString);
  }

  @Test
  void aFolderThatWasMovedIsToldByItsNewPath() throws Exception {
    Path before = Files.createDirectories(place.resolve("before/deep"));
    OwnMount.run("touch", before.resolve("1").toString());
    await(FileEvent.Written.class, e -> e.file().equals(before.resolve("1")));
    OwnMount.run("mv", place.resolve("before").toString(), place.resolve("after").toString());
    OwnMount.run("touch", place.resolve("after/deep/2").toString());
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("after/deep/2")));
  }

  @Test
  void aNameThatIsNoTextIsToldWithItsBytes() throws Exception {
    OwnMount.run("sh", "-c", "printf x > \"" + place + "/$(printf 'a\\377b')\"");
    FileEvent.Written written = await(FileEvent.Written.class, e -> isHere(e.file()));
    assertEquals(place + "/a\u00ffb", RawPath.bytes(written.file()));
    assertEquals("x", Files.readString(written.file(), StandardCharsets.UTF_8));
    Files.delete(written.file());
  }

  @Test
  void whatThisProcessDoesIsNotTold() throws Exception {
    Files.writeString(place.resolve("mine"), "x");
    OwnMount.run("touch", place.resolve("end").toString());
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("end")));
    assertFalse(
        told.stream()
            .anyMatch(
                e -> e instanceof FileEvent.Written w && w.file().equals(place.resolve("mine"))));
  }

  @Test
  void nothingOfOursKeepsTheFileSystemFromBeingUnmountedAndItIsWatchedAgainAfter()
      throws Exception {
    OwnMount.run("touch", place.resolve("1").toString());
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("1")));
    assertEquals(0, mount.unmount());
    await(FileEvent.VolumesChanged.class, e -> true);
    assertTrue(mount.again());
    told.clear();
    await(FileEvent.VolumesChanged.class, e -> true);
    OwnMount.run("touch", place.resolve("2").toString());
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("2")));
  }

  @Test
  void anotherFileSystemThatTookItsPlaceUnseenIsWatched() throws Exception {
    assertEquals(0, mount.unmount());
    assertTrue(mount.again()); // both before anybody looked, with the numbers of the first
    await(FileEvent.VolumesChanged.class, e -> true);
    OwnMount.run("touch", place.resolve("2").toString());
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("2")));
  }

  @Test
  void whoReadsInAFolderThatWasAskedForIsToldAndNobodyElse() throws Exception {
    OwnMount.run("sh", "-c", "echo 1 > " + place + "/scan/1; echo 2 > " + place + "/2");
    OwnMount.run("cat", place.resolve("2").toString());
    OwnMount.run("cat", place.resolve("scan/1").toString());
    FileEvent.Read read =
        await(FileEvent.Read.class, e -> e.file().equals(place.resolve("scan/1")));
    assertEquals("cat", Path.of(read.by().executable()).getFileName().toString());
    assertTrue(
        told.stream()
            .noneMatch(e -> e instanceof FileEvent.Read r && r.file().equals(place.resolve("2"))),
        told::toString);
  }

  @Test
  void aFolderThatCameLaterIsReadInToo() throws Exception {
    OwnMount.run("sh", "-c", "mkdir " + place + "/scan/day; echo 1 > " + place + "/scan/day/1");
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("scan/day/1")));
    OwnMount.run("cat", place.resolve("scan/day/1").toString());
    await(FileEvent.Read.class, e -> e.file().equals(place.resolve("scan/day/1")));
    OwnMount.run(
        "sh",
        "-c",
        "mkdir "
            + place
            + "/out; echo 1 > "
            + place
            + "/out/1; cd "
            + place
            + "; mv out scan/in; echo end > scan/end");
    await(FileEvent.Written.class, e -> e.file().equals(place.resolve("scan/end")));
    OwnMount.run("cat", place.resolve("scan/in/1").toString());
    await(FileEvent.Read.class, e -> e.file().equals(place.resolve("scan/in/1")));
  }

  @Test
  void aFileThatIsFollowedIsToldWhenItIsReadUnderWhateverName() throws Exception {
    Path file = place.resolve("packed");
    OwnMount.run("sh", "-c", "echo 1 > " + file);
    files.follow(file);
    files.follow(file);
    OwnMount.run("cat", file.toString());
    await(FileEvent.Read.class, e -> e.file().equals(file));
    OwnMount.run("mv", file.toString(), place.resolve("elsewhere").toString());
    OwnMount.run("cat", place.resolve("elsewhere").toString());
    await(FileEvent.Read.class, e -> e.file().equals(place.resolve("elsewhere")));
  }

  @Test
  void aFolderToReadInThatIsNotThereIsSaid() throws Exception {
    FileActivity.View view = files.open();
    assertTrue(view.reduced());
    assertTrue(view.detail().contains(place.resolve("later") + " is not there"), view.detail());
  }

  @Test
  void aBurstIsToldWhole() throws Exception {
    int many = 20_000;
    OwnMount.run(
        "sh",
        "-c",
        "mkdir "
            + place
            + "/d; i=0; while [ $i -lt "
            + many
            + " ]; do : > "
            + place
            + "/d/$i; i=$((i+1)); done");
    long end = System.nanoTime() + DEADLINE.toNanos();
    List<Path> seen = new ArrayList<>();
    while (seen.size() < many && System.nanoTime() < end) {
      for (FileEvent event : files.await(Duration.ofMillis(100))) {
        if (event instanceof FileEvent.Written w && isHere(w.file())) {
          seen.add(w.file());
        }
      }
    }
    assertEquals(many, seen.stream().distinct().count());
    assertEquals(place.resolve("d/0"), seen.get(0), "in the order of writing");
    assertEquals(place.resolve("d/" + (many - 1)), seen.get(many - 1));
  }

  @Test
  void theLoaderIsOneOnlyInTheFoldersOfTheSystem() {
    assertTrue(FanotifyFiles.isLoader(Path.of("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")));
    assertTrue(FanotifyFiles.isLoader(Path.of("/usr/lib/x86_64-linux-gnu/ld-2.31.so")));
    assertTrue(FanotifyFiles.isLoader(Path.of("/lib64/ld64.so.1")));
    assertFalse(FanotifyFiles.isLoader(Path.of("/home/courier/ld-linux-x86-64.so.2")));
    assertFalse(FanotifyFiles.isLoader(Path.of("/usr/bin/ldconfig")));
    assertFalse(FanotifyFiles.isLoader(Path.of("/usr/bin/ld")));
  }

  @Test
  void theQueueKeepsWhatIsNotFetchedYet() throws Exception {
    write(place.resolve("first"));
    write(place.resolve("second"));
    assertTrue(files.keepsAll());
    assertTrue(files.kept() >= 2, "events in the queue: " + files.kept());
    FileEvent unused = await(FileEvent.Written.class, e -> e.file().endsWith("first"));
    unused = await(FileEvent.Written.class, e -> e.file().endsWith("second"));
    files.close();
    assertFalse(files.keepsAll());
    assertEquals(0, files.kept());
  }

  private boolean isHere(Path file) {
    return file.startsWith(place);
  }

  /** Waits for an event; everything told until then is kept. */
  private <T extends FileEvent> T await(Class<T> kind, Predicate<T> wanted) throws Exception {
    Instant end = Instant.now().plus(DEADLINE);
    while (Instant.now().isBefore(end)) {
      Optional<T> found =
          told.stream().filter(kind::isInstance).map(kind::cast).filter(wanted).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      told.addAll(files.await(Duration.ofMillis(200)));
    }
    return fail("no such " + kind.getSimpleName() + " among " + told);
  }
}
