package io.waybillguard.agent.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;

/**
 * A program file in the temporary folder, put there so that the sensor of programs has something to
 * see. It does nothing when it is run, and is gone when this is closed.
 *
 * <p>Another process writes it ({@code tee}), since the agent does not tell of what it does itself.
 */
final class PlantedProgram implements AutoCloseable {
  private static final int ELF_HEADER = 64;
  private static final int CHANCE_BYTES = 16;
  private static final long WRITTEN_WITHIN_SECONDS = 10;

  private final Path folder;
  private final Path file;

  private PlantedProgram(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("self-test.elf");
  }

  /**
   * Plants one.
   *
   * @throws IOException if it cannot be written, or this system has no {@code tee}
   */
  static PlantedProgram plant() throws IOException, InterruptedException {
    PlantedProgram planted =
        new PlantedProgram(Files.createTempDirectory("waybill-guard-doctor-").toRealPath());
    boolean done = false;
    try {
      planted.write();
      done = true;
      return planted;
    } finally {
      if (!done) {
        planted.close();
      }
    }
  }

  private void write() throws IOException, InterruptedException {
    Process tee =
        new ProcessBuilder("tee", file.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (OutputStream in = tee.getOutputStream()) {
      in.write(elf());
    }
    if (!tee.waitFor(WRITTEN_WITHIN_SECONDS, TimeUnit.SECONDS)) {
      tee.destroyForcibly();
      throw new IOException(
          "tee did not write " + file + " within " + WRITTEN_WITHIN_SECONDS + " s");
    }
    if (tee.exitValue() != 0) {
      throw new IOException("tee could not write " + file + " (exit code " + tee.exitValue() + ")");
    }
  }

  /**
   * An ELF64 header (System V ABI, chapter 4) of a program without content, and a few bytes of
   * chance: a program that was seen before is not told of again.
   */
  private static byte[] elf() {
    byte[] chance = new byte[CHANCE_BYTES];
    new SecureRandom().nextBytes(chance);
    return ByteBuffer.allocate(ELF_HEADER + CHANCE_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1})
        .position(16)
        .putShort((short) 2) // e_type: executable
        .putShort((short) 62) // e_machine: x86-64
        .putInt(1) // e_version
        .position(52)
        .putShort((short) ELF_HEADER) // e_ehsize
        .position(ELF_HEADER)
        .put(chance)
        .array();
  }

  /** Where it lies. */
  Path file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder);
  }
}
