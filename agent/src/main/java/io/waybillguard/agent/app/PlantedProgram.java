package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * A program file in the temporary folder, put there so that the sensor of programs has something to
 * see. It does nothing when it is run, and is gone when this is closed.
 */
final class PlantedProgram implements AutoCloseable {
  private static final int ELF_HEADER = 64;
  private static final int CHANCE_BYTES = 16;

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
      long unused = Tee.write(planted.file, elf());
      done = true;
      return planted;
    } finally {
      if (!done) {
        planted.close();
      }
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
