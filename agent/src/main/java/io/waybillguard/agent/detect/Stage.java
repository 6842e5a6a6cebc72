package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.CrimeStep;

/** Where in the crime a finding stands, by its rule. */
enum Stage {
  DEVICE,
  PROGRAM,
  AUTOSTART,
  LOGIN,
  IMAGES,
  UPLOAD,
  SILENCED,
  /** No step of the crime: a remark in its story, or a rule that this version does not know. */
  OTHER;

  static Stage of(String rule) {
    return switch (CrimeStep.of(rule)) {
      case STICK, KEYBOARD -> DEVICE;
      case PROGRAM -> PROGRAM;
      case AUTOSTART -> AUTOSTART;
      case REMOTE_LOGIN -> LOGIN;
      case IMAGES -> IMAGES;
      case UPLOAD -> UPLOAD;
      case TAMPER -> SILENCED;
      case REMARK -> OTHER;
    };
  }

  /** Whether a step here can be what a later step there came of. */
  boolean leadsTo(Stage later) {
    return switch (later) {
      case DEVICE -> this == DEVICE || this == PROGRAM; // the same stick once more
      case PROGRAM -> this == DEVICE || this == PROGRAM || this == AUTOSTART || this == LOGIN;
      case AUTOSTART -> this == PROGRAM || this == AUTOSTART || this == LOGIN;
      case LOGIN -> this == PROGRAM || this == AUTOSTART || this == LOGIN;
      case IMAGES, UPLOAD ->
          this == PROGRAM || this == AUTOSTART || this == LOGIN || this == IMAGES || this == UPLOAD;
      case SILENCED -> this == LOGIN || this == SILENCED;
      case OTHER -> false;
    };
  }
}
