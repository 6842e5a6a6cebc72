package io.waybillguard.agent.platform.linux;

/**
 * How far the keys of one line agree with a code. Holds a count, and none of the keys: what a
 * scanner reads of waybills passes through and is gone. Pure, but for that count.
 */
final class CodeMatch {
  // linux/input-event-codes.h: KEY_1 to KEY_9 and KEY_0 follow each other. Scanners type digits by
  // these, and end a line by Enter or Tab.
  private static final int KEY_1 = 2;
  private static final int KEY_0 = 11;
  private static final int KEY_TAB = 15;
  private static final int KEY_ENTER = 28;
  private static final int KEY_KPENTER = 96;

  private static final int OFF = -1;

  private final String code;
  private int agreed;

  CodeMatch(String code) {
    this.code = code;
  }

  /**
   * One key went down.
   *
   * @return whether it ends a line that is the code, whole and alone
   */
  boolean key(int key) {
    if (key == KEY_ENTER || key == KEY_KPENTER || key == KEY_TAB) {
      boolean whole = agreed == code.length();
      agreed = 0;
      return whole;
    }
    boolean isDigit = key >= KEY_1 && key <= KEY_0;
    boolean agrees =
        isDigit
            && agreed != OFF
            && agreed < code.length()
            && code.charAt(agreed) - '0' == (key - KEY_1 + 1) % 10;
    agreed = agrees ? agreed + 1 : OFF;
    return false;
  }
}
