package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks are between processes, so the other one is a process. */
final class DataLockTest {
  @TempDir private Path data;

  /** Takes the lock, says so, and keeps it until its standard input ends. */
  public static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      try (DataLock lock = DataLock.take(Path.of(args[0])).orElseThrow()) {
        System.out.println("holds " + (lock != null));
        System.in.transferTo(System.err);
      }
    }
  }

  @Test
  void whoAsksLearnsThatItIsHeldAndDoesNotKeepTheNextFromTakingIt() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader says = holder.inputReader()) {
      assertEquals("holds true", says.readLine());
      assertTrue(DataLock.isHeld(data));
      assertEquals(Optional.empty(), DataLock.take(data));
      holder.getOutputStream().close();
      assertEquals(0, holder.waitFor());
    } finally {
      holder.destroyForcibly();
    }
    assertFalse(DataLock.isHeld(data));
    try (DataLock lock = DataLock.take(data).orElseThrow()) {
      assertTrue(lock != null && DataLock.isHeld(data));
    }
  }

  @Test
  void askingMakesNothing() throws Exception {
    assertFalse(DataLock.isHeld(data.resolve("new")));
    assertFalse(Files.exists(data.resolve("new")));
  }
}
