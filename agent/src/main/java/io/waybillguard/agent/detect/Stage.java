package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;

/** Where in the crime a finding stands, by its rule. */
enum Stage {
  DEVICE,
  PROGRAM,
  AUTOSTART,
  LOGIN,
  IMAGES,
  SILENCED,
  OTHER;

  static Stage of(String rule) {
    return switch (rule) {
      case "unknown-usb-storage", "unknown-keyboard" -> DEVICE;
      case "program-from-removable-media", "program-in-hidden-place" -> PROGRAM;
      case "starts-by-itself" -> AUTOSTART;
      case "unexpected-remote-session" -> LOGIN;
      case "images-carried-off" -> IMAGES;
      case "sensor-silenced" -> SILENCED;
      default -> OTHER;
    };
  }

  static Stage of(Finding finding) {
    return of(finding.rule());
  }

  /** Whether a step here can be what a later step there came of. */
  boolean leadsTo(Stage later) {
    return switch (later) {
      case DEVICE -> this == DEVICE || this == PROGRAM; // the same stick once more
      case PROGRAM -> this == DEVICE || this == PROGRAM || this == AUTOSTART || this == LOGIN;
      case AUTOSTART -> this == PROGRAM || this == AUTOSTART;
      case LOGIN -> this == PROGRAM || this == AUTOSTART || this == LOGIN;
      case IMAGES -> this == PROGRAM || this == AUTOSTART || this == LOGIN || this == IMAGES;
      case SILENCED -> this == LOGIN || this == SILENCED;
      case OTHER -> false;
    };
  }
}
