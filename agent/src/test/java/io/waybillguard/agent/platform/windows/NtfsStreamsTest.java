package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.platform.FileStreams;
import io.waybillguard.agent.platform.FileStreamsContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On Linux Java's attributes are extended ones: their names are told alike. */
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

  @Override
  @Test
  @EnabledOnOs(OS.WINDOWS)
  public void aStreamTellsItsSizeAndItsContent() throws IOException {
    FileStreamsContract.super.aStreamTellsItsSizeAndItsContent();
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void theBeginningOfALongStreamInALongPathIsReadAlone() throws IOException {
    Path deep = root;
    while (deep.toString().length() < 300) {
      deep = Files.createDirectory(deep.resolve("文件夹 with a long name".repeat(3)));
    }
    Path file = Files.writeString(deep.resolve("面单.txt"), "a");
    write(file, "工具.exe", new byte[6_000]);
    assertEquals(6_000, streams.size(file, "工具.exe"));
    try (InputStream content = streams.open(file, "工具.exe")) {
      assertEquals(4_096, content.readNBytes(4_096).length);
    }
  }
}
