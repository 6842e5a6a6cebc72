package io.waybillguard.agent.platform.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.util.Optional;

/** A netlink socket of the kernel's, netlink(7). */
final class Netlink implements AutoCloseable {
  // linux/netlink.h, linux/socket.h, asm-generic/socket.h
  static final int NETLINK_SOCK_DIAG = 4;
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;

  /** struct sockaddr_nl: u16 family, u16 padding, u32 pid, u32 groups. */
  private static final int ADDRESS = 12;

  private static final int ADDRESS_PID = 4;
  private static final int ADDRESS_GROUPS = 8;
  private static final int MESSAGE_BYTES = 64 << 10;

  private final Fd fd;
  private final Memory message = new Memory(MESSAGE_BYTES);
  private final Memory sender = new Memory(ADDRESS);
  private final Memory senderLength = new Memory(Integer.BYTES);

  private Netlink(Fd fd) {
    this.fd = fd;
  }

  /**
   * @param groups bit mask of what to listen to; 0 to ask only
   * @param queueBytes room in the kernel for what was not received yet
   * @param what it is for, for the message
   */
  static Netlink open(int protocol, int groups, int queueBytes, String what) throws IOException {
    Fd fd =
        Fd.of(
            Libc.socket(AF_NETLINK, SOCK_RAW | Libc.O_CLOEXEC | Libc.O_NONBLOCK, protocol),
            "cannot open a socket for " + what);
    boolean done = false;
    try (Memory address = new Memory(ADDRESS);
        Memory size = new Memory(Integer.BYTES)) {
      size.setInt(0, queueBytes);
      // Past the system's limit with CAP_NET_ADMIN, up to it without.
      if (Libc.setsockopt(fd.number(), SOL_SOCKET, SO_RCVBUFFORCE, size, Integer.BYTES) < 0
          && Libc.setsockopt(fd.number(), SOL_SOCKET, SO_RCVBUF, size, Integer.BYTES) < 0) {
        throw Libc.failure("cannot make room for " + what);
      }
      address.clear();
      address.setShort(0, (short) AF_NETLINK);
      address.setInt(ADDRESS_GROUPS, groups);
      if (Libc.bind(fd.number(), address, ADDRESS) < 0) {
        throw Libc.failure("cannot listen to " + what);
      }
      done = true;
      return new Netlink(fd);
    } finally {
      if (!done) {
        fd.close();
      }
    }
  }

  Fd fd() {
    return fd;
  }

  void send(byte[] request) throws IOException {
    try (Memory bytes = new Memory(request.length)) {
      bytes.write(0, request, 0, request.length);
      if (Libc.send(fd.number(), bytes, request.length, 0) < 0) {
        throw Libc.failure("cannot ask the kernel");
      }
    }
  }

  /**
   * One message, if one is there.
   *
   * @throws IOException with {@code ENOBUFS} in its words when some were lost
   */
  Optional<byte[]> receive() throws IOException {
    while (true) {
      senderLength.setInt(0, ADDRESS);
      long length = Libc.recvfrom(fd.number(), message, MESSAGE_BYTES, 0, sender, senderLength);
      if (length < 0) {
        int errno = Libc.errno();
        if (errno == Libc.EAGAIN || errno == Libc.EINTR) {
          return Optional.empty();
        }
        throw Libc.failure(
            errno == Libc.ENOBUFS
                ? "messages of the kernel were lost (more came than its queue could hold)"
                : "cannot receive messages of the kernel",
            errno);
      }
      // Another program with enough rights may send as well; the kernel's own id is 0.
      if (sender.getInt(ADDRESS_PID) == 0) {
        return Optional.of(message.getByteArray(0, (int) length));
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
