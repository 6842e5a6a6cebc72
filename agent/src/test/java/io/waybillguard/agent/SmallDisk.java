package io.waybillguard.agent;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A disk that is soon full: a tmpfs of some KiB. Needs the right to mount; without it, the test is
 * skipped and says so.
 */
public final class SmallDisk implements AutoCloseable {
  private final Path root;
  private final Path ballast;

  private SmallDisk(Path root) {
    this.root = root;
    this.ballast = root.resolve("ballast");
  }

  /** Mounts a disk of this size on an empty folder. */
  public static SmallDisk on(Path folder, int kibibytes) throws IOException {
    Files.createDirectories(folder);
    String said =
        run("mount", "-t", "tmpfs", "-o", "size=" + kibibytes + "k", "tmpfs", folder.toString());
    assumeTrue(said.isEmpty(), "SKIPPED: no tmpfs can be mounted here (" + said + "); run as root");
    return new SmallDisk(folder);
  }

  public Path root() {
    return root;
  }

  /** Takes every byte that is left. */
  public void fill() throws IOException {
    byte[] block = new byte[4096];
    try (var out =
        Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      if (root.toFile().getUsableSpace() >= block.length) {
        throw full;
      }
    }
  }

  /** Gives back what {@link #fill} took. */
  public void free() throws IOException {
    Files.deleteIfExists(ballast);
  }

  /** Makes room: the disk is as large as this from now on. */
  public void grow(int kibibytes) throws IOException {
    must("mount", "-o", "remount,size=" + kibibytes + "k", root.toString());
  }

  /** From now on nothing can be written. */
  public void makeReadOnly() throws IOException {
    must("mount", "-o", "remount,ro", root.toString());
  }

  /** What was there can be written again. */
  public void makeWritable() throws IOException {
    must("mount", "-o", "remount,rw", root.toString());
  }

  @Override
  public void close() throws IOException {
    must("umount", "-l", root.toString());
  }

  private static void must(String... command) throws IOException {
    String said = run(command);
    if (!said.isEmpty()) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }

  /** Empty when it succeeded, else what it said. */
  private static String run(String... command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return List.of(command) + " does not end";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return process.exitValue() == 0 ? "" : "exit " + process.exitValue() + " " + said;
  }
}
