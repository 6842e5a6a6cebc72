package io.waybillguard.agent.platform.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * As much of the D-Bus wire format as it takes to ask for a property that is a yes or a no, and to
 * show a notification: D-Bus Specification 0.41, "Message Format" and "Marshaling". Little endian
 * going out, either coming in.
 *
 * @param type {@link #RETURN}, {@link #ERROR}, or another that nobody here asked for
 * @param answers the serial number of the call that this answers; 0 when it answers none
 * @param member the method or signal; "" when there is none
 * @param signature of the body, such as {@code v}
 * @param body in the order of bytes that the message is in
 */
record DBusMessage(int type, long answers, String member, String signature, ByteBuffer body) {
  static final int CALL = 1;
  static final int RETURN = 2;
  static final int ERROR = 3;
  static final int SIGNAL = 4;

  /** Up to the length of the header fields, which is the last of the fixed part. */
  static final int FIXED = 16;

  /** The specification allows 128 MiB; no answer of ours has a kilobyte. */
  static final int LONGEST = 64 << 10;

  // Header fields.
  private static final int PATH = 1;
  private static final int INTERFACE = 2;
  private static final int MEMBER = 3;
  private static final int REPLY_SERIAL = 5;
  private static final int DESTINATION = 6;
  private static final int SIGNATURE = 8;

  /** A call whose arguments are texts. */
  static byte[] call(
      long serial,
      String destination,
      String path,
      String onInterface,
      String member,
      List<String> arguments) {
    ByteBuffer body = room();
    arguments.forEach(text -> string(body, text));
    return call(serial, destination, path, onInterface, member, "s".repeat(arguments.size()), body);
  }

  /** Room for a body that is written by the methods here. */
  static ByteBuffer room() {
    return ByteBuffer.allocate(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A call.
   *
   * @param types the signature of the body; "" when there is none
   * @param body written so far, not yet flipped
   */
  static byte[] call(
      long serial,
      String destination,
      String path,
      String onInterface,
      String member,
      String types,
      ByteBuffer body) {
    ByteBuffer out = ByteBuffer.allocate(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 'l').put((byte) CALL).put((byte) 0).put((byte) 1);
    out.putInt(body.position()).putInt((int) serial).putInt(0);
    field(out, PATH, "o", path);
    field(out, INTERFACE, "s", onInterface);
    field(out, MEMBER, "s", member);
    field(out, DESTINATION, "s", destination);
    if (!types.isEmpty()) {
      pad(out, 8);
      out.put((byte) SIGNATURE);
      signature(out, "g");
      signature(out, types);
    }
    out.putInt(12, out.position() - FIXED);
    pad(out, 8);
    out.put(body.flip());
    byte[] message = new byte[out.position()];
    out.flip().get(message);
    return message;
  }

  private static void field(ByteBuffer out, int code, String type, String value) {
    pad(out, 8);
    out.put((byte) code);
    signature(out, type);
    string(out, value);
  }

  static void string(ByteBuffer out, String text) {
    pad(out, 4);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.putInt(bytes.length).put(bytes).put((byte) 0);
  }

  static void signature(ByteBuffer out, String types) {
    out.put((byte) types.length()).put(types.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
  }

  static void pad(ByteBuffer out, int to) {
    while (out.position() % to != 0) {
      out.put((byte) 0);
    }
  }

  /**
   * How many bytes the message has that begins so.
   *
   * @param start at least {@link #FIXED} bytes
   * @throws IOException if it is no message, or longer than any that was asked for
   */
  static int length(byte[] start) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(start).order(order(start[0]));
    long body = Integer.toUnsignedLong(in.getInt(4));
    long fields = Integer.toUnsignedLong(in.getInt(12));
    long length = FIXED + (fields + 7) / 8 * 8 + body;
    if (length > LONGEST) {
      throw new IOException(
          "a D-Bus message has " + length + " bytes; at most " + LONGEST + " were expected");
    }
    return (int) length;
  }

  private static ByteOrder order(byte mark) throws IOException {
    return switch (mark) {
      case 'l' -> ByteOrder.LITTLE_ENDIAN;
      case 'B' -> ByteOrder.BIG_ENDIAN;
      default ->
          throw new IOException("a D-Bus message begins with byte " + mark + ", not with l or B");
    };
  }

  /**
   * Reads one whole message. Header fields of no use here are passed over by their type.
   *
   * @throws IOException if it is not one
   */
  static DBusMessage parse(byte[] message) throws IOException {
    if (message.length < FIXED || length(message) != message.length) {
      throw new IOException("a D-Bus message of " + message.length + " bytes is not whole");
    }
    ByteBuffer in = ByteBuffer.wrap(message).order(order(message[0]));
    int end = FIXED + in.getInt(12);
    long answers = 0;
    String signature = "";
    String member = "";
    try {
      in.position(FIXED);
      while (in.position() < end) {
        align(in, 8);
        int code = in.get();
        String type = signature(in);
        switch (type) {
          case "u" -> {
            align(in, 4);
            long number = Integer.toUnsignedLong(in.getInt());
            answers = code == REPLY_SERIAL ? number : answers;
          }
          case "g" -> {
            String types = signature(in);
            signature = code == SIGNATURE ? types : signature;
          }
          case "s", "o" -> {
            String text = string(in);
            member = code == MEMBER ? text : member;
          }
          default -> throw new IOException("a D-Bus header field is of type \"" + type + "\"");
        }
      }
      in.position((end + 7) / 8 * 8);
    } catch (java.nio.BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("a D-Bus message ends within its header", e);
    }
    return new DBusMessage(message[1], answers, member, signature, in.slice().order(in.order()));
  }

  /** The yes or no in the answer to {@code Properties.Get}; empty when it is none. */
  Optional<Boolean> flag() {
    ByteBuffer in = body.duplicate().order(body.order());
    // A variant: its signature, here "b" in three bytes, then the value, 4 bytes on a multiple of
    // 4.
    if (type != RETURN || !signature.equals("v") || in.remaining() < 8 || in.get(0) != 1) {
      return Optional.empty();
    }
    int value = in.getInt(4);
    return in.get(1) == 'b' && in.get(2) == 0 && (value == 0 || value == 1)
        ? Optional.of(value == 1)
        : Optional.empty();
  }

  /** What an error says of itself; "" when it says nothing. */
  String words() {
    ByteBuffer in = body.duplicate().order(body.order());
    try {
      return signature.startsWith("s") ? string(in) : "";
    } catch (java.nio.BufferUnderflowException | IOException e) {
      return "";
    }
  }

  static String string(ByteBuffer in) throws IOException {
    align(in, 4);
    int length = in.getInt();
    if (length < 0 || length >= in.remaining()) {
      throw new IOException("a D-Bus text of " + length + " bytes does not end in its message");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    in.get();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String signature(ByteBuffer in) {
    byte[] bytes = new byte[in.get() & 0xff];
    in.get(bytes);
    in.get();
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static void align(ByteBuffer in, int to) {
    in.position((in.position() + to - 1) / to * to);
  }
}
