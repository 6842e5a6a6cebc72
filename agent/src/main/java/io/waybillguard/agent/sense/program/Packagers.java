package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Origin;
import java.util.List;
import java.util.Set;

/**
 * Tells an update of the system from a program that somebody put there. Both are recorded when they
 * appear; starts of the first are ordinary, and thousands a day.
 */
final class Packagers {
  /** What writes the files of a package, by the package manager's own documentation. */
  private static final Set<String> NAMES =
      Set.of("dpkg", "rpm", "dnf", "yum", "zypper", "packagekitd", "pacman", "snapd");

  /** Where packages put programs (Filesystem Hierarchy Standard 3.0); /usr/local is not theirs. */
  private static final List<String> FOLDERS =
      List.of("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/var/lib/snapd/");

  private Packagers() {}

  /** Whether a package manager put a program in a place of the system, and not off a medium. */
  static boolean installed(String path, String writer, Origin origin) {
    return !origin.isRemovable()
        && NAMES.contains(FileRef.nameOf(writer))
        && !path.startsWith("/usr/local/")
        && FOLDERS.stream().anyMatch(path::startsWith);
  }
}
