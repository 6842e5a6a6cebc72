package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.platform.RemoteSigns;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Answers about sessions, built byte by byte by the layouts of the headers. */
final class SessionInfoTest {
  private final Layouts headers = Layouts.ofHeaders();

  private byte[] info(int flags) {
    byte[] info = new byte[headers.size("WTSINFOEXW")];
    int data = headers.offset("WTSINFOEXW.Data");
    ByteBuffer raw = ByteBuffer.wrap(info).order(ByteOrder.LITTLE_ENDIAN);
    raw.putInt(headers.offset("WTSINFOEXW.Level"), 1);
    raw.putInt(data + headers.offset("WTSINFOEX_LEVEL1_W.SessionId"), 3);
    raw.putInt(
        data + headers.offset("WTSINFOEX_LEVEL1_W.SessionState"), headers.value("WTSActive"));
    raw.putInt(data + headers.offset("WTSINFOEX_LEVEL1_W.SessionFlags"), flags);
    put(raw, data + headers.offset("WTSINFOEX_LEVEL1_W.WinStationName"), "RDP-Tcp#7");
    put(raw, data + headers.offset("WTSINFOEX_LEVEL1_W.UserName"), "扫描员");
    put(raw, data + headers.offset("WTSINFOEX_LEVEL1_W.DomainName"), "DESK-01");
    raw.putLong(data + headers.offset("WTSINFOEX_LEVEL1_W.ConnectTime"), 134_402_544_000_000_000L);
    return info;
  }

  private static void put(ByteBuffer raw, int at, String text) {
    raw.duplicate().position(at).put(text.getBytes(StandardCharsets.UTF_16LE));
  }

  @Test
  void a_session_tells_whose_it_is_and_since_when() {
    SessionInfo session = SessionInfo.of(info(1), false).orElseThrow();
    assertEquals(3, session.session());
    assertEquals(SessionInfo.ACTIVE, session.state());
    assertEquals("RDP-Tcp#7", session.station());
    assertEquals("扫描员", session.user());
    assertEquals("DESK-01", session.domain());
    assertEquals(Optional.of(Instant.parse("2026-11-27T12:00:00Z")), session.connected());
    assertEquals(Optional.empty(), session.lastInput(), "0 is never");
  }

  @Test
  void locked_and_unlocked_are_exchanged_on_windows_7() {
    assertEquals(Optional.of(true), SessionInfo.of(info(0), false).orElseThrow().lock());
    assertEquals(Optional.of(false), SessionInfo.of(info(1), false).orElseThrow().lock());
    assertEquals(Optional.of(false), SessionInfo.of(info(0), true).orElseThrow().lock());
    assertEquals(Optional.of(true), SessionInfo.of(info(1), true).orElseThrow().lock());
    assertEquals(Optional.empty(), SessionInfo.of(info(-1), false).orElseThrow().lock());
  }

  @Test
  void a_cut_answer_and_one_of_another_level_tell_nothing() {
    assertEquals(Optional.empty(), SessionInfo.of(new byte[0], false));
    assertEquals(Optional.empty(), SessionInfo.of(Arrays.copyOf(info(1), 231), false));
    byte[] other = info(1);
    other[0] = 2;
    assertEquals(Optional.empty(), SessionInfo.of(other, false));
  }

  private static byte[] address(int family, int at, byte[] bytes) {
    byte[] raw = new byte[24];
    raw[0] = (byte) family;
    System.arraycopy(bytes, 0, raw, at, bytes.length);
    return raw;
  }

