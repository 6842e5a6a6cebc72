package io.waybillguard.hq.console;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is looked at anew. A page on the screen asks for its parts every few seconds; that is
 * written down once in a while, not every time. Safe for use by several threads.
 */
final class Looks {
  static final Duration AGAIN = Duration.ofMinutes(10);
  private static final int MOST = 10_000;

  private final Map<String, Instant> last =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST;
        }
      };

  /**
   * Whether a look is to be written down: always when a person asks.
   *
   * @param what who looks at what
   * @param byItself whether a script of a page asks
   */
  synchronized boolean isNew(String what, Instant now, boolean byItself) {
    Instant before = last.get(what);
    if (byItself && before != null && now.isBefore(before.plus(AGAIN))) {
      return false;
    }
    last.remove(what);
    last.put(what, now);
    return true;
  }
}
