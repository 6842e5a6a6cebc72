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

/**
 * Folders into which a program is usually put: the homes of all accounts with the places where a
 * desktop looks for what it starts by itself (XDG autostart and base directory specifications),
 * temporary folders, what is installed by hand (hier(7)), and removable media.
 */
final class UsualPlaces {
  private static final List<FolderTree.Root> SYSTEM =
      List.of(
          place("/tmp", 3),
          place("/var/tmp", 3),
          place("/dev/shm", 3),
          place("/opt", 4),
          place("/usr/local", 3),
          place("/etc/xdg/autostart", 1),
          place("/etc/init.d", 1),
          place("/etc/systemd/system", 1));

  private static final int HOME_DEPTH = 1;

  /** Below a home: what hides there, what is downloaded, what starts by itself. */
  private static final List<FolderTree.Root> IN_A_HOME =
      List.of(
          place(".cache", 3),
          place(".config/autostart", 1),
          place(".config/systemd/user", 1),
          place(".local/bin", 1),
          place(".local/share", 2),
          place("bin", 1),
          place("Desktop", 2),
          place("桌面", 2),
          place("Documents", 2),
          place("文档", 2),
          place("Downloads", 2),
          place("下载", 2));

  private static final int MEDIUM_DEPTH = 2;

  private final Path passwd;
  private final Volumes volumes;

  UsualPlaces(Path passwd, Volumes volumes) {
    this.passwd = passwd;
    this.volumes = volumes;
  }

  /** All that are there now. */
  List<FolderTree.Root> list() throws IOException {
    List<FolderTree.Root> places = new ArrayList<>(SYSTEM);
    for (MountedVolume volume : volumes.list()) {
      if (volume.removable()) {
        places.add(new FolderTree.Root(volume.mountPoint(), MEDIUM_DEPTH));
      }
    }
    for (Path home : homes()) {
      places.add(new FolderTree.Root(home, HOME_DEPTH));
      for (FolderTree.Root below : IN_A_HOME) {
        places.add(new FolderTree.Root(home.resolve(below.folder()), below.depth()));
      }
    }
    return places.stream().filter(place -> Files.isDirectory(place.folder())).toList();
  }

  /** Homes in which somebody can log in: passwd(5), fields 6 and 7. */
  private Set<Path> homes() throws IOException {
    Set<Path> homes = new LinkedHashSet<>();
    String all = new String(Files.readAllBytes(passwd), StandardCharsets.UTF_8);
    for (String line : all.split("\n")) {
      String[] fields = line.split(":", -1);
      if (fields.length == 7
          && fields[5].startsWith("/")
          && !fields[6].endsWith("/nologin")
          && !fields[6].endsWith("/false")
          && !fields[5].equals("/")) {
        homes.add(Path.of(fields[5]));
      }
    }
    return homes;
  }

  private static FolderTree.Root place(String folder, int depth) {
    return new FolderTree.Root(Path.of(folder), depth);
  }
}
