package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Which of the rights that the sensors use this process has. Facts: {@code /proc/self/status}, line
 * {@code CapEff} (proc(5)); numbers from {@code linux/capability.h}; uses from capabilities(7).
 */
public final class LinuxRights {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String EFFECTIVE = "CapEff:";

  private record Right(String name, int bit) {}

  private static final List<Right> USED =
      List.of(
          new Right("CAP_SYS_ADMIN", 21), // to watch whole file systems
          new Right("CAP_DAC_READ_SEARCH", 2), // to find the files that events are about
          new Right("CAP_SYS_PTRACE", 19)); // to tell what another user's process runs

  private LinuxRights() {}

  /**
   * The names of the rights that are missing, such as {@code CAP_SYS_ADMIN}; empty when all are
   * there.
   *
   * @throws IOException if the kernel does not tell
   */
  public static List<String> missing() throws IOException {
    return missing(Files.readString(STATUS));
  }

  static List<String> missing(String status) throws IOException {
    String hex =
        status
            .lines()
            .filter(line -> line.startsWith(EFFECTIVE))
            .findFirst()
            .map(line -> line.substring(EFFECTIVE.length()).strip())
            .orElseThrow(() -> new IOException(STATUS + " has no line " + EFFECTIVE));
    try {
      long effective = Long.parseUnsignedLong(hex, 16);
      return USED.stream()
          .filter(right -> (effective >>> right.bit() & 1) == 0)
          .map(Right::name)
          .toList();
    } catch (NumberFormatException e) {
      throw new IOException(STATUS + ": " + EFFECTIVE + " is \"" + hex + "\", no hex number", e);
    }
  }
}
