package io.waybillguard.agent.sense.program;

import java.util.LinkedHashMap;
import java.util.Map;

/** A map that forgets what was not used for longest when it is full. */
@SuppressWarnings("serial") // never serialised
final class Recent<K, V> extends LinkedHashMap<K, V> {
  private final int limit;

  Recent(int limit) {
    super(16, 0.75f, true);
    this.limit = limit;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > limit;
  }
}
