package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * One wait for three things: descriptors that deliver events, the mount table, and a call from
 * another thread. So a thread that has nothing to do sleeps until there is something, or until its
 * patience ends.
 *
 * <p>Used by one thread, except {@link #wake}; closed by the thread that uses it.
 */
final class Waiter implements AutoCloseable {
  /** struct pollfd of poll.h: int fd, short events, short revents. */
  private static final int POLLFD = 8;

  private static final int REVENTS = 6;

  private final List<Fd> events;
  private final Fd mounts;
  private final Fd call;
  private Memory polled;
  private final Memory counter = new Memory(Long.BYTES);
  private final Memory one = new Memory(Long.BYTES);
  private boolean closed;

  /** What ended a wait. Nothing, when patience did. */
  record Woken(boolean events, boolean mounts, boolean called) {}

  /**
   * @param events readable when there is something; not closed by this object
   */
  Waiter(List<Fd> events) throws IOException {
    this.events = List.copyOf(events);
    this.polled = new Memory((events.size() + 2L) * POLLFD);
    this.mounts = Fd.open("/proc/self/mountinfo", Libc.O_RDONLY);
    try {
      this.call =
          Fd.of(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK), "cannot make an eventfd");
    } catch (IOException e) {
      mounts.close();
      throw e;
    }
    one.setLong(0, 1);
  }

  Woken await(Duration patience) throws IOException {
    return await(events, patience);
  }

  /**
   * @param events those of this one wait, in place of those given at the start
   */
  Woken await(List<Fd> events, Duration patience) throws IOException {
    long size = (events.size() + 2L) * POLLFD;
    if (polled.size() < size) {
      polled = new Memory(size);
    }
    int count = 0;
    for (Fd one : events) {
      watch(count++, one, Libc.POLLIN);
    }
    int mountsAt = count++;
    int callAt = count++;
    // The mount table is always readable; a change of it is an exceptional condition (proc(5)).
    watch(mountsAt, mounts, Libc.POLLPRI);
    watch(callAt, call, Libc.POLLIN);
    int millis = (int) Math.min(Integer.MAX_VALUE, Math.max(0, patience.toMillis()));
    int ready = Libc.poll(polled, count, millis);
    if (ready < 0) {
      int errno = Libc.errno();
      if (errno == Libc.EINTR) {
        return new Woken(
            false, false, false); // a signal for the runtime: as good as patience ending
      }
      throw Libc.failure("cannot wait for events", errno);
    }
    boolean called = revents(callAt) != 0;
    if (called) {
      // Takes the count back to zero. EAGAIN, when two calls met, is as good.
      long unused = Libc.read(call.number(), counter, Long.BYTES);
    }
    boolean eventful = false;
    for (int i = 0; i < mountsAt; i++) {
      eventful |= revents(i) != 0;
    }
    boolean mounted = (revents(mountsAt) & (Libc.POLLERR | Libc.POLLPRI)) != 0;
    return new Woken(eventful, mounted, called);
  }

  private void watch(int index, Fd fd, short what) {
    polled.setInt((long) index * POLLFD, fd.number());
    polled.setShort((long) index * POLLFD + 4, what);
    polled.setShort((long) index * POLLFD + REVENTS, (short) 0);
  }

  private short revents(int index) {
    return polled.getShort((long) index * POLLFD + REVENTS);
  }

  /** Ends the wait that is under way, or the next one. */
  synchronized void wake() {
    if (!closed) {
      // Fails only when the counter is full, and then the wait ends anyway.
      long unused = Libc.write(call.number(), one, Long.BYTES);
    }
  }

  @Override
  public synchronized void close() {
    closed = true; // or wake() could write to a descriptor that is somebody else's by then
    call.close();
    mounts.close();
  }
}
