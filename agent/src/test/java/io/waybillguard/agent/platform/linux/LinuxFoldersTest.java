package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.FolderChangesContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
final class LinuxFoldersTest implements FolderChangesContract {
  private final LinuxFolders folders = new LinuxFolders();

  @Override
  public FolderChanges folders() {
    return folders;
  }

  @Override
  public void write(Path file) throws IOException {
    Files.writeString(file, "x");
  }

  @Override
  public void remove(Path file) throws IOException {
    Files.delete(file);
  }

  @Test
  void newRightsAndANewNameAreToldToo(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "x");
    folders.open();
    folders.watch(List.of(folder));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertEquals("a", folders.await(LONG).seen().get(0).name());
    Files.move(file, folder.resolve("b"));
    List<String> names =
        folders.await(LONG).seen().stream().map(FolderChanges.Change::name).toList();
    assertEquals(List.of("a", "b"), names);
    folders.close();
  }

  @Test
  void aFolderThatIsRemovedIsToldAndWatchedAgainWhenItIsThereAgain(@TempDir Path above)
      throws Exception {
    Path folder = Files.createDirectory(above.resolve("f"));
    folders.open();
    folders.watch(List.of(folder));
    Files.delete(folder);
    assertTrue(folders.await(LONG).seen().contains(new FolderChanges.Change(folder, "")));
    Files.createDirectory(folder);
    assertEquals(List.of(), folders.watch(List.of(folder)));
    Files.writeString(folder.resolve("x"), "x");
    assertTrue(folders.await(LONG).seen().contains(new FolderChanges.Change(folder, "x")));
    folders.close();
  }
}
