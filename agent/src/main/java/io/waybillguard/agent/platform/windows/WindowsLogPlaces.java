package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
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
    List<Path> profiles = new ArrayList<>();
    Path users = drive.resolve("Users");
    if (Files.isDirectory(users)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(users)) {
        for (Path each : all) {
          // "All Users" and "Default User" are links to places that are looked at anyway.
          if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
            profiles.add(each);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
    return profiles;
  }
}
