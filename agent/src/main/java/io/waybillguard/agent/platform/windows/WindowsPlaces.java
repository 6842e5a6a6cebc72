package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.shared.FolderTree;
import io.waybillguard.agent.platform.shared.FolderWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where programs usually come to a Windows machine. Removable media are not among them: a folder
 * that is watched is held open, and nobody at the desk could take the medium out.
 */
final class WindowsPlaces implements FolderWatch.Places {
  private record Place(String name, int depth) {}

  /** Of each person, what matters most first: there is a limit to how many are watched. */
  private static final List<Place> IN_A_HOME =
      List.of(
          new Place("", 1),
          new Place("Desktop", 3),
          new Place("Downloads", 3),
          new Place("Documents", 3),
          new Place("AppData/Local/Temp", 2),
          new Place("AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup", 1),
          new Place("AppData/Roaming", 3),
          new Place("AppData/Local", 3));

  private static final List<Place> OF_THE_SYSTEM =
      List.of(
          new Place("", 1),
          new Place("Users/Public", 4),
          new Place("ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp", 1),
          new Place("ProgramData", 3),
          new Place("Windows", 1),
          new Place("Windows/Temp", 2),
          new Place("Windows/System32", 1),
          new Place("Program Files", 2),
          new Place("Program Files (x86)", 2));

  private final Path drive;
  private final List<Path> more;

  /**
   * @param drive the system's
   * @param more further folders to watch, such as those of scanned images
   */
  WindowsPlaces(Path drive, List<Path> more) {
    this.drive = drive;
    this.more = List.copyOf(more);
  }

  @Override
  public List<FolderTree.Root> list() throws IOException {
    List<FolderTree.Root> all = new ArrayList<>();
    more.forEach(folder -> all.add(new FolderTree.Root(folder, 8)));
    add(drive, OF_THE_SYSTEM, all);
    for (Path home : Profiles.of(drive)) {
      add(home, IN_A_HOME, all);
    }
    return all;
  }

  private static void add(Path below, List<Place> places, List<FolderTree.Root> all) {
    for (Place place : places) {
      Path folder = below.resolve(place.name());
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        all.add(new FolderTree.Root(folder, place.depth()));
      }
    }
  }
}
