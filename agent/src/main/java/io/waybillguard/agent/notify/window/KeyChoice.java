package io.waybillguard.agent.notify.window;

/**
 * Tells a key that somebody pressed to answer from the keys of a scanned waybill, which also begin
 * with digits: an answer is one key alone, with nothing typed shortly before or after. Scanners
 * leave some ten milliseconds between keys, people who type a number a few hundred. Pure.
 */
final class KeyChoice {
  /** Nothing may be typed so long before and after, in milliseconds. */
  static final long ALONE = 350;

  private long last = Long.MIN_VALUE / 2;
  private int pending;

  /**
   * A key was typed.
   *
   * @param number 1 to 3 for one that answers, 0 for any other
   * @param millis when, by any steady clock
   * @return whether it may be an answer, to be asked for {@link #ALONE} later
   */
  boolean typed(int number, long millis) {
    boolean alone = millis - last >= ALONE;
    last = millis;
    pending = alone ? number : 0;
    return pending != 0;
  }

  /** The answer, when nothing came after it; 0 when something did. */
  int settled(long millis) {
    int number = millis - last >= ALONE ? pending : 0;
    pending = 0;
    return number;
  }
}
