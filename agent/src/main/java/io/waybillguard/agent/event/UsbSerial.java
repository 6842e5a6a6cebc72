package io.waybillguard.agent.event;

import java.util.Locale;

/** How far a serial number tells one device from the others of its model. */
public enum UsbSerial {
  /** It may be one of its own; nobody can be sure. */
  GIVEN,
  /** The device has none. */
  NONE,
  /** A string that makers put in for want of one: all alike, or counting up or down. */
  PLACEHOLDER,
  /** Another device of the same model with the same number is in at the same time. */
  REPEATED;

  private static final String[] COUNTING = {
    "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210", "1234567890".repeat(4)
  };

  /** Shorter than this, counting up is no sign: {@code 12} may be a number like another. */
  private static final int COUNTING_LENGTH = 4;

  /** As it stands in records. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the number itself says. */
  public static UsbSerial of(String serial) {
    String plain = serial.strip().toLowerCase(Locale.ROOT);
    if (plain.isEmpty()) {
      return NONE;
    }
    if (plain.chars().distinct().count() == 1) {
      return PLACEHOLDER;
    }
    for (String counting : COUNTING) {
      if (plain.length() >= COUNTING_LENGTH && counting.contains(plain)) {
        return PLACEHOLDER;
      }
    }
    return GIVEN;
  }
}
