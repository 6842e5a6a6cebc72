package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.Volumes;
import io.waybillguard.agent.platform.shared.FolderTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders into which a program is usually put: the homes of all accounts with the places where a
 * desktop looks for what it starts by itself (XDG autostart and base directory specifications),
 * temporary folders, what is installed by hand (hier(7)), and removable media.
 */
final class UsualPlaces {
  private static final Logger LOG = LoggerFactory.getLogger(UsualPlaces.class);

  /**
   * @param name path or name; a Path only when it is used, since not every locale can spell it
   */
  private record Place(String name, int depth) {}

  private static final List<Place> SYSTEM =
      List.of(
          new Place("/tmp", 3),
          new Place("/var/tmp", 3),
          new Place("/dev/shm", 3),
          new Place("/opt", 4),
          new Place("/usr/local", 3),
          new Place("/etc/xdg/autostart", 1),
          new Place("/etc/init.d", 1),
          new Place("/etc/systemd/system", 1));

  private static final int HOME_DEPTH = 1;

  /** Below a home: what hides there, what is downloaded, what starts by itself. */
  private static final List<Place> IN_A_HOME =
      List.of(
          new Place(".cache", 3),
          new Place(".config/autostart", 1),
          new Place(".config/systemd/user", 1),
          new Place(".local/bin", 1),
          new Place(".local/share", 2),
          new Place("bin", 1),
          new Place("Desktop", 2),
          new Place("桌面", 2),
          new Place("Documents", 2),
          new Place("文档", 2),
          new Place("Downloads", 2),
          new Place("下载", 2));

  private static final int MEDIUM_DEPTH = 2;

  private final Path passwd;
  private final Volumes volumes;

  UsualPlaces(Path passwd, Volumes volumes) {
    this.passwd = passwd;
    this.volumes = volumes;
  }

  /** All that are there now. */
  List<FolderTree.Root> list() throws IOException {
    List<FolderTree.Root> places = new ArrayList<>();
    for (Place place : SYSTEM) {
      places.add(new FolderTree.Root(Path.of(place.name()), place.depth()));
    }
    for (MountedVolume volume : volumes.list()) {
      if (volume.removable()) {
        places.add(new FolderTree.Root(volume.mountPoint(), MEDIUM_DEPTH));
      }
    }
    for (String home : homes()) {
      add(home, HOME_DEPTH, places);
      for (Place place : IN_A_HOME) {
        byte[] name = place.name().getBytes(StandardCharsets.UTF_8);
        add(home + "/" + new String(name, StandardCharsets.ISO_8859_1), place.depth(), places);
      }
    }
    return places.stream().filter(place -> Files.isDirectory(place.folder())).toList();
  }

  private static void add(String raw, int depth, List<FolderTree.Root> places) {
    try {
      places.add(new FolderTree.Root(RawPath.of(raw), depth));
    } catch (IOException e) {
      LOG.trace("folder={} is not there: {}", raw, e.toString());
    }
  }

  /** Homes in which somebody can log in: passwd(5), fields 6 and 7. Each character is a byte. */
  private Set<String> homes() throws IOException {
    Set<String> homes = new LinkedHashSet<>();
    String all = new String(Files.readAllBytes(passwd), StandardCharsets.ISO_8859_1);
    for (String line : all.split("\n")) {
      String[] fields = line.split(":", -1);
      if (fields.length == 7
          && fields[5].startsWith("/")
          && !fields[6].endsWith("/nologin")
          && !fields[6].endsWith("/false")
          && !fields[5].equals("/")) {
        homes.add(fields[5]);
      }
    }
    return homes;
  }
}
