package io.waybillguard.agent.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.RemoteSigns.Endpoint;
import io.waybillguard.agent.platform.RemoteSigns.Login;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RemoteSignsParsersTest {
  /** Laid out by hand after the kernel's format, for what the captured table does not hold. */
  private static final String TABLE =
      """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
         0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 17012 1 0000000000000000 100 0 0 10 0
         1: 01004D0A:0016 02004D0A:C3A2 01 00000000:00000000 02:000A7214 00000000     0        0 20331 4 0000000000000000 20 4 31 10 -1
         2: 00000000000000000000000000000000:0D3D 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 18001 1 0000000000000000 100 0 0 10 0
         3: 0000000000000000FFFF00000F02000A:0D3D 0000000000000000FFFF00000202000A:A0BE 01 00000000:00000000 00:00000000 00000000   104        0 21400 1 0000000000000000 20 4 0 10 -1
         4: 000080FE00000000FF005450B6AD1DFE:0016 000080FE00000000FF005450B6AD1D01:C350 01 00000000:00000000 00:00000000 00000000     0        0 21500 1 0000000000000000 20 4 0 10 -1
      """;

  private static final Path LINUX = Path.of("src/test/resources/linux");

  /**
   * Captured on Debian 12 (kernel 6.18, x86-64) while {@code src/it/sessions.py} was logged in by
   * ssh, OpenSSH 9.2 on port 2022: {@code /proc/net/tcp}, and {@code /run/utmp} as sshd wrote it.
   */
  @Test
  void aRealLoginIsReadFromWhatKernelAndSshdWrote() throws IOException {
    List<TcpTable.Row> rows =
        TcpTable.parse(Files.readString(LINUX.resolve("proc-net-tcp-ssh-login")));
    assertEquals(2, rows.size());
    assertEquals(new Endpoint("10.77.133.1", 2022), rows.get(1).local());
    assertEquals(new Endpoint("10.77.133.2", 59206), rows.get(1).remote());
    assertEquals(923828, rows.get(1).inode());

    List<Login> logins =
        Utmp.parse(Files.readAllBytes(LINUX.resolve("utmp-ssh-login")), Utmp.Layout.NARROW);
    assertEquals(1, logins.size());
    assertEquals("wgcourier", logins.get(0).account());
    assertEquals("10.77.133.2", logins.get(0).host());
    assertEquals(20637, logins.get(0).pid());
    assertEquals(Instant.parse("2026-11-27T15:38:49Z"), logins.get(0).began());
  }

  @Test
  void addressesAreReadAsTheKernelWritesThem() throws IOException {
    List<TcpTable.Row> rows = TcpTable.parse(TABLE);
    assertEquals(5, rows.size());
    assertTrue(rows.get(0).isListening());
    assertEquals(new Endpoint("0.0.0.0", 22), rows.get(0).local());
    assertTrue(rows.get(1).isEstablished());
    assertEquals(new Endpoint("10.77.0.1", 22), rows.get(1).local());
    assertEquals(new Endpoint("10.77.0.2", 50082), rows.get(1).remote());
    assertEquals(20331, rows.get(1).inode());
    assertEquals(
        new Endpoint("10.0.2.2", 41150), rows.get(3).remote(), "IPv4 that came by an IPv6 socket");
    assertEquals("fe80:0:0:0:5054:ff:11d:adb6", rows.get(4).remote().address());
  }

  @Test
  void aLineThatIsNoneIsNamed() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> TcpTable.parse("0: ZZ:0016 00000000:0000 0A 0 00 00 0 0 17 1 0 100"));
    assertTrue(String.valueOf(e.getMessage()).contains("ZZ:0016"), e.getMessage());
  }

  private static byte[] utmp(Utmp.Layout layout, int type, String user, String host) {
    boolean narrow = layout == Utmp.Layout.NARROW;
    ByteBuffer record = ByteBuffer.allocate(narrow ? 384 : 400).order(ByteOrder.LITTLE_ENDIAN);
    record.putShort(0, (short) type).putInt(4, 4711);
    put(record, 8, "pts/1");
    put(record, 44, user);
    put(record, 76, host);
    if (narrow) {
      record.putInt(340, 1_780_000_000);
    } else {
      record.putLong(344, 1_780_000_000L);
    }
    return record.array();
  }

  private static void put(ByteBuffer record, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      record.put(at + i, bytes[i]);
    }
  }

  @Test
  void whoIsLoggedInIsReadFromBothLayouts() throws IOException {
    for (Utmp.Layout layout : Utmp.Layout.values()) {
      byte[] in = utmp(layout, 7, "courier", "10.77.0.2");
      byte[] out = utmp(layout, 8, "", "");
      byte[] both = Arrays.copyOf(out, out.length + in.length);
      System.arraycopy(in, 0, both, out.length, in.length);
      Instant began = Instant.ofEpochSecond(1_780_000_000L);
      Login login = new Login("utmp", "pts/1@1780000000", "courier", "10.77.0.2", "", 4711, began);
      assertEquals(List.of(login), Utmp.parse(both, layout));
      assertEquals(
          List.of(), Utmp.parse(Arrays.copyOf(both, both.length - 1), layout), "still written");
    }
  }

  @Test
  void aNameThatFillsItsPlaceHasNoEnd() throws IOException {
    String longest = "x".repeat(32);
    List<Login> logins =
        Utmp.parse(utmp(Utmp.Layout.NARROW, 7, longest, "h".repeat(256)), Utmp.Layout.NARROW);
    assertEquals(longest, logins.get(0).account());
    assertEquals("h".repeat(256), logins.get(0).host());
  }

  @Test
  void whatIsNoLoginRecordIsRefused() {
    assertThrows(
        IOException.class,
        () -> Utmp.parse("no".repeat(200).getBytes(StandardCharsets.US_ASCII), Utmp.Layout.NARROW));
  }

  /** The file is laid out by hand after systemd's session_save; not captured. */
  @Test
  void aSessionOfLogindNamesItsPeerOnlyWhenItIsRemote() {
    String file =
        """
        # This is private data. Do not parse.
        UID=1000
        USER=courier
        ACTIVE=1
        STATE=active
        REMOTE=1
        TYPE=tty
        CLASS=user
        REMOTE_HOST=10.77.0.2
        SERVICE=sshd
        TTY=pts/1
        LEADER=812
        REALTIME=1780000000000000
        """;
    Login login = LogindSession.parse("3", file).orElseThrow();
    assertEquals("10.77.0.2", login.host());
    assertEquals("sshd", login.service());
    assertEquals(812, login.pid());
    assertEquals(Instant.ofEpochSecond(1_780_000_000L), login.began());
    assertEquals(
        "", LogindSession.parse("3", file.replace("REMOTE=1", "REMOTE=0")).orElseThrow().host());
    assertFalse(
        LogindSession.parse("3", file.replace("STATE=active", "STATE=closing")).isPresent());
    assertFalse(LogindSession.parse("3", file.replace("CLASS=user", "CLASS=greeter")).isPresent());
  }
}
