package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.waybillguard.agent.platform.FileStreams;
import io.waybillguard.agent.platform.FileStreamsContract;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What Windows lists, by hand; and what this Windows does. */
final class NtfsStreamsTest implements FileStreamsContract {
  @TempDir private Path root;
  private final NtfsStreams streams =
      new NtfsStreams(OS.WINDOWS.isCurrentOs() ? Libraries.HERE : new WindowsByHand());

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
    Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
        .write(name, ByteBuffer.wrap(content));
  }

  @Override
  @Test
  @EnabledOnOs(OS.WINDOWS)
  public void aFileTellsItsStreamsByNameAndSize() throws IOException {
    Assumptions.assumeFalse(WindowsVersion.isWine(), "SKIPPED: Wine lists no streams");
    FileStreamsContract.super.aFileTellsItsStreamsByNameAndSize();
  }

  @Override
  @Test
  @EnabledOnOs(OS.WINDOWS)
  public void aStreamTellsItsContent() throws IOException {
    FileStreamsContract.super.aStreamTellsItsContent();
  }

  @Test
  void aFilesOwnContentIsNoneOfTheStreamsThatAreListed() throws IOException {
    assertEquals(
        List.of(new FileStreams.Named("工具.exe", 6_000), new FileStreams.Named("note", 6_000)),
        new NtfsStreams(new WindowsByHand()).list(Path.of("a.txt").toAbsolutePath()));
  }

  @Test
  void aDiskThatKnowsNoStreamsHasNoneAndAFileThatIsGoneIsAnError() throws IOException {
    for (int none : new int[] {NtfsStreams.ERROR_HANDLE_EOF, NtfsStreams.ERROR_INVALID_PARAMETER}) {
      assertEquals(List.of(), asked(none));
    }
    assertThrows(IOException.class, () -> asked(Win32.ERROR_FILE_NOT_FOUND));
  }

  private List<FileStreams.Named> asked(int error) throws IOException {
    return new NtfsStreams(
            new WindowsByHand()
                .answering(
                    "FindFirstStream",
                    a -> {
                      Native.setLastError(error);
                      return new Pointer(-1);
                    }))
        .list(root);
  }

  @Test
  void aNameThatFillsItsRoomIsReadToItsEnd() {
    byte[] found = new byte[NtfsStreams.SIZE];
    Arrays.fill(found, NtfsStreams.STREAM_NAME, found.length, (byte) 0x4e); // 乎
    int longest = (found.length - NtfsStreams.STREAM_NAME) / 2;
    assertEquals("乎".repeat(longest), NtfsStreams.named(found).orElseThrow().name());
  }

  @Test
  @EnabledOnOs(OS.WINDOWS)
  void aFileThatIsNotThereTellsNoStreams() throws IOException {
    // Wine answers so for every file, there or not.
    Assumptions.assumeFalse(WindowsVersion.isWine(), "SKIPPED: Wine lists no streams");
    assertThrows(IOException.class, () -> streams.list(root.resolve("none")));
  }

  @Test
  void whatWeWroteDownIsWhatTheHeadersSay() {
    Layouts headers = Layouts.ofHeaders();
    assertEquals(headers.size("WIN32_FIND_STREAM_DATA"), NtfsStreams.SIZE);
    assertEquals(headers.offset("WIN32_FIND_STREAM_DATA.StreamSize"), NtfsStreams.STREAM_SIZE);
    assertEquals(headers.offset("WIN32_FIND_STREAM_DATA.cStreamName"), NtfsStreams.STREAM_NAME);
    assertEquals(headers.value("FindStreamInfoStandard"), NtfsStreams.FIND_STREAM_INFO_STANDARD);
    assertEquals(headers.value("ERROR_HANDLE_EOF"), NtfsStreams.ERROR_HANDLE_EOF);
    assertEquals(headers.value("ERROR_INVALID_PARAMETER"), NtfsStreams.ERROR_INVALID_PARAMETER);
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
    try (InputStream content = streams.open(file, "工具.exe")) {
      assertEquals(4_096, content.readNBytes(4_096).length);
    }
  }
}
