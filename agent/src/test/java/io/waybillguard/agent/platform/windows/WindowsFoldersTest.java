package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.FolderChangesContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.WINDOWS)
final class WindowsFoldersTest implements FolderChangesContract {
  private final WindowsFolders folders = new WindowsFolders();

  @AfterEach
  void close() {
    folders.close();
  }

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
}
