package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.RemoteSigns.Login;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The login records {@code utmp}: utmp(5), glibc {@code bits/utmp.h}. On x86-64 times are 32 bits
 * wide there for the sake of older programs and a record has 384 bytes; on arm64 and LoongArch they
 * are 64 bits wide and it has 400.
 */
final class Utmp {
  private static final short USER_PROCESS = 7;

  private static final int PID = 4;
  private static final int LINE = 8;
  private static final int LINE_BYTES = 32;
  private static final int USER = 44;
  private static final int USER_BYTES = 32;
  private static final int HOST = 76;
  private static final int HOST_BYTES = 256;

  /** How records are laid out. */
  enum Layout {
    NARROW(384, 340),
    WIDE(400, 344);

    private final int size;
    private final int time;

    Layout(int size, int time) {
      this.size = size;
      this.time = time;
    }

    /** That of a processor, as Java names it. */
    static Layout of(String arch) {
      return arch.equals("amd64") || arch.equals("x86") || arch.equals("i386") ? NARROW : WIDE;
    }
  }

  private Utmp() {}

  /**
   * Those who are logged in. A record at the end that is not whole is still being written, and is
   * left out.
   *
   * @throws IOException if this is not a file of such records
   */
  static List<Login> parse(byte[] file, Layout layout) throws IOException {
    List<Login> logins = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + layout.size <= file.length; at += layout.size) {
      short type = in.getShort(at);
      if (type < 0 || type > 9) {
        throw new IOException(
            "the login record at byte " + at + " has type " + type + ", which is none of utmp(5)");
      }
      if (type != USER_PROCESS) {
        continue;
      }
      long pid = in.getInt(at + PID);
      String line = text(file, at + LINE, LINE_BYTES);
      Instant began =
          Instant.ofEpochSecond(
              layout == Layout.NARROW
                  ? Integer.toUnsignedLong(in.getInt(at + layout.time))
                  : in.getLong(at + layout.time));
      logins.add(
          new Login(
              "utmp",
              line + "@" + began.getEpochSecond(),
              text(file, at + USER, USER_BYTES),
              text(file, at + HOST, HOST_BYTES),
              "",
              pid,
              began));
    }
    return logins;
  }

  /** Up to the NUL, or all of it where the text fills its place. */
  private static String text(byte[] file, int from, int most) {
    int end = from;
    while (end < from + most && file[end] != 0) {
      end++;
    }
    return new String(file, from, end - from, StandardCharsets.UTF_8);
  }
}
