package io.waybillguard.agent.platform.shared;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files of some folders, by what the Java runtime has on every system. A makeshift: it sees neither
 * who wrote nor what is started, and only the folders it was given.
 *
 * <p>There is no word of a file being closed, so a file counts as written when it has been left
 * alone for a second.
 */
public final class FolderWatch implements FileActivity {
  /** How long a file must have been left alone. */
  static final Duration SETTLED = Duration.ofSeconds(1);

  /** After this long a file that never rests is told of all the same, and again. */
  static final Duration RESTLESS = Duration.ofSeconds(10);

  /** Linux lets one account watch 8,192 folders where nobody raised it (inotify(7)). */
  static final int MAX_FOLDERS = 2_000;

  private static final int KEYS_A_STEP = 256;

  /** File times may be coarser than the clock, and behind it by a tick. */
  private static final Duration TICK = Duration.ofSeconds(2);

  private final Places places;
  private final String why;
  private final String unseen;
  private final InstantSource clock;
  private final Map<WatchKey, FolderTree.Root> watched = new HashMap<>();
  private final Set<Path> watchedFolders = new HashSet<>();
  private final Set<Path> denied = new HashSet<>();
  private final Map<Path, Resting> unsettled = new LinkedHashMap<>();
  private @Nullable WatchService service;
  private List<FolderTree.Root> roots = List.of();
  private String refused = "";
  private String refusalTold = "";
  private Instant lastGoodLook = Instant.EPOCH;

  private final WatchWait waiting = new WatchWait();

  /** The folders to watch. */
  public interface Places {
    /**
     * Those that are there now.
     *
     * @throws IOException if that cannot be told
     */
    List<FolderTree.Root> list() throws IOException;
  }

  private record Resting(Instant first, Instant last) {}

  /**
   * @param places asked again at every step: a mounted medium may add to them
   * @param why why nothing better is used, and what to do about it; part of the view's detail
   */
  public FolderWatch(Places places, String why, InstantSource clock) {
    this(places, why, "who wrote them, what is started, every other folder", clock);
  }

  /**
   * @param unseen what is not seen, for the view's detail
   */
  public FolderWatch(Places places, String why, String unseen, InstantSource clock) {
    this.places = places;
    this.why = why;
    this.unseen = unseen;
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    close();
    WatchService opened = FileSystems.getDefault().newWatchService();
    service = opened;
    lastGoodLook = clock.instant();
    roots = places.list();
    for (FolderTree.Root root : roots) {
      watch(opened, root);
    }
    if (watched.isEmpty()) {
      close();
      throw new IOException("no folder can be watched: none of " + roots + " is there and open");
    }
    refusalTold = refused;
    return new View(
        true,
        "new programs in "
            + watched.size()
            + " folders only"
            + (watched.size() >= MAX_FOLDERS ? " (the limit)" : "")
            + (denied.isEmpty() ? "" : ", " + denied.size() + " may not be entered")
            + (refused.isEmpty() ? "" : ", no more: " + refused)
            + "; not seen: "
            + unseen
            + "; "
            + why);
  }

  /** Watches a place and what lies below it; files there before that are not told of. */
  private List<Path> watch(WatchService by, FolderTree.Root root) throws IOException {
    List<Path> folders = new ArrayList<>();
    for (FolderTree.Root one : FolderTree.below(root, MAX_FOLDERS - watched.size())) {
      if (watchedFolders.add(one.folder())) {
        try {
          watched.put(one.folder().register(by, ENTRY_CREATE, ENTRY_MODIFY), one);
          folders.add(one.folder());
        } catch (NoSuchFileException | NotDirectoryException e) {
          watchedFolders.remove(one.folder()); // gone since it was listed
        } catch (AccessDeniedException e) {
          watchedFolders.remove(one.folder());
          denied.add(one.folder());
        } catch (IOException e) {
          // The system's own limit, which others share: what is watched already goes on.
          watchedFolders.remove(one.folder());
          refused = String.valueOf(e.getMessage());
          return folders;
        }
      }
    }
    return folders;
  }

