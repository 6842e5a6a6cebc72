package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import io.waybillguard.agent.platform.UsbBus;
import io.waybillguard.agent.platform.UsbChange;
import io.waybillguard.agent.platform.UsbPeripheral;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * USB through the kernel's own messages (netlink KOBJECT_UEVENT, no daemon in between) and sysfs.
 * Needs no privilege.
 */
public final class LinuxUsb implements UsbBus {
  // linux/netlink.h, linux/socket.h, asm-generic/socket.h
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int NETLINK_KOBJECT_UEVENT = 15;
  private static final int KERNEL_GROUP = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;

  /** struct sockaddr_nl: u16 family, u16 padding, u32 pid, u32 groups. */
  private static final int ADDRESS = 12;

  private static final int ADDRESS_PID = 4;
  private static final int ADDRESS_GROUPS = 8;

  /** Room in the kernel for some thousand messages: a full hub makes a few hundred at once. */
  private static final int QUEUE_BYTES = 2 << 20;

  /** The kernel's messages end at 2 KiB (UEVENT_BUFFER_SIZE) and a header. */
  private static final int MESSAGE_BYTES = 8 << 10;

  /** Most messages taken in one step, so that a flood cannot keep a step from ending. */
  private static final int BATCH = 4096;

  private final InstantSource clock;
  private final SysfsUsb sysfs;
  private final Memory message = new Memory(MESSAGE_BYTES);
  private final Memory sender = new Memory(ADDRESS);
  private final Memory senderLength = new Memory(Integer.BYTES);
  private @Nullable Fd socket;
  private volatile @Nullable Waiter waiter;
  private UsbTracker tracker;

  /**
   * @param clock measures how long a device may take to get ready
   */
  public LinuxUsb(InstantSource clock) {
    this.clock = clock;
    this.sysfs = new SysfsUsb(Path.of("/sys"));
    this.tracker = new UsbTracker(sysfs, clock);
  }

  @Override
  public List<UsbPeripheral> open() throws IOException {
    close();
    boolean done = false;
    try {
      Fd opened = listening();
      socket = opened;
      waiter = new Waiter(List.of(opened));
      tracker = new UsbTracker(sysfs, clock);
      // Listens before it looks, so that nothing falls in between.
      List<UsbPeripheral> found = tracker.start();
      done = true;
      return found;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private static Fd listening() throws IOException {
    Fd socket =
        Fd.of(
            Libc.socket(
                AF_NETLINK, SOCK_RAW | Libc.O_CLOEXEC | Libc.O_NONBLOCK, NETLINK_KOBJECT_UEVENT),
            "cannot open a socket for USB events (netlink KOBJECT_UEVENT)");
    boolean done = false;
    try (Memory address = new Memory(ADDRESS);
        Memory size = new Memory(Integer.BYTES)) {
      size.setInt(0, QUEUE_BYTES);
      // Past the system's limit with CAP_NET_ADMIN, up to it without.
      if (Libc.setsockopt(socket.number(), SOL_SOCKET, SO_RCVBUFFORCE, size, Integer.BYTES) < 0
          && Libc.setsockopt(socket.number(), SOL_SOCKET, SO_RCVBUF, size, Integer.BYTES) < 0) {
        throw Libc.failure("cannot make room for USB events");
      }
      address.clear();
      address.setShort(0, (short) AF_NETLINK);
      address.setInt(ADDRESS_GROUPS, KERNEL_GROUP);
      if (Libc.bind(socket.number(), address, ADDRESS) < 0) {
        throw Libc.failure("cannot listen to USB events of the kernel");
      }
      done = true;
      return socket;
    } finally {
      if (!done) {
        socket.close();
      }
    }
  }

  @Override
  public List<UsbChange> await(Duration patience) throws IOException {
    Waiter open = waiter;
    Fd from = socket;
    if (open == null || from == null) {
      throw new IllegalStateException("the USB bus is not open; call open() first");
    }
    Waiter.Woken woken = open.await(tracker.patience(patience));
    List<UsbChange> changes = new ArrayList<>();
    if (woken.events()) {
      for (int i = 0; i < BATCH; i++) {
        Optional<Optional<Uevent>> next = receive(from);
        if (next.isEmpty()) {
          break;
        }
        if (next.get().isPresent()) {
          changes.addAll(tracker.on(next.get().get()));
        }
      }
    }
    changes.addAll(tracker.overdue());
    if (woken.mounts()) {
      changes.add(new UsbChange.VolumesChanged());
    }
    return changes;
  }

  /**
   * @return empty when the queue is; an empty event when the message was not the kernel's
   */
  private Optional<Optional<Uevent>> receive(Fd from) throws IOException {
    senderLength.setInt(0, ADDRESS);
    long length = Libc.recvfrom(from.number(), message, MESSAGE_BYTES, 0, sender, senderLength);
    if (length < 0) {
      int errno = Libc.errno();
      if (errno == Libc.EAGAIN || errno == Libc.EINTR) {
        return Optional.empty();
      }
      if (errno == Libc.ENOBUFS) {
        throw new IOException(
            "USB events were lost: more came than the "
                + QUEUE_BYTES
                + " bytes of queue could hold; what is plugged in will be looked at again");
      }
      throw Libc.failure("cannot receive USB events", errno);
    }
    // A program with enough rights may send to the group as well; the kernel's own id is 0.
    return Optional.of(
        sender.getInt(ADDRESS_PID) == 0
            ? Uevent.parse(message.getByteArray(0, (int) length), (int) length)
            : Optional.empty());
  }

  @Override
  public void wake() {
    Waiter open = waiter;
    if (open != null) {
      open.wake();
    }
  }

  @Override
  public void close() {
    Waiter open = waiter;
    if (open != null) {
      open.close();
      waiter = null;
    }
    Fd held = socket;
    if (held != null) {
      held.close();
      socket = null;
    }
  }
}
