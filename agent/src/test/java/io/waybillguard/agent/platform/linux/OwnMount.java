package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A file system of its own for a test, so that the rest of the machine is left alone. */
final class OwnMount implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String type;
  private final Path at;

  private OwnMount(String type, Path at) {
    this.type = type;
    this.at = at;
  }

  /**
   * Skips the test, and says so, where mounting is not allowed.
   *
   * @param type {@code tmpfs}, or {@code tracefs}, which is the kernel's one at another place
   */
  static OwnMount of(String type) throws IOException, InterruptedException {
    Path at = Files.createTempDirectory("waybill-guard").toRealPath();
    OwnMount mount = new OwnMount(type, at);
    Assumptions.assumeTrue(
        mount.again(),
        "SKIPPED: needs the right to mount a "
            + type
            + " (root); what this test promises is not tried");
    return mount;
  }

  Path path() {
    return at;
  }

  boolean again() throws IOException, InterruptedException {
    return run("mount", "-t", type, "waybill-guard-test", at.toString()) == 0;
  }

  int unmount() throws IOException, InterruptedException {
    return run("umount", at.toString());
  }

  static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  /** Another program that watches this machine may have a file open for a moment; we must not. */
  @Override
  public void close() throws IOException, InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (MountTable.read(Path.of("/proc/self/mountinfo")).stream()
        .anyMatch(mount -> mount.mountPoint().equals(at.toString()))) {
      if (unmount() != 0) {
        List<Path> ours = openHere();
        if (!ours.isEmpty() || Instant.now().isAfter(end)) {
          throw new IOException(at + " cannot be unmounted: open in this program are " + ours);
        }
      }
    }
    Files.delete(at);
  }

  private List<Path> openHere() throws IOException {
    List<Path> open = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : descriptors) {
        if (Files.isSymbolicLink(each) && Files.readSymbolicLink(each).startsWith(at)) {
          open.add(Files.readSymbolicLink(each));
        }
      }
    }
    return open;
  }
}
