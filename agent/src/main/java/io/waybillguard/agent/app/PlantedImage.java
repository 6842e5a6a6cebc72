package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A file in a scan folder that begins as an image does and holds nothing, put there so that the
 * sensor of images has something to see. Its name is hidden and is not that of an image, so that no
 * program that takes images from the folder takes it; it is gone when this is closed.
 */
final class PlantedImage implements AutoCloseable {
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0};
  private static final int CHANCE_BYTES = 16;

  private final Path file;
  private long writer;

  private PlantedImage(Path file) {
    this.file = file;
  }

  /**
   * Plants one.
   *
   * @throws IOException if it cannot be written
   */
  static PlantedImage plant(Path folder) throws IOException, InterruptedException {
    PlantedImage planted =
        new PlantedImage(Files.createTempFile(folder, ".waybill-guard-self-test-", ""));
    byte[] content = Arrays.copyOf(JPEG, JPEG.length + CHANCE_BYTES);
    byte[] chance = new byte[CHANCE_BYTES];
    new SecureRandom().nextBytes(chance);
    System.arraycopy(chance, 0, content, JPEG.length, CHANCE_BYTES);
    boolean done = false;
    try {
      planted.writer = Tee.write(planted.file, content);
      done = true;
      return planted;
    } finally {
      if (!done) {
        planted.close();
      }
    }
  }

  /** Where it lies. */
  Path file() {
    return file;
  }

  /** The process that wrote it. */
  long writer() {
    return writer;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
