package io.waybillguard.agent.platform.windows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * What Windows tells of a session: WTSINFOEXW, level 1, of wtsapi32.h on x64. Pure.
 *
 * @param state WTS_CONNECTSTATE_CLASS
 * @param lock whether its screen is locked; empty when the system does not know
 * @param logon when the account logged in
 * @param connected when somebody was connected to it last
 * @param lastInput when it was touched last, as the system counts
 */
record SessionInfo(
    int session,
    int state,
    Optional<Boolean> lock,
    String station,
    String user,
    String domain,
    Optional<Instant> logon,
    Optional<Instant> connected,
    Optional<Instant> lastInput) {
  // wtsapi32.h: WTS_CONNECTSTATE_CLASS
  static final int ACTIVE = 0;
  static final int SHADOW = 3;

  /** WTSINFOEXW is a level and, after it, the level's structure. */
  static final int SIZE = 232;

  static final int DATA = 8;

  // WTSINFOEX_LEVEL1_W, from DATA on.
  static final int SESSION = 0;
  static final int STATE = 4;
  static final int FLAGS = 8;
  static final int STATION = 12;
  static final int USER = 78;
  static final int DOMAIN = 120;
  static final int LOGON = 160;
  static final int CONNECTED = 168;
  static final int LAST_INPUT = 184;

  private static final int STATION_CHARS = 33;
  private static final int USER_CHARS = 21;
  private static final int DOMAIN_CHARS = 18;

  /**
   * @param locksSwapped whether this is Windows 7 or Server 2008 R2, where the two numbers for
   *     locked and unlocked are exchanged (documented on the structure's page)
   * @return empty for an answer of another level, or one that is cut
   */
  static Optional<SessionInfo> of(byte[] info, boolean locksSwapped) {
    if (info.length < SIZE) {
      return Optional.empty();
    }
    ByteBuffer raw = ByteBuffer.wrap(info).order(ByteOrder.LITTLE_ENDIAN);
    if (raw.getInt(0) != 1) {
      return Optional.empty();
    }
    return Optional.of(
        new SessionInfo(
            raw.getInt(DATA + SESSION),
            raw.getInt(DATA + STATE),
            lock(raw.getInt(DATA + FLAGS), locksSwapped),
            text(info, DATA + STATION, STATION_CHARS),
            text(info, DATA + USER, USER_CHARS),
            text(info, DATA + DOMAIN, DOMAIN_CHARS),
            FileTime.instant(raw.getLong(DATA + LOGON)),
            FileTime.instant(raw.getLong(DATA + CONNECTED)),
            FileTime.instant(raw.getLong(DATA + LAST_INPUT))));
  }

  /** WTS_SESSIONSTATE_LOCK is 0, UNLOCK 1, UNKNOWN all ones. */
  private static Optional<Boolean> lock(int flags, boolean swapped) {
    return switch (flags) {
      case 0 -> Optional.of(!swapped);
      case 1 -> Optional.of(swapped);
      default -> Optional.empty();
    };
  }

  private static String text(byte[] info, int offset, int chars) {
    String whole = new String(info, offset, chars * 2, StandardCharsets.UTF_16LE);
    int end = whole.indexOf('\0');
    return end < 0 ? whole : whole.substring(0, end);
  }
}
