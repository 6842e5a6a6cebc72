package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The two jars that are handed out. Each is put together of many, and what is left out of one may
 * be named by another.
 */
final class JarsIT {
  private static final String SERVICES = "META-INF/services/";

  /** Java loads each service by name, so that one which is not there stops the program's start. */
  @ParameterizedTest
  @ValueSource(strings = {"target/waybill-guard-hq.jar", "../agent/target/waybill-guard-agent.jar"})
  void everyServiceThatAJarNamesIsInIt(Path path) throws Exception {
    List<String> named = new ArrayList<>();
    List<String> absent = new ArrayList<>();
    try (JarFile jar = new JarFile(path.toFile())) {
      for (ZipEntry entry : jar.stream().filter(JarsIT::isListOfServices).toList()) {
        for (String service : services(jar, entry)) {
          named.add(service);
          if (jar.getEntry(service.replace('.', '/') + ".class") == null) {
            absent.add(entry.getName() + " names " + service);
          }
        }
      }
    }
    assertFalse(named.isEmpty(), path + " names no service at all");
    assertEquals(List.of(), absent, path.toString());
  }

  private static boolean isListOfServices(ZipEntry entry) {
    return entry.getName().startsWith(SERVICES) && !entry.isDirectory();
  }

  /** As {@link java.util.ServiceLoader} reads it: a name a line, and comments after #. */
  private static List<String> services(JarFile jar, ZipEntry list) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(jar.getInputStream(list), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }
}
