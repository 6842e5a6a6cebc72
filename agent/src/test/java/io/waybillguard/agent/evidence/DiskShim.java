package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM between whose files and the disk {@code src/test/c/disk.c} stands. Needs a C compiler on
 * Linux; where there is none, what needs it is skipped and says so.
 */
final class DiskShim {
  /** Linux, errno-base.h. */
  static final int EIO = 5;

  /** Linux, errno-base.h. */
  static final int ENOSPC = 28;

  private final Path library;

  private DiskShim(Path library) {
    this.library = library;
  }

  static DiskShim builtIn(Path folder) throws Exception {
    assumeTrue(Platform.isLinux(), "SKIPPED: the shim before the disk is for Linux");
    Path library = folder.resolve("disk.so");
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(
                  "cc",
                  "-shared",
                  "-fPIC",
                  "-O1",
                  "-o",
                  library.toString(),
                  Path.of("src/test/c/disk.c").toAbsolutePath().toString(),
                  "-ldl",
                  "-lpthread")
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "SKIPPED: no C compiler for the shim before the disk: " + e.getMessage());
      throw e;
    }
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, compiler.waitFor(), said);
    return new DiskShim(library);
  }

  /**
   * Runs a main class to its end, its files under {@code root} behind the shim. Gives what it said.
   */
  List<String> run(Class<?> main, Path root, Object... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + library.getParent(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
    for (Object each : arguments) {
      command.add(each.toString());
    }
    Path said = library.resolveSibling("said");
    ProcessBuilder child =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
    child.environment().put("LD_PRELOAD", library.toString());
    child.environment().put("WG_DISK_ROOT", root.toString());
    Process process = child.start();
    boolean ended = process.waitFor(30, TimeUnit.MINUTES);
    process.destroyForcibly();
    List<String> lines = Files.readAllLines(said);
    assertEquals(
        "0 true",
        (ended ? process.exitValue() : -1) + " " + ended,
        () -> String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
    return lines;
  }

  /** How a process behind the shim steers it; see disk.c. */
  static final class Lever {
    private static final NativeLibrary PROCESS = NativeLibrary.getProcess();

    private Lever() {}

    /** Gives how many requests were counted since the last call. */
    static long refuse(long from, long count, int error, int part) {
      Function refuse = PROCESS.getFunction("wg_disk_refuse");
      Object[] arguments = {new NativeLong(from), new NativeLong(count), error, part};
      return ((NativeLong) refuse.invoke(NativeLong.class, arguments)).longValue();
    }

    static void allow() {
      refuse(0, 0, 0, 0);
    }

    static void record(Path trace) throws IOException {
      if (PROCESS.getFunction("wg_disk_record").invokeInt(new Object[] {trace.toString()}) != 0) {
        throw new IOException("the trace " + trace + " cannot be begun");
      }
    }

    static void mark(String text) {
      PROCESS.getFunction("wg_disk_mark").invokeVoid(new Object[] {text});
    }
  }
}
