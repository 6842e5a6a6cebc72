package io.waybillguard.hq.store;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this process has just taken and read, on its way to whoever makes it findable. Only so many
 * bytes of it are kept; the rest, and what a process that was killed had here, is read from its
 * file again. Safe for use by several threads.
 */
public final class FreshSegments {
  /** As they are kept; here they take about as much. */
  private static final long MOST_BYTES = 16L << 20;

  private record Fresh(ReadSegment read, long bytes) {}

  private final Map<String, Fresh> byFile = new LinkedHashMap<>();
  private long bytes;

  /**
   * Leaves a segment here, once its row is committed.
   *
   * @param file its name, which says its content
   * @param length of the segment, in bytes
   */
  public synchronized void put(String file, ReadSegment read, long length) {
    drop(file);
    byFile.put(file, new Fresh(read, length));
    bytes += length;
    for (Iterator<Fresh> oldest = byFile.values().iterator(); bytes > MOST_BYTES; ) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  /** Takes a segment away. */
  synchronized Optional<ReadSegment> take(String file) {
    Fresh fresh = byFile.get(file);
    drop(file);
    return Optional.ofNullable(fresh).map(Fresh::read);
  }

  /** The files of all that is here. */
  synchronized Set<String> files() {
    return Set.copyOf(byFile.keySet());
  }

  /**
   * Forgets segments that nobody will ask for: another process has read them, or they are erased.
   */
  synchronized void forget(Set<String> files) {
    files.forEach(this::drop);
  }

  private void drop(String file) {
    Fresh fresh = byFile.remove(file);
    if (fresh != null) {
      bytes -= fresh.bytes();
    }
  }
}
