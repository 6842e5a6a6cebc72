package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.platform.FileStreams;
import io.waybillguard.agent.platform.FileStreamsContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On Linux Java's attributes are extended ones: names, sizes and content are told alike. */
final class NtfsStreamsTest implements FileStreamsContract {
  @TempDir private Path root;
  private final NtfsStreams streams = new NtfsStreams();

  @Override
  public FileStreams streams() {
    return streams;
  }

  @Override
  public Path file() throws IOException {
    return Files.writeString(root.resolve("a.txt"), "a");
  }

  @Override
  public void write(Path file, String name, byte[] content) throws IOException {
    try {
      Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
          .write(name, ByteBuffer.wrap(content));
    } catch (IOException e) {
      Assumptions.abort("SKIPPED: no extended attributes here: " + e);
    }
  }

  @Override
  @Test
  public void aFileTellsItsStreamsByName() throws IOException {
    Assumptions.assumeFalse(WindowsVersion.isWine(), "SKIPPED: Wine lists no streams");
    FileStreamsContract.super.aFileTellsItsStreamsByName();
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void aStreamIsReadAsFarAsThereIsRoom() throws IOException {
    Path file = file();
    write(file, "long", new byte[6_000]);
    ByteBuffer room = ByteBuffer.allocate(4_096);
    streams.read(file, "long", room);
    assertEquals(4_096, room.position());
    assertEquals(6_000, streams.size(file, "long"));
  }
}
