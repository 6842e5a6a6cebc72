package io.waybillguard.agent.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A version's folder as an installer lays it, with a jar that says its version and nothing else.
 */
final class LaidProgram {
  private LaidProgram() {}

  /**
   * Lays one.
   *
   * @param root the folder in which versions lie below {@code program}
   * @return its jar
   */
  static Path in(Path root, String version) throws IOException {
    Path folder = Files.createDirectories(root.resolve("program").resolve(version));
    Path jar = folder.resolve("waybill-guard-agent.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("waybill-guard/version.properties"));
      zip.write(("version=" + version + "\n").getBytes(StandardCharsets.UTF_8));
    }
    Files.writeString(folder.resolve("jvm.options"), "-XX:+UseSerialGC\n");
    return jar;
  }
}
