package io.waybillguard.agent.event;

import java.util.Locale;

/** How a USB device, or a volume on one, left. */
public enum Removal {
  /** Nothing was mounted of it while it was in: no stick, or one that nobody opened. */
  UNUSED,
  /** All that was mounted had been unmounted before, and the medium had been ejected. */
  EJECTED,
  /** All that was mounted had been unmounted before. */
  RELEASED,
  /** Pulled while a volume was mounted. */
  PULLED,
  /** Unmounted and gone between two looks: which was first cannot be told. */
  UNCLEAR,
  /** It left while nobody watched. */
  UNSEEN;

  /** As it stands in records. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one with this word; records from before there were such words have none. */
  static Removal of(String word, Removal otherwise) {
    for (Removal each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    return otherwise;
  }

  /** Whether it was given up by software before it left: OCSF's Eject, not its Disconnect. */
  boolean safe() {
    return this == EJECTED || this == RELEASED;
  }
}