  @Test
  void a_clients_address_is_read_as_bytes_and_as_text() {
    assertEquals(headers.size("WTS_CLIENT_ADDRESS"), ClientAddress.SIZE);
    assertEquals(headers.offset("WTS_CLIENT_ADDRESS.Address"), ClientAddress.ADDRESS);
    assertEquals(
        "203.0.113.9", ClientAddress.of(address(2, 6, new byte[] {(byte) 203, 0, 113, 9})));
    assertEquals(
        "203.0.113.9",
        ClientAddress.of(address(2, 4, "203.0.113.9".getBytes(StandardCharsets.US_ASCII))));
    byte[] six = new byte[16];
    six[0] = 0x20;
    six[1] = 1;
    six[2] = 0x0d;
    six[3] = (byte) 0xb8;
    six[15] = 7;
    assertEquals("2001:db8:0:0:0:0:0:7", ClientAddress.of(address(23, 6, six)));
    assertEquals("", ClientAddress.of(address(0, 6, new byte[4])));
    assertEquals("", ClientAddress.of(address(2, 6, new byte[4])), "0.0.0.0 is none");
    assertEquals("", ClientAddress.of(new byte[3]));
  }

  @Test
  void a_login_by_rdp_is_another_one_each_time_somebody_connects() {
    Optional<SessionInfo> info = SessionInfo.of(info(1), false);
    RemoteSigns.Login login = WindowsRemoteAccess.login(3, info, "扫描员", "203.0.113.9", "CLIENT-PC");
    assertEquals("3-1795780800", login.id());
    assertEquals("203.0.113.9", login.host());
    assertEquals("rdp", login.service());
    assertEquals("CLIENT-PC", WindowsRemoteAccess.login(3, info, "x", "", "CLIENT-PC").host());
    assertEquals("unknown", WindowsRemoteAccess.login(3, info, "x", "", "").host());
  }

  @Test
  void the_count_of_milliseconds_may_begin_anew_between_a_touch_and_now() {
    assertEquals(Duration.ofMillis(300), LastInput.between(700, 1000));
    assertEquals(Duration.ofMillis(300), LastInput.between(-100, 200));
    assertEquals(Duration.ZERO, LastInput.between(1005, 1000));
    assertEquals(Duration.ofDays(30), LastInput.between(0, (int) Duration.ofDays(30).toMillis()));
  }

  @Test
  void layouts_and_numbers_are_those_of_wtsapi32() {
    assertEquals(headers.size("WTSINFOEXW"), SessionInfo.SIZE);
    assertEquals(headers.offset("WTSINFOEXW.Data"), SessionInfo.DATA);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.SessionId"), SessionInfo.SESSION);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.SessionState"), SessionInfo.STATE);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.SessionFlags"), SessionInfo.FLAGS);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.WinStationName"), SessionInfo.STATION);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.UserName"), SessionInfo.USER);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.DomainName"), SessionInfo.DOMAIN);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.LogonTime"), SessionInfo.LOGON);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.ConnectTime"), SessionInfo.CONNECTED);
    assertEquals(headers.offset("WTSINFOEX_LEVEL1_W.LastInputTime"), SessionInfo.LAST_INPUT);
    assertEquals(headers.value("WTSActive"), SessionInfo.ACTIVE);
    assertEquals(headers.value("WTSShadow"), SessionInfo.SHADOW);
    assertEquals(headers.value("WTSUserName"), Sessions.USER_NAME);
    assertEquals(headers.value("WTSDomainName"), Sessions.DOMAIN_NAME);
    assertEquals(headers.value("WTSClientName"), Sessions.CLIENT_NAME);
    assertEquals(headers.value("WTSClientAddress"), Sessions.CLIENT_ADDRESS);
    assertEquals(headers.value("WTSClientProtocolType"), Sessions.PROTOCOL);
    assertEquals(headers.value("WTSSessionInfoEx"), Sessions.INFO_EX);
    assertEquals(headers.size("WTS_SESSION_INFOW"), Sessions.ROW_SIZE);
    assertEquals(headers.offset("WTS_SESSION_INFOW.SessionId"), Sessions.ROW_SESSION);
    assertEquals(headers.offset("WTS_SESSION_INFOW.State"), Sessions.ROW_STATE);
  }
}
