package io.waybillguard.agent.sense.persistence;

import java.time.Duration;

/**
 * Bounds of the sensor of what starts by itself.
 *
 * @param every how often everything is looked over, &gt; 0; varied by a tenth either way, so that
 *     not all desks of a depot do it at once
 * @param cpuShare percent of one processor that this may take, 1 to 100
 */
public record PersistenceSettings(Duration every, int cpuShare) {
  public PersistenceSettings {
    if (every.isNegative() || every.isZero() || cpuShare < 1 || cpuShare > 100) {
      throw new IllegalArgumentException(
          "every must be above 0 and cpuShare from 1 to 100: every="
              + every
              + " cpuShare="
              + cpuShare);
    }
  }
}
