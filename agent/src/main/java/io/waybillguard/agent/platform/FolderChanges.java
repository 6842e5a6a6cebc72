package io.waybillguard.agent.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Tells that something changed in folders, as soon as it does: a name came, went, was written or
 * got other rights. What it is now, the caller looks up. Used by one thread, except {@link #wake}.
 */
public interface FolderChanges {
  /**
   * Begins, or begins again after {@link #close}; nothing is watched then.
   *
   * @throws IOException if the system cannot tell of changes
   */
  void open() throws IOException;

  /**
   * Watches these folders and no others. One that was watched already misses nothing.
   *
   * @return those that are not watched: they are not there, may not be looked into, or the system
   *     watches no more
   */
  List<Path> watch(Collection<Path> folders) throws IOException;

  /**
   * Watches these keys of the registry and no others; those that end in {@code \**} with all below
   * them. One that was watched already misses nothing.
   *
   * @return those that are not watched: they are not there, may not be read, or this system has no
   *     registry
   */
  default List<String> watchKeys(Collection<String> keys) throws IOException {
    return List.copyOf(keys);
  }

  /**
   * Waits at most {@code patience} for something to change.
   *
   * @throws IOException if it cannot tell any more
   */
  Changes await(Duration patience) throws IOException;

  /** Ends a waiting {@link #await} early, or the next one. Safe from any thread. */
  void wake();

  /** Lets go of what it holds. May be called twice, and before {@link #open}. */
  void close();

  /**
   * What changed since the last time.
   *
   * @param seen in the order in which it happened; one name may be there more than once
   * @param keys of the registry, as they were given, in or below which something changed; each once
   * @param lost whether there was more than could be told: everything may have changed
   */
  record Changes(List<Change> seen, List<String> keys, boolean lost) {
    public static final Changes NONE = new Changes(List.of(), false);

    public Changes {
      seen = List.copyOf(seen);
      keys = List.copyOf(keys);
    }

    /** Of folders only. */
    public Changes(List<Change> seen, boolean lost) {
      this(seen, List.of(), lost);
    }
  }

  /**
   * A change.
   *
   * @param folder as it was given
   * @param name of what changed in it, or "" for the folder itself
   */
  record Change(Path folder, String name) {}
}
