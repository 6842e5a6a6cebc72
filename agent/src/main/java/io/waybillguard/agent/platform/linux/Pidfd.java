package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.util.Optional;

/**
 * A process held by a descriptor, pidfd_open(2), Linux 5.3: what is looked up in {@code /proc}
 * while it is held and alive belongs to this process, and a signal reaches it or nobody.
 */
final class Pidfd implements AutoCloseable {
  private static final int POLLFD_BYTES = 8;

  private final Fd fd;

  private Pidfd(Fd fd) {
    this.fd = fd;
  }

  /**
   * @return empty when there is no such process
   */
  static Optional<Pidfd> open(long pid) throws IOException {
    long result = Libc.syscall(Libc.SYS_PIDFD_OPEN, pid, 0, 0, 0);
    if (result < 0) {
      int errno = Libc.errno();
      if (errno == Libc.ESRCH || errno == Libc.EINVAL) {
        return Optional.empty();
      }
      throw Libc.failure("cannot hold process " + pid + " (pidfd_open)", errno);
    }
    return Optional.of(new Pidfd(Fd.of((int) result, "pidfd_open")));
  }

  /**
   * Sends a signal.
   *
   * @return false if the process has ended
   */
  boolean signal(int signal) throws IOException {
    if (Libc.syscall(Libc.SYS_PIDFD_SEND_SIGNAL, fd.number(), signal, 0, 0) == 0) {
      return true;
    }
    int errno = Libc.errno();
    if (errno == Libc.ESRCH) {
      return false;
    }
    throw Libc.failure("cannot end a process (pidfd_send_signal)", errno);
  }

  /** Waits for its end; false if it has not come within this time. */
  boolean awaitEnd(int millis) throws IOException {
    try (Memory poll = new Memory(POLLFD_BYTES)) {
      poll.setInt(0, fd.number());
      poll.setShort(4, Libc.POLLIN);
      poll.setShort(6, (short) 0);
      int ready = Libc.poll(poll, 1, millis);
      if (ready < 0 && Libc.errno() != Libc.EINTR) {
        throw Libc.failure("cannot wait for a process");
      }
      return ready > 0;
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
