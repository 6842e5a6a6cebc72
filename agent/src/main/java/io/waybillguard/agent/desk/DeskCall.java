package io.waybillguard.agent.desk;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Says something to the running agent. */
public final class DeskCall {
  /** This system has no sockets in the file system, so nobody can be spoken to by one. */
  public static final class NoSocketsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Of a socket that cannot be. */
    public NoSocketsException(Path socket, UnsupportedOperationException cause) {
      super(
          "this system has no sockets in the file system, so " + socket + " cannot be asked",
          cause);
    }
  }

  private DeskCall() {}

  /**
   * Says it, and waits until it is durable: some seconds at most.
   *
   * @param socket of the agent's {@link DeskDoor}
   * @return {@code ok}; then {@code operator}, {@code changed} and {@code seq}, or {@code why}
   * @throws NoSocketsException if this system has no such sockets
   * @throws IOException if nobody answers there
   */
  public static Json.Obj say(Path socket, Saying said) throws IOException {
    try (SocketChannel agent = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer line = ByteBuffer.wrap((said.json() + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        agent.write(line);
      }
      byte[] reply = Channels.newInputStream(agent).readAllBytes();
      return Json.parse(reply);
    } catch (UnsupportedOperationException e) {
      // AF_UNIX came to Windows with 10, version 1803, and Server 2019 (JEP 380); Wine has none.
      throw new NoSocketsException(socket, e);
    } catch (JsonException e) {
      throw new IOException(socket + " answered what is no answer: " + e.getMessage(), e);
    }
  }
}
