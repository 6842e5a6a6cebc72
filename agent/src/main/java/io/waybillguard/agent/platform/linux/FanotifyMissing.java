package io.waybillguard.agent.platform.linux;

import java.io.IOException;

/** Fanotify cannot be had here, now or later: no privilege, or a kernel without it. */
final class FanotifyMissing extends IOException {
  private static final long serialVersionUID = 1L;

  FanotifyMissing(String message) {
    super(message);
  }
}
