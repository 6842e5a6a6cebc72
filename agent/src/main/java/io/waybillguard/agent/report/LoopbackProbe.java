package io.waybillguard.agent.report;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A connection from this process to itself, so that the sensors of connections see one. */
public final class LoopbackProbe implements AutoCloseable {
  private static final int TIMEOUT_MS = 5_000;
  private static final int CHUNK = 16 << 10;

  private final ServerSocket server;
  private final Socket from = new Socket();
  private Socket to = new Socket();

  private LoopbackProbe(ServerSocket server) {
    this.server = server;
  }

  /** Listens at a free port; nothing is connected yet. */
  public static LoopbackProbe open() throws IOException {
    return new LoopbackProbe(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
  }

  /** The port that is listened at; another one each time. */
  public int port() {
    return server.getLocalPort();
  }

  /** Connects; the connection stands until this is closed. */
  public void connect() throws IOException {
    from.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), TIMEOUT_MS);
    server.setSoTimeout(TIMEOUT_MS);
    to.close();
    to = server.accept();
    to.setSoTimeout(TIMEOUT_MS);
  }

  /**
   * Sends over the connection, and returns when all has come.
   *
   * @param bytes how many, &gt; 0
   */
  public void send(long bytes) throws IOException {
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

  @Override
  public void close() throws IOException {
    try (ServerSocket listened = server;
        Socket came = to) {
      from.close();
    }
  }
}
