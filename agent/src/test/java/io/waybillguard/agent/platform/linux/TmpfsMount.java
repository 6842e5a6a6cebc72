package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A file system of its own for a test, so that the rest of the machine is left alone. */
final class TmpfsMount implements AutoCloseable {
  private final Path at;

  private TmpfsMount(Path at) {
    this.at = at;
  }

  /** Skips the test, and says so, where mounting is not allowed. */
  static TmpfsMount mount() throws IOException, InterruptedException {
    Path at = Files.createTempDirectory("waybill-guard").toRealPath();
    TmpfsMount mount = new TmpfsMount(at);
    Assumptions.assumeTrue(
        mount.again(),
        "SKIPPED: needs the right to mount a tmpfs (root); what this test promises is not tried");
    return mount;
  }

  Path path() {
    return at;
  }

  boolean again() throws IOException, InterruptedException {
    return run("mount", "-t", "tmpfs", "waybill-guard-test", at.toString()) == 0;
  }

  int unmount() throws IOException, InterruptedException {
    return run("umount", at.toString());
  }

  static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    while (MountTable.read(Path.of("/proc/self/mountinfo")).stream()
        .anyMatch(mount -> mount.mountPoint().equals(at.toString()))) {
      if (unmount() != 0) {
        throw new IOException(at + " cannot be unmounted: something of ours is open on it");
      }
    }
    Files.delete(at);
  }
}
