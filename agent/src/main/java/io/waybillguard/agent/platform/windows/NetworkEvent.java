package io.waybillguard.agent.platform.windows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An event of Microsoft-Windows-Kernel-Network, whose layout is the same in the manifests of
 * Windows 7 to 11 (dumps in repnz/etw-providers-docs): number of the process, bytes, the other
 * end's address, this end's, the other end's port, this end's. Numbers are little endian, but ports
 * are in the network's order (microsoft/krabsetw#262). Only what stands first is read, since the
 * width of what stands last differs. Pure.
 *
 * <p>The process is the one in the data: the event itself may be written by another's thread. What
 * is sent again (14, 30) is not read, so it is not counted twice.
 *
 * @param bytes of content
 */
record NetworkEvent(
    Kind kind,
    long pid,
    long bytes,
    InetAddress remote,
    int remotePort,
    InetAddress local,
    int localPort) {
  /** What happened. */
  enum Kind {
    /** TCP content was given to the network. */
    TCP_SENT(10, 26),
    /** A TCP connection ended. */
    TCP_ENDED(13, 29),
    /** A UDP packet was given to the network. */
    UDP_SENT(42, 58);

    private final int v4;
    private final int v6;

    Kind(int v4, int v6) {
      this.v4 = v4;
      this.v6 = v6;
    }
  }

  /** The numbers of all of these. */
  static final List<Integer> IDS =
      Arrays.stream(Kind.values()).flatMap(kind -> Stream.of(kind.v4, kind.v6)).sorted().toList();

  static final int BYTES = 4;
  static final int REMOTE = 8;
  private static final int V4 = 4;
  private static final int V6 = 16;

  /** Empty for another event, and for one that is too short. */
  static Optional<NetworkEvent> of(TraceEvent event) {
    int id = event.head().id();
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.v4 == id || kind.v6 == id)
        .findFirst()
        .flatMap(kind -> of(kind, kind.v4 == id ? V4 : V6, event.data()));
  }

  private static Optional<NetworkEvent> of(Kind kind, int width, byte[] data) {
    int ports = REMOTE + 2 * width;
    if (data.length < ports + 4) {
      return Optional.empty();
    }
    ByteBuffer raw = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    long pid = Integer.toUnsignedLong(raw.getInt(0));
    long bytes = Integer.toUnsignedLong(raw.getInt(BYTES));
    raw.order(ByteOrder.BIG_ENDIAN);
    return Optional.of(
        new NetworkEvent(
            kind,
            pid,
            bytes,
            address(data, REMOTE, width),
            Short.toUnsignedInt(raw.getShort(ports)),
            address(data, REMOTE + width, width),
            Short.toUnsignedInt(raw.getShort(ports + 2))));
  }

  private static InetAddress address(byte[] data, int at, int width) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(data, at, at + width));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + width + " bytes", e);
    }
  }

  /** Whether it stays on this machine, or goes to nobody in particular. */
  boolean staysHere() {
    return remote.isLoopbackAddress()
        || remote.isAnyLocalAddress()
        || remote.equals(local)
        || remote.isMulticastAddress()
        || Arrays.equals(remote.getAddress(), new byte[] {-1, -1, -1, -1});
  }
}
