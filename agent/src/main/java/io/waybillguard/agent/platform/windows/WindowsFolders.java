package io.waybillguard.agent.platform.windows;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import io.waybillguard.agent.platform.FolderChanges;
import io.waybillguard.agent.platform.shared.WatchWait;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Folders by the Java runtime's own watch, which is ReadDirectoryChangesW on each, and registry
 * keys by {@link KeyWatch}.
 */
public final class WindowsFolders implements FolderChanges {
  private final Libraries libraries;
  private final WatchWait waiting = new WatchWait();
  private final Map<WatchKey, Path> folders = new HashMap<>();
  private final Map<Path, WatchKey> watches = new HashMap<>();
  private @Nullable WatchService service;
  private @Nullable KeyWatch keys;

  public WindowsFolders() {
    this(Libraries.HERE);
  }

  WindowsFolders(Libraries libraries) {
    this.libraries = libraries;
  }

  @Override
  public void open() throws IOException {
    close();
    service = FileSystems.getDefault().newWatchService();
    keys = new KeyWatch(libraries, waiting::wake);
  }

  private WatchService service() throws IOException {
    WatchService open = service;
    if (open == null) {
      throw new IOException("the watch of folders is not open");
    }
    return open;
  }

  @Override
  public List<Path> watch(Collection<Path> wanted) throws IOException {
    WatchService open = service();
    Set<Path> gone = new HashSet<>(watches.keySet());
    gone.removeAll(new HashSet<>(wanted));
    for (Path folder : gone) {
      WatchKey key = watches.remove(folder);
      if (key != null) {
        folders.remove(key);
        key.cancel();
      }
    }
    List<Path> refused = new ArrayList<>();
    for (Path folder : wanted) {
      if (!watches.containsKey(folder)) {
        try {
          WatchKey key = folder.register(open, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
          watches.put(folder, key);
          folders.put(key, folder);
        } catch (IOException e) {
          refused.add(folder); // not there, or not permitted: the caller asks which
        }
      }
    }
    return refused;
  }

  @Override
  public List<String> watchKeys(Collection<String> wanted) throws IOException {
    KeyWatch open = keys;
    if (open == null) {
      throw new IOException("the watch of registry keys is not open");
    }
    return open.watch(wanted);
  }

  @Override
  public Changes await(Duration patience) throws IOException {
    WatchService open = service();
    List<Change> seen = new ArrayList<>();
    boolean lost = false;
    for (WatchKey key = waiting.next(open, patience); key != null; key = open.poll()) {
      lost |= take(key, seen);
    }
    KeyWatch registry = keys;
    return new Changes(seen, registry == null ? List.of() : registry.take(), lost);
  }

  private boolean take(WatchKey key, List<Change> seen) {
    boolean lost = false;
    Path folder = folders.get(key);
    for (WatchEvent<?> event : key.pollEvents()) {
      lost |= event.kind() == OVERFLOW && folder != null;
      if (folder != null && event.context() instanceof Path name) {
        seen.add(new Change(folder, name.toString()));
      }
    }
    if (!key.reset() && folder != null) {
      folders.remove(key);
      watches.remove(folder);
      seen.add(new Change(folder, ""));
    }
    return lost;
  }

  @Override
  public void wake() {
    waiting.wake();
  }

  @Override
  public void close() {
    WatchService open = service;
    service = null;
    KeyWatch registry = keys;
    keys = null;
    if (registry != null) {
      registry.close();
    }
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new IllegalStateException("a watch service that cannot be closed", e);
      }
    }
    folders.clear();
    watches.clear();
  }
}
