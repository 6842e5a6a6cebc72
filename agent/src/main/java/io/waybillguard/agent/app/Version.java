package io.waybillguard.agent.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that this program was built as. */
final class Version implements IVersionProvider {
  private static final String FILE = "/waybill-guard/version.properties";

  private static final String CURRENT = read();

  /** Such as {@code 0.1.0}. */
  static String current() {
    return CURRENT;
  }

  private static String read() {
    try (InputStream in = Version.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is missing from this build");
      }
      Properties properties = new Properties();
      try (Reader text = new InputStreamReader(in, StandardCharsets.UTF_8)) {
        properties.load(text);
      }
      return properties.getProperty("version", "");
    } catch (IOException e) {
      throw new IllegalStateException(FILE + " cannot be read from this build", e);
    }
  }

  @Override
  public String[] getVersion() {
    return new String[] {Main.NAME + " " + current()};
  }
}
