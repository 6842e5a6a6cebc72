package io.waybillguard.hq.fleet;

import io.waybillguard.agent.event.Rfc3339;
import java.time.Instant;

/** Times as documents write them. */
public final class Times {
  private Times() {}

  /** RFC 3339 in UTC, with milliseconds. */
  public static String rfc3339(Instant at) {
    return Rfc3339.of(at);
  }
}
