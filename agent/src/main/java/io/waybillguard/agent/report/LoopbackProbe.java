package io.waybillguard.agent.report;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Sends bytes to itself, so that the sensor of uploads has something to see. */
public final class LoopbackProbe {
  private static final int TIMEOUT_MS = 5_000;
  private static final int CHUNK = 16 << 10;

  private LoopbackProbe() {}

  /**
   * Sends, and returns when all has come.
   *
   * @param bytes how many, &gt; 0
   * @return the port that they were sent to; free again
   */
  public static int send(long bytes) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket from = new Socket()) {
      from.connect(
          new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), TIMEOUT_MS);
      server.setSoTimeout(TIMEOUT_MS);
      try (Socket to = server.accept()) {
        to.setSoTimeout(TIMEOUT_MS);
        byte[] chunk = new byte[CHUNK];
        // One thread at both ends: a chunk fits into the buffers between them.
        for (long left = bytes; left > 0; left -= chunk.length) {
          int size = (int) Math.min(left, chunk.length);
          from.getOutputStream().write(chunk, 0, size);
          int got = to.getInputStream().readNBytes(chunk, 0, size);
          if (got < size) {
            throw new IOException("loopback brought " + got + " bytes of " + size);
          }
        }
      }
      return server.getLocalPort();
    }
  }
}
