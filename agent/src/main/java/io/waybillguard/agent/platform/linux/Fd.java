package io.waybillguard.agent.platform.linux;

import java.io.IOException;

/** A file descriptor that we opened and must close, once. */
final class Fd implements AutoCloseable {
  private final int number;
  private boolean open = true;

  private Fd(int number) {
    this.number = number;
  }

  /**
   * Takes what a call returned: a descriptor, or a negative number and an error.
   *
   * @param what the call, for the message
   */
  static Fd of(int result, String what) throws IOException {
    if (result < 0) {
      throw Libc.failure(what);
    }
    return new Fd(result);
  }

  /**
   * @param raw each character one byte of the path
   */
  static Fd open(String raw, int flags) throws IOException {
    return of(Libc.open(Libc.path(raw), flags | Libc.O_CLOEXEC), "cannot open " + raw);
  }

  int number() {
    return number;
  }

  /** Closes it. The result is not looked at: Linux lets go of the descriptor whatever it says. */
  @Override
  public void close() {
    if (open) {
      open = false;
      int unused = Libc.close(number);
    }
  }
}
