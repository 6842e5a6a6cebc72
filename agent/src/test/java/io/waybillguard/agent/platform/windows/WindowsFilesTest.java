package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileActivityContract;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.WINDOWS)
final class WindowsFilesTest implements FileActivityContract {
  @TempDir private Path folder;
  private WindowsFiles files;

  @BeforeEach
  void make() {
    files = new WindowsFiles(new WindowsProcesses(), List.of(folder), InstantSource.system());
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
    return folder;
  }

  @Override
  public void write(Path file) throws Exception {
    assertEquals(
        0,
        new ProcessBuilder("cmd.exe", "/c", "echo", "x", ">", file.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor());
  }
}
