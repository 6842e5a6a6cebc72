package io.waybillguard.hq.acts;

import java.io.IOException;

/** An act could not be written down, and so is not done. */
public final class NotRecorded extends IOException {
  private static final long serialVersionUID = 1L;

  NotRecorded(Exception why) {
    super("HQ's own log does not take it: " + why.getMessage(), why);
  }
}
