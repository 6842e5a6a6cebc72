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
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * The desktop's own notifications, over the D-Bus of a person's session: {@code
 * org.freedesktop.Notifications} of the Desktop Notifications Specification 1.2. For desktops where
 * no window of ours can be shown. Runs as the person. One thread.
 */
public final class DesktopNotifications implements AutoCloseable {
  private static final String SERVICE = "org.freedesktop.Notifications";
  private static final String OBJECT = "/org/freedesktop/Notifications";
  private static final long ANSWER_WITHIN_MILLIS = 3000;
  private static final int MOST_UNASKED = 256;

  private final SocketChannel channel;
  private final Selector selector;
  private final ByteBuffer in = ByteBuffer.allocate(DBusMessage.LONGEST + DBusMessage.FIXED);
  private final Queue<DBusMessage> unasked = new ArrayDeque<>();
  private long serial;
  private int shown;

  private DesktopNotifications(SocketChannel channel, Selector selector) {
    this.channel = channel;
    this.selector = selector;
  }

  /**
   * Connects to the bus of a session.
   *
   * @param environment of the session: DBUS_SESSION_BUS_ADDRESS, or XDG_RUNTIME_DIR
   * @throws IOException if there is no bus, or nobody on it shows notifications
   */
  public static DesktopNotifications open(Map<String, String> environment) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket(environment)));
      channel.configureBlocking(false);
      Selector selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
      DesktopNotifications bus = new DesktopNotifications(channel, selector);
      bus.introduce();
      return bus;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** D-Bus Specification 0.41, "Server Addresses": the first Unix socket of the list. */
  static Path socket(Map<String, String> environment) throws IOException {
    String address = environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", "");
    for (String each : address.split(";")) {
      if (each.startsWith("unix:")) {
        for (String part : each.substring("unix:".length()).split(",")) {
          if (part.startsWith("path=")) {
            return Path.of(part.substring("path=".length()));
          }
        }
      }
    }
    String run = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (run.isEmpty()) {
      throw new IOException("the session has no D-Bus");
    }
    return Path.of(run, "bus");
  }

  // -- the connection ----------------------------------------------------------------------------

  /** Says who we are by the kernel's word (SASL EXTERNAL), and asks to hear of choices. */
  private void introduce() throws IOException {
    String account = String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    String hex = HexFormat.of().formatHex(account.getBytes(StandardCharsets.US_ASCII));
    send(("\0AUTH EXTERNAL " + hex + "\r\n").getBytes(StandardCharsets.US_ASCII));
    String said = line();
    if (!said.startsWith("OK ")) {
      throw new IOException("the session's D-Bus does not let this account in: " + said);
    }
    send("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII));
    DBusMessage hello = toBus("Hello", List.of());
    DBusMessage match =
        toBus(
            "AddMatch", List.of("type='signal',interface='" + SERVICE + "',path='" + OBJECT + "'"));
    DBusMessage server =
        ask(
            DBusMessage.call(
                ++serial, SERVICE, OBJECT, SERVICE, "GetServerInformation", List.of()));
    for (DBusMessage answer : List.of(hello, match, server)) {
      if (answer.type() != DBusMessage.RETURN) {
        throw new IOException(
            "nobody shows notifications on the session's D-Bus: " + answer.words());
      }
    }
  }

  private DBusMessage toBus(String member, List<String> arguments) throws IOException {
    String bus = "org.freedesktop.DBus";
    return ask(DBusMessage.call(++serial, bus, "/org/freedesktop/DBus", bus, member, arguments));
  }

  private DBusMessage ask(byte[] call) throws IOException {
    long asked = serial;
    send(call);
    for (int i = 0; i < MOST_UNASKED; i++) {
      DBusMessage answer = message(ANSWER_WITHIN_MILLIS);
      if (answer.answers() == asked) {
        return answer;
      }
      unasked.add(answer);
    }
    throw new IOException("the session's D-Bus tells much and answers nothing");
  }

  private void send(byte[] bytes) throws IOException {
    if (channel.write(ByteBuffer.wrap(bytes)) != bytes.length) {
      throw new IOException("the session's D-Bus takes nothing");
    }
  }

  private DBusMessage message(long millis) throws IOException {
    await(DBusMessage.FIXED, millis);
    byte[] start = new byte[DBusMessage.FIXED];
    in.get(0, start);
    int length = DBusMessage.length(start);
    await(length, millis);
    return DBusMessage.parse(taken(length));
  }

  private String line() throws IOException {
    for (int length = 1; length < 512; length++) {
      await(length, ANSWER_WITHIN_MILLIS);
      if (in.get(length - 1) == '\n') {
        return new String(taken(length), StandardCharsets.US_ASCII).strip();
      }
    }
    throw new IOException("the session's D-Bus says a line that does not end");
  }

  private void await(int bytes, long millis) throws IOException {
    while (in.position() < bytes) {
      if (selector.select(millis) == 0) {
        throw new IOException("the session's D-Bus does not answer within " + millis + " ms");
      }
      selector.selectedKeys().clear();
      if (channel.read(in) < 0) {
        throw new IOException("the session's D-Bus has closed the connection");
      }
    }
  }

  private byte[] taken(int length) {
    byte[] bytes = new byte[length];
    in.flip().get(bytes);
    in.compact();
    return bytes;
  }

  // -- notifications -----------------------------------------------------------------------------

  /**
   * Shows this in place of what was shown before. It stays until it is closed or chosen.
   *
   * @param title plain text
   * @param text plain text, lines parted by \n
   * @param choices words of the buttons, in the order of their numbers
   * @throws IOException if it is not taken
   */
  public void show(String head, String title, String text, List<String> choices)
      throws IOException {
    ByteBuffer body = DBusMessage.room();
    DBusMessage.string(body, head);
    DBusMessage.pad(body, 4);
    body.putInt(shown);
    DBusMessage.string(body, "dialog-warning"); // of the Icon Naming Specification
    DBusMessage.string(body, title);
    DBusMessage.string(body, escaped(text));
    int actions = arrayBegin(body, 4);
    for (int i = 0; i < choices.size(); i++) {
      DBusMessage.string(body, Integer.toString(i + 1));
      DBusMessage.string(body, choices.get(i));
    }
    arrayEnd(body, actions);
    int hints = arrayBegin(body, 8);
    DBusMessage.string(body, "urgency");
    DBusMessage.signature(body, "y");
    body.put((byte) 2); // critical: it does not go by itself
    arrayEnd(body, hints);
    DBusMessage.pad(body, 4);
    body.putInt(0); // never expires
    DBusMessage answer =
        ask(DBusMessage.call(++serial, SERVICE, OBJECT, SERVICE, "Notify", "susssasa{sv}i", body));
    if (answer.type() != DBusMessage.RETURN || answer.body().remaining() < 4) {
      throw new IOException("the desktop shows no notification: " + answer.words());
    }
    shown = answer.body().getInt(0);
  }

  /** The specification lets a body hold some markup; ours is text. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static int arrayBegin(ByteBuffer body, int elements) {
    DBusMessage.pad(body, 4);
    int at = body.position();
    body.putInt(0);
    DBusMessage.pad(body, elements);
    return at << 8 | (body.position() - at);
  }

  /** An array's length leaves out the padding before its first element. */
  private static void arrayEnd(ByteBuffer body, int begin) {
    int at = begin >> 8;
    body.putInt(at, body.position() - at - (begin & 0xff));
  }

  /**
   * The number of the button that was chosen.
   *
   * @param millis how long to wait for one
   * @throws IOException if the bus is gone
   */
  public Optional<Integer> chosen(long millis) throws IOException {
    DBusMessage next = unasked.poll();
    if (next == null) {
      if (in.position() == 0 && selector.select(millis) == 0) {
        return Optional.empty();
      }
      selector.selectedKeys().clear();
      next = message(ANSWER_WITHIN_MILLIS);
    }
    boolean isChoice =
        next.type() == DBusMessage.SIGNAL
            && next.member().equals("ActionInvoked")
            && next.signature().equals("us");
    if (!isChoice) {
      return Optional.empty();
    }
    ByteBuffer body = next.body().duplicate().order(next.body().order());
    int id = body.getInt();
    String key = DBusMessage.string(body);
    return id == shown && key.matches("[1-3]")
        ? Optional.of(Integer.parseInt(key))
        : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
