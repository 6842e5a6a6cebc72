package io.waybillguard.agent.platform.windows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileActivityContract;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.WINDOWS)
final class WindowsFilesTest implements FileActivityContract {
  @TempDir private Path folder;
  private WindowsFiles files;

  @BeforeEach
  void make() {
    files =
        new WindowsFiles(
            new WindowsProcesses(), List.of(folder), LookingProgram::start, InstantSource.system());
  }

  @Test
  void whoHasAFileOpenIsToldWithItsProgramAndWhoWritesOneToo() throws Exception {
    Path image = Files.writeString(folder.resolve("面单 1.jpg"), "x".repeat(1000));
    Path archive = folder.resolve("out.zip");
    files.open();
    Process reader = LookingProgram.start(SlowReader.class.getName());
    try {
      // Not by the command line, which has no Chinese on a western Windows.
      reader.getOutputStream().write((image + "\n").getBytes(UTF_8));
      reader.getOutputStream().flush();
      ProcessFacts who = await(image, FileEvent.Read.class);
      assertEquals(reader.pid(), who.pid());
      assertTrue(who.executable().endsWith("java.exe"), who::toString);
      reader.getOutputStream().write((archive + "\n").getBytes(UTF_8));
      reader.getOutputStream().flush();
      // The folder may tell of it before a look has seen who it was; a later time it has.
      ProcessFacts wrote = await(archive, FileEvent.Written.class);
      for (Instant end = Instant.now().plus(LONG);
          wrote.pid() == 0 && Instant.now().isBefore(end); ) {
        reader.getOutputStream().write('\n');
        reader.getOutputStream().flush();
        wrote = await(archive, FileEvent.Written.class);
      }
      assertEquals(reader.pid(), wrote.pid());
    } finally {
      reader.destroyForcibly();
    }
  }

  private ProcessFacts await(Path file, Class<? extends FileEvent> kind) throws Exception {
    Instant end = Instant.now().plus(LONG);
    while (Instant.now().isBefore(end)) {
      for (FileEvent event : files.await(Duration.ofMillis(100))) {
        if (event instanceof FileEvent.Read read
            && kind.isInstance(read)
            && isIt(read.file(), file)) {
          return read.by();
        }
        if (event instanceof FileEvent.Written one
            && kind.isInstance(one)
            && isIt(one.file(), file)) {
          return one.by();
        }
      }
    }
    throw new AssertionError("nothing was told of " + file);
  }

  private static boolean isIt(Path told, Path file) throws IOException {
    return told.equals(file) || told.equals(file.toRealPath());
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
