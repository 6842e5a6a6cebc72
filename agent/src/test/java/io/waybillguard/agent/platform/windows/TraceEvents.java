package io.waybillguard.agent.platform.windows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Events as the providers' manifests lay them out. No event that Windows itself wrote was to be
 * had: public captures of these two providers are whole trace files, compressed in their own way.
 * So these bytes are built by the template, and prove no more than that both read it alike.
 */
final class TraceEvents {
  private TraceEvents() {}

  static TraceEvent event(TraceSource source, int id, int version, byte[] data) {
    return new TraceEvent(
        new TraceEvent.Head(source.provider(), id, version, Instant.EPOCH, data.length, 0), data);
  }

  /** ProcessStart of Windows 7 (0), 10 (1, 2), 10 1903 (3) and 11 (4, 5). */
  static TraceEvent start(int version, long pid, long parent, Instant created, String image) {
    ByteBuffer raw = ByteBuffer.allocate(1_024).order(ByteOrder.LITTLE_ENDIAN);
    long steps =
        (created.getEpochSecond() + 11_644_473_600L) * 10_000_000L + created.getNano() / 100;
    raw.putInt((int) pid);
    if (version >= 3) {
      raw.putLong(77); // ProcessSequenceNumber
    }
    raw.putLong(steps).putInt((int) parent);
    if (version >= 3) {
      raw.putLong(76); // ParentProcessSequenceNumber
    }
    raw.putInt(1); // SessionID
    if (version >= 1) {
      raw.putInt(0); // Flags
    }
    if (version >= 3) {
      raw.putInt(3).putInt(0); // ProcessTokenElevationType, ProcessTokenIsElevated
      // MandatoryLabel S-1-16-8192
      raw.put(new byte[] {1, 1, 0, 0, 0, 0, 0, 16}).putInt(8_192);
    }
    text(raw, image);
    if (version >= 2) {
      raw.putInt(0x1234).putInt(0x5678); // ImageChecksum, TimeDateStamp
      text(raw, "");
      text(raw, "");
    }
    if (version >= 4) {
      raw.putInt(0); // SecurityMitigations
    }
    if (version >= 5) {
      raw.putInt(0).putShort((short) 0x8664); // PartitionID, ProcessMachine
    }
    return event(TraceSource.STARTS, ProcessStart.ID, version, cut(raw));
  }

  /** What Kernel-Network tells with any of its numbers, up to the ports, and some bytes more. */
  static TraceEvent network(
      int id, long pid, long bytes, String remote, int remotePort, String local, int localPort) {
    ByteBuffer raw = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    raw.putInt((int) pid).putInt((int) bytes).put(address(remote)).put(address(local));
    raw.order(ByteOrder.BIG_ENDIAN).putShort((short) remotePort).putShort((short) localPort);
    raw.putLong(0).putLong(0);
    return event(TraceSource.SENT, id, 0, cut(raw));
  }

  private static byte[] address(String text) {
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static void text(ByteBuffer raw, String text) {
    raw.put(text.getBytes(StandardCharsets.UTF_16LE)).putChar('\0');
  }

  private static byte[] cut(ByteBuffer raw) {
    byte[] data = new byte[raw.position()];
    raw.flip().get(data);
    return data;
  }
}
