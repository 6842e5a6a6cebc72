package io.waybillguard.agent.memory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A map that never holds more than it may: what is put into a full one drives the eldest out. Used
 * by one thread, or under a lock of its owner.
 */
@SuppressWarnings("serial") // never serialised
public final class Recent<K, V> extends LinkedHashMap<K, V> {
  private final int most;
  private final transient Consumer<? super V> forgotten;

  private Recent(int most, boolean byUse, Consumer<? super V> forgotten) {
    super(16, 0.75f, byUse);
    if (most < 1) {
      throw new IllegalArgumentException("a memory of " + most + " entries; at least 1 is needed");
    }
    this.most = most;
    this.forgotten = forgotten;
  }

  /**
   * The eldest is the one that was put or looked up the longest time ago.
   *
   * @param most entries, at least 1
   */
  public static <K, V> Recent<K, V> byUse(int most) {
    return new Recent<>(most, true, eldest -> {});
  }

  /**
   * The eldest is the one whose key came first, however often it was looked up since.
   *
   * @param most entries, at least 1
   */
  public static <K, V> Recent<K, V> byArrival(int most) {
    return byArrival(most, eldest -> {});
  }

  /**
   * As {@link #byArrival(int)}, for an owner that keeps the same values under other keys, too.
   *
   * @param forgotten is told of each value that is driven out, before it goes; not of those removed
   */
  public static <K, V> Recent<K, V> byArrival(int most, Consumer<? super V> forgotten) {
    return new Recent<>(most, false, forgotten);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    if (size() <= most) {
      return false;
    }
    forgotten.accept(eldest.getValue());
    return true;
  }
}
