package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The profiles of a Windows machine's accounts. */
final class Profiles {
  private Profiles() {}

  /**
   * Their folders. Older names of folders are links there, each to another that is here anyway.
   *
   * @param drive the system's
   * @throws IOException if they cannot be listed
   */
  static List<Path> of(Path drive) throws IOException {
    List<Path> profiles = new ArrayList<>();
    Path users = drive.resolve("Users");
    if (Files.isDirectory(users)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(users)) {
        for (Path each : all) {
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
