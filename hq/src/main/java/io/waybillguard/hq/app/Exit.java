package io.waybillguard.hq.app;

/** How a command ended, as its exit code says it; the same codes as the agent's. */
enum Exit {
  /** Done, or it holds. */
  DONE(0),
  /** Failed, or it does not hold. */
  FAILED(1),
  /** Wrong usage or input; nothing was changed. */
  USAGE(2),
  /** Not permitted, or not available on this machine. */
  UNAVAILABLE(3);

  private final int code;

  Exit(int code) {
    this.code = code;
  }

  /** The exit code of the process. */
  int code() {
    return code;
  }
}
