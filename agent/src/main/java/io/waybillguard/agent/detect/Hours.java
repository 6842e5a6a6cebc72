package io.waybillguard.agent.detect;

import java.time.LocalTime;

/** A part of the day. */
final class Hours {
  private Hours() {}

  /**
   * Whether a time of day lies in it.
   *
   * @param from included
   * @param until not included; the same as {@code from} for the whole day, before it for a part
   *     that passes midnight
   */
  static boolean include(LocalTime from, LocalTime until, LocalTime time) {
    if (from.equals(until)) {
      return true;
    }
    boolean begun = !time.isBefore(from);
    boolean over = !time.isBefore(until);
    return from.isBefore(until) ? begun && !over : begun || !over;
  }
}
