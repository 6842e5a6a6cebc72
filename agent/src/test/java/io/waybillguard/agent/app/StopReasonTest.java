package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StopReasonTest {
  @TempDir private Path folder;

  @Test
  void theWordThatWasLeftIsTheReason() throws IOException {
    Files.writeString(folder.resolve("stop-reason"), "uninstall\n");
    assertEquals("uninstall", left());
  }

  @Test
  void withoutAWordOrWithAnUnknownOneItWasASignal() throws IOException {
    assertEquals("signal", left());
    Files.writeString(folder.resolve("stop-reason"), "because\n");
    assertEquals("signal", left());
    assertEquals("signal", StopReason.left(Map.of()));
  }

  private String left() {
    return StopReason.left(Map.of("RUNTIME_DIRECTORY", folder.toString()));
  }
}
