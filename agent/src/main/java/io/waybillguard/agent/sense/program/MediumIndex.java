package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.PathText;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of one removable medium by size, so that a new program can be compared with the few
 * that are as long as it is. Only names and sizes are read; no file is opened.
 *
 * <p>Goes folder by folder, and no folder is open between two, so that the medium can be unmounted
 * at any moment.
 */
final class MediumIndex {
  private record Folder(Path path, int depth) {}

  private final MountedVolume volume;
  private final ProgramSettings settings;
  private final Deque<Folder> ahead = new ArrayDeque<>();
  private final Map<Long, List<Path>> bySize = new HashMap<>();
  private int files;
  private String cut = "";
  private @Nullable Instant begun;

  MediumIndex(MountedVolume volume, ProgramSettings settings) {
    this.volume = volume;
    this.settings = settings;
    ahead.add(new Folder(volume.mountPoint(), 1));
  }

  MountedVolume volume() {
    return volume;
  }

  boolean isDone() {
    return ahead.isEmpty();
  }

  /** Why not every file is in it, with what that means, or "". */
  String cut() {
    return cut;
  }

  /** Files of this size that were found so far. */
  List<Path> ofSize(long size) {
    return List.copyOf(bySize.getOrDefault(size, List.of()));
  }

  /** A file that was written to the medium since. */
  void add(Path file, long size) {
    List<Path> sameSize = bySize.computeIfAbsent(size, s -> new ArrayList<>(1));
    if (files < settings.mediumFiles() && !sameSize.contains(file)) {
      sameSize.add(file);
      files++;
    }
  }

  /** Looks into one folder more. */
  void advance(Instant now) {
    Folder folder = ahead.poll();
    if (folder == null) {
      return;
    }
    if (begun == null) {
      begun = now;
    }
    Duration spent = Duration.between(begun, now);
    if (spent.compareTo(settings.mediumPatience()) > 0) {
      cutOff("after " + settings.mediumPatience().toSeconds() + " s");
      return;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.path())) {
      for (Path entry : entries) {
        take(entry, folder.depth());
        if (files >= settings.mediumFiles()) {
          cutOff("at " + settings.mediumFiles() + " files");
          return;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Pulled, or a damaged folder. The rest is still worth a look; what is missing is said.
      cut = said("one folder could not be read: " + e);
    }
  }

  private void take(Path entry, int depth) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isRegularFile()) {
      add(entry, attributes.size());
    } else if (attributes.isDirectory()) {
      if (depth < settings.mediumDepth()) {
        ahead.add(new Folder(entry, depth + 1));
      } else {
        cut = said("folders deeper than " + settings.mediumDepth() + " were left out");
      }
    }
  }

  private void cutOff(String where) {
    cut = said("the look was ended " + where);
    ahead.clear();
  }

  private String said(String what) {
    return "removable medium at "
        + PathText.of(volume.mountPoint())
        + ": "
        + what
        + "; a program copied from elsewhere on it is linked to it only by who copied it";
  }
}
