package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where programs of a Windows machine keep their logs. */
public final class WindowsLogPlaces {
  private static final Pattern VARIABLE = Pattern.compile("%([^%/]+)%");

  private final Path drive;
  private final Map<String, String> environment;

  /**
   * @param drive the system's
   * @param environment variables by the names that the system gives them, such as {@code
   *     ProgramFiles(x86)}
   */
  public WindowsLogPlaces(Path drive, Map<String, String> environment) {
    this.drive = drive;
    this.environment = environment;
  }

  /**
   * A path with its variables replaced, with slashes. One that this system does not have (there is
   * no {@code ProgramFiles(x86)} where no program of 32 bits can run) stays as it is: there is no
   * such file.
   */
  public String expanded(String path) {
    Matcher variable = VARIABLE.matcher(path);
    return variable.replaceAll(
        found -> {
          String value = environment.getOrDefault(found.group(1), found.group());
          return Matcher.quoteReplacement(value.replace('\\', '/'));
        });
  }

  /**
   * The profiles of all accounts.
   *
   * @throws IOException if they cannot be listed
   */
  public List<Path> profiles() throws IOException {
    return Profiles.of(drive);
  }
}
