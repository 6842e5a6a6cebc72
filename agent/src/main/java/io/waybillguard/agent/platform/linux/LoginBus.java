package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks systemd-logind over the system's D-Bus whether a session is locked: property {@code
 * LockedHint} of {@code org.freedesktop.login1.Session} (org.freedesktop.login1(5)), which GNOME,
 * KDE and others set. It is nowhere in logind's files.
 *
 * <p>Any account may ask. No wait is longer than a second, so a bus that hangs delays a look and
 * stops nothing. One thread.
 */
final class LoginBus implements AutoCloseable {
  private static final long ANSWER_WITHIN_MILLIS = 1000;
  private static final int MOST_UNASKED = 64;

  private final Path socket;
  private @Nullable SocketChannel channel;
  private @Nullable Selector selector;
  private long serial;
  private final ByteBuffer in = ByteBuffer.allocate(DBusMessage.LONGEST + DBusMessage.FIXED);

  /**
   * @param socket of the system bus
   */
  LoginBus(Path socket) {
    this.socket = socket;
  }

  /** That of the system: the address which the D-Bus specification gives for its bus. */
  static Path usual(Path root) {
    return root.resolve("run/dbus/system_bus_socket");
  }

  /**
   * Whether logind takes the session for locked.
   *
   * @param session its id, as the file's name under {@code /run/systemd/sessions}
   * @throws IOException if it cannot be asked, or does not answer
   */
  boolean isLocked(String session) throws IOException {
    boolean done = false;
    try {
      if (channel == null) {
        connect();
      }
      DBusMessage answer =
          ask(
              "org.freedesktop.login1",
              "/org/freedesktop/login1/session/" + label(session),
              "org.freedesktop.DBus.Properties",
              "Get",
              List.of("org.freedesktop.login1.Session", "LockedHint"));
      done = true;
      return answer
          .flag()
          .orElseThrow(() -> new IOException("logind does not tell LockedHint: " + answer.words()));
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /** An id as a part of an object's path: bus_label_escape of systemd's bus-label.c. */
  static String label(String id) {
    StringBuilder label = new StringBuilder();
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      char c = (char) (bytes[i] & 0xff);
      boolean isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean isDigit = c >= '0' && c <= '9';
      if (isLetter || (isDigit && i > 0)) {
        label.append(c);
      } else {
        label.append('_').append(HexFormat.of().toHexDigits((byte) c));
      }
    }
    return label.isEmpty() ? "_" : label.toString();
  }

  // -- the connection ----------------------------------------------------------------------------

  /** Says who we are by the kernel's word (SASL EXTERNAL), and hello. */
  private void connect() throws IOException {
    SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel = opened;
    opened.connect(UnixDomainSocketAddress.of(socket));
    opened.configureBlocking(false);
    Selector made = Selector.open();
    selector = made;
    opened.register(made, SelectionKey.OP_READ);
    in.clear();
    serial = 0;
    String account = String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    String hex = HexFormat.of().formatHex(account.getBytes(StandardCharsets.US_ASCII));
    send(("\0AUTH EXTERNAL " + hex + "\r\n").getBytes(StandardCharsets.US_ASCII));
    String said = line();
    if (!said.startsWith("OK ")) {
      throw new IOException("the system's D-Bus does not let this account in: " + said);
    }
    send("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII));
    DBusMessage unused =
        ask(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "Hello",
            List.of());
  }

  private void send(byte[] bytes) throws IOException {
    // Some hundred bytes into an empty socket: they are taken whole, or the bus has stopped
    // reading.
    if (open().write(ByteBuffer.wrap(bytes)) != bytes.length) {
      throw new IOException("the system's D-Bus takes nothing");
    }
  }

  private SocketChannel open() throws IOException {
    SocketChannel now = channel;
    if (now == null) {
      throw new IOException("the system's D-Bus has closed the connection");
    }
    return now;
  }

  private DBusMessage ask(
      String destination, String path, String onInterface, String member, List<String> arguments)
      throws IOException {
    long asked = ++serial;
    send(DBusMessage.call(asked, destination, path, onInterface, member, arguments));
    for (int i = 0; i < MOST_UNASKED; i++) {
      DBusMessage answer = message();
      if (answer.answers() == asked) {
        return answer;
      }
    }
    throw new IOException("the system's D-Bus tells much and answers nothing");
  }

  private DBusMessage message() throws IOException {
    await(DBusMessage.FIXED);
    byte[] start = new byte[DBusMessage.FIXED];
    in.get(0, start);
    int length = DBusMessage.length(start);
    await(length);
    return DBusMessage.parse(taken(length));
  }

  private String line() throws IOException {
    for (int length = 1; length < 512; length++) {
      await(length);
      if (in.get(length - 1) == '\n') {
        return new String(taken(length), StandardCharsets.US_ASCII).strip();
      }
    }
    throw new IOException("the system's D-Bus says a line that does not end");
  }

  /** Until so many bytes are there. */
  private void await(int bytes) throws IOException {
    Selector waiting = selector;
    if (waiting == null) {
      throw new IOException("the system's D-Bus has closed the connection");
    }
    while (in.position() < bytes) {
      if (waiting.select(ANSWER_WITHIN_MILLIS) == 0) {
        throw new IOException(
            "the system's D-Bus does not answer within " + ANSWER_WITHIN_MILLIS + " ms");
      }
      waiting.selectedKeys().clear();
      if (open().read(in) < 0) {
        throw new IOException("the system's D-Bus has closed the connection");
      }
    }
  }

  private byte[] taken(int length) {
    byte[] bytes = new byte[length];
    in.flip().get(bytes);
    in.compact();
    return bytes;
  }

  @Override
  public void close() {
    try (SocketChannel gone = channel;
        Selector idle = selector) {
      channel = null;
      selector = null;
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(LoginBus.class)
          .debug("the bus was closed: {}", e.toString());
    }
  }
}
