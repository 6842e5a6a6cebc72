package io.waybillguard.agent.platform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
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
  default void aFileTellsItsStreamsByName() throws IOException {
    Path file = file();
    assertEquals(List.of(), streams().names(file));
    write(file, "note", new byte[] {1, 2, 3});
    write(file, "工具.exe", new byte[] {4});
    assertEquals(List.of("note", "工具.exe"), streams().names(file).stream().sorted().toList());
  }

  @Test
  default void aStreamTellsItsSizeAndItsContent() throws IOException {
    Path file = file();
    write(file, "note", new byte[] {1, 2, 3});
    assertEquals(3, streams().size(file, "note"));
    try (InputStream content = streams().open(file, "note")) {
      assertArrayEquals(new byte[] {1, 2, 3}, content.readAllBytes());
    }
  }

  @Test
  default void aStreamThatIsNotThereIsAnError() throws IOException {
    Path file = file();
    assertThrows(IOException.class, () -> streams().size(file, "none"));
    assertThrows(IOException.class, () -> streams().open(file, "none"));
  }
}
