package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link FileStreams} must do. */
public interface FileStreamsContract {
  FileStreams streams();

  /** A new file without streams. */
  Path file() throws IOException;

  /** Gives a file a stream. */
  void write(Path file, String name, byte[] content) throws IOException;

  @Test
  default void aFileTellsItsStreamsByNameAndSize() throws IOException {
    Path file = file();
    assertEquals(List.of(), streams().list(file));
    write(file, "note", new byte[] {1, 2, 3});
    write(file, "工具.exe", new byte[] {4});
    assertEquals(
        List.of(new FileStreams.Named("note", 3), new FileStreams.Named("工具.exe", 1)),
        streams().list(file).stream()
            .sorted(Comparator.comparing(FileStreams.Named::name))
            .toList());
  }

  @Test
  default void aStreamTellsItsContent() throws IOException {
    Path file = file();
    write(file, "note", new byte[] {1, 2, 3});
    try (InputStream content = streams().open(file, "note")) {
      assertArrayEquals(new byte[] {1, 2, 3}, content.readAllBytes());
    }
  }

  @Test
  default void aStreamThatIsNotThereIsAnError() throws IOException {
    Path file = file();
    assertThrows(IOException.class, () -> streams().open(file, "none"));
  }
}
