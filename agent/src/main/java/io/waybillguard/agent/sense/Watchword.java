package io.waybillguard.agent.sense;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The sign that a sensor looks for while it looks, if any. Set by any thread, asked by its own. */
public final class Watchword {
  private final InstantSource clock;
  private volatile @Nullable Sign expected;

  /**
   * @param clock tells when a sign was seen
   */
  public Watchword(InstantSource clock) {
    this.clock = clock;
  }

  /** From now on this one is looked for, and none before. */
  public void expect(Sign sign) {
    expected = sign;
  }

  /** Whether what was found is the sign; it is seen then. */
  public boolean isIt(String found) {
    Sign sign = expected;
    if (sign == null || !sign.is(found)) {
      return false;
    }
    sign.see(clock.instant());
    return true;
  }
}
