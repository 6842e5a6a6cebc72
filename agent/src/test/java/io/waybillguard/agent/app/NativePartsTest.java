package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.platform.shared.NativeCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativePartsTest {
  @TempDir private Path folder;

  @Test
  void aLibraryIsUnpackedOnceAndUsedAgain() throws Exception {
    for (String library : new String[] {LogReader.sqliteLibrary(), NativeCalls.library()}) {
      Path file = NativeParts.unpacked(library, folder).orElseThrow();
      FileTime old = FileTime.fromMillis(1_000_000_000_000L);
      Files.setLastModifiedTime(file, old);
      assertEquals(Optional.of(file), NativeParts.unpacked(library, folder));
      assertEquals(old, Files.getLastModifiedTime(file), library);
    }
  }

  @Test
  void aLibraryThatIsNotOursToTheByteIsReplaced() throws Exception {
    String library = LogReader.sqliteLibrary();
    Path file = NativeParts.unpacked(library, folder).orElseThrow();
    byte[] forged = Files.readAllBytes(file);
    forged[forged.length / 2] ^= 1;
    Files.write(file, forged);
    NativeParts.unpacked(library, folder);
    try (var ours = Objects.requireNonNull(getClass().getResourceAsStream(library), library)) {
      assertArrayEquals(ours.readAllBytes(), Files.readAllBytes(file));
    }
  }

  @Test
  void aSystemThatWeHaveNoLibraryForIsLeftToTheLibrarysOwner() throws Exception {
    assertEquals(Optional.empty(), NativeParts.unpacked("/org/sqlite/native/Plan9/x.so", folder));
  }
}