  @Override
  public List<FileEvent> await(Duration patience) throws IOException {
    WatchService open = service;
    if (open == null) {
      throw new IllegalStateException("no folder is watched; call open() first");
    }
    List<FileEvent> told = new ArrayList<>();
    lookForNewPlaces(open, told);
    WatchKey key = waiting.next(open, patienceLeft(patience));
    Instant now = clock.instant();
    for (int i = 0; key != null && i < KEYS_A_STEP; i++) {
      take(open, key, now, told);
      key = i + 1 < KEYS_A_STEP ? open.poll() : null;
    }
    lastGoodLook = now;
    if (!refused.equals(refusalTold)) {
      told.add(new FileEvent.Unwatched(roots.get(0).folder(), "new folders: " + refused));
      refusalTold = refused;
    }
    settle(now, told);
    return told;
  }

  private void lookForNewPlaces(WatchService open, List<FileEvent> told) throws IOException {
    List<FolderTree.Root> now = places.list();
    if (!now.equals(roots)) {
      for (FolderTree.Root root : now) {
        watch(open, root);
      }
      roots = now;
      told.add(new FileEvent.VolumesChanged());
    }
  }

  private void take(WatchService open, WatchKey key, Instant now, List<FileEvent> told)
      throws IOException {
    FolderTree.Root folder = watched.get(key);
    if (folder == null) {
      return; // of a folder that is gone
    }
    for (WatchEvent<?> event : key.pollEvents()) {
      if (event.kind() == OVERFLOW) {
        told.add(
            new FileEvent.Lost(
                folder.folder(), "more happened at once than the system kept for us"));
        changedIn(open, folder, now);
      } else if (event.context() instanceof Path name) {
        changed(open, folder, folder.folder().resolve(name), now);
      }
    }
    if (!key.reset()) {
      watched.remove(key);
      watchedFolders.remove(folder.folder());
    }
  }

  /** Looks a folder over again: files by their times, and folders that came. */
  private void changedIn(WatchService open, FolderTree.Root folder, Instant now)
      throws IOException {
    for (Path file : FolderTree.changedSince(folder.folder(), lastGoodLook.minus(TICK))) {
      rest(file, now);
    }
    for (FolderTree.Root one : FolderTree.below(folder, MAX_FOLDERS)) {
      if (!watchedFolders.contains(one.folder())) {
        changed(open, folder, one.folder(), now);
      }
    }
  }

  private void changed(WatchService open, FolderTree.Root in, Path entry, Instant now)
      throws IOException {
    if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
      rest(entry, now);
    } else if (in.depth() > 1) {
      // Files may have come into it before it could be watched: all of them are new.
      for (Path folder : watch(open, new FolderTree.Root(entry, in.depth() - 1))) {
        FolderTree.changedSince(folder, Instant.EPOCH).forEach(file -> rest(file, now));
      }
    }
  }

  private void rest(Path file, Instant now) {
    Resting before = unsettled.get(file);
    unsettled.put(file, new Resting(before == null ? now : before.first(), now));
  }

  private void settle(Instant now, List<FileEvent> told) {
    for (Iterator<Map.Entry<Path, Resting>> all = unsettled.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<Path, Resting> one = all.next();
      if (!now.isBefore(due(one.getValue()))) {
        told.add(new FileEvent.Written(one.getKey(), ProcessFacts.UNKNOWN));
        all.remove();
      }
    }
  }

  private static Instant due(Resting one) {
    Instant settled = one.last().plus(SETTLED);
    Instant restless = one.first().plus(RESTLESS);
    return settled.isBefore(restless) ? settled : restless;
  }

  private Duration patienceLeft(Duration patience) {
    Instant now = clock.instant();
    return unsettled.values().stream()
        .map(one -> Duration.between(now, due(one)))
        .map(left -> left.isNegative() ? Duration.ZERO : left)
        .filter(left -> left.compareTo(patience) < 0)
        .min(Duration::compareTo)
        .orElse(patience);
  }

  /** Reading is not seen at all, here as in the whole of this class. */
  @Override
  public void follow(Path file) {}

  @Override
  public void wake() {
    waiting.wake();
  }

  @Override
  public void close() {
    WatchService open = service;
    if (open != null) {
      service = null;
      try {
        open.close();
      } catch (IOException e) {
        throw new IllegalStateException("a watch service that cannot be closed", e);
      }
    }
    watched.clear();
    watchedFolders.clear();
    denied.clear();
    refused = "";
    unsettled.clear();
  }
}
