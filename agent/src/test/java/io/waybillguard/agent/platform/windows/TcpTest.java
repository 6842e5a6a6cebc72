package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tables as the headers lay them out, and a system whose connections a test makes. */
final class TcpTest {
  private static final ProcessFacts CHAT = new ProcessFacts(42, "C:\\chat.exe", "desk", 1);

  private static byte[] table(TcpRow.Layout layout, int rows) {
    byte[] table = new byte[TcpRow.Layout.TABLE + rows * layout.size];
    ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).putInt(0, rows);
    return table;
  }

  private static void row(
      byte[] bytes, TcpRow.Layout layout, int at, byte[] local, byte[] remote, int state) {
    ByteBuffer table = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int start = TcpRow.Layout.TABLE + at * layout.size;
    table.putInt(start + layout.state, state).putInt(start + layout.pid, 42);
    table.position(start + layout.local).put(local);
    table.position(start + layout.remote).put(remote);
    table.put(start + layout.localPort, (byte) 0xc3).put(start + layout.localPort + 1, (byte) 0x50);
    table
        .put(start + layout.remotePort, (byte) 0x01)
        .put(start + layout.remotePort + 1, (byte) 0xbb);
    table.putLong(start + layout.created, 77);
  }

  @Test
  void bothTablesAreReadWithPortsInTheOrderOfTheNetwork() throws IOException {
    byte[] four = {10, 0, 0, 2};
    byte[] v4 = table(TcpRow.Layout.V4, 1);
    row(v4, TcpRow.Layout.V4, 0, four, new byte[] {(byte) 203, 0, 113, 7}, TcpRow.ESTABLISHED);
    TcpRow row = TcpRow.all(v4, TcpRow.Layout.V4).get(0);
    assertEquals(
        new TcpRow(
            TcpRow.ESTABLISHED,
            InetAddress.getByAddress(four),
            50_000,
            InetAddress.getByName("203.0.113.7"),
            443,
            42,
            77),
        row);
    byte[] asked = {5, 0, 0, 0, 10, 0, 0, 2, (byte) 0xc3, 0x50, 0, 0};
    assertArrayEquals(asked, Arrays.copyOf(row.asked(), 12));

    byte[] six = InetAddress.getByName("2001:db8::1").getAddress();
    byte[] v6 = table(TcpRow.Layout.V6, 2);
    row(v6, TcpRow.Layout.V6, 1, six, six, TcpRow.LISTEN);
    TcpRow second = TcpRow.all(v6, TcpRow.Layout.V6).get(1);
    assertEquals(443, second.remotePort());
    assertEquals(TcpRow.ASKED_SIZE_6, second.asked().length);
    assertTrue(second.isLocal());
  }

  @Test
  void aTableThatIsCutOffOrLiesNeverFails() {
    Random random = new Random(2);
    byte[] whole = table(TcpRow.Layout.V6, 3);
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
      for (int j = 0; j < 4 && damaged.length > 0; j++) {
        damaged[random.nextInt(Math.min(8, damaged.length))] = (byte) random.nextInt(256);
      }
      for (TcpRow.Layout layout : TcpRow.Layout.values()) {
        assertTrue(TcpRow.all(damaged, layout).size() <= damaged.length / layout.size);
      }
    }
  }

  /** Connections by hand. */
  private static final class Net implements WindowsSockets.Connections {
    private final List<TcpRow> rows = new ArrayList<>();
    private final Map<TcpRow, WindowsSockets.Counts> counted = new HashMap<>();
    private String cannot = "";

    @Override
    public List<TcpRow> list() {
      return List.copyOf(rows);
    }

    @Override
    public String cannotCount() {
      return cannot;
    }

    @Override
    public boolean count(TcpRow row) {
      counted.putIfAbsent(row, WindowsSockets.Counts.NONE);
      return true;
    }

    @Override
    public Optional<WindowsSockets.Counts> counts(TcpRow row) {
      return Optional.ofNullable(counted.get(row));
    }
  }

  private final Net net = new Net();
  private final WindowsSockets sockets = new WindowsSockets(net, pid -> CHAT);

  private static TcpRow row(String remote, int localPort, int state, long created)
      throws IOException {
    return new TcpRow(
        state,
        InetAddress.getByName("10.0.0.2"),
        localPort,
        InetAddress.getByName(remote),
        443,
        42,
        created);
  }

  private List<Sockets.Reading> look() throws IOException {
    return sockets.await(Duration.ZERO);
  }

  @Test
  void aConnectionIsToldWhenItComesCarriesAndEnds() throws IOException {
    assertTrue(sockets.open().detail().contains("with their bytes"));
    TcpRow row = row("203.0.113.7", 50_000, TcpRow.ESTABLISHED, 1);
    net.rows.add(row);
    Sockets.Reading first = look().get(0);
    assertEquals(CHAT, first.by());
    assertFalse(first.incoming());
    assertEquals(List.of(), look(), "nothing moved");
    net.counted.put(row, new WindowsSockets.Counts(9_000, 5));
    assertEquals(9_000, look().get(0).sent());
    net.rows.clear();
    Sockets.Reading last = look().get(0);
    assertTrue(last.ended());
    assertEquals(9_000, last.sent());
    assertEquals(first.id(), last.id());
  }

  @Test
  void theSameEndsLaterAreAnotherConnection() throws IOException {
    sockets.open();
    net.rows.add(row("203.0.113.7", 50_000, TcpRow.ESTABLISHED, 1));
    long first = look().get(0).id();
    net.rows.set(0, row("203.0.113.7", 50_000, TcpRow.ESTABLISHED, 2));
    List<Sockets.Reading> told = look();
    assertEquals(2, told.size());
    assertTrue(told.stream().anyMatch(r -> r.ended() && r.id() == first));
    assertTrue(told.stream().anyMatch(r -> !r.ended() && r.id() != first));
  }

  @Test
  void whatWasServedIsIncomingAndWhatStaysHereIsNotTold() throws IOException {
    sockets.open();
    net.rows.add(row("0.0.0.0", 3389, TcpRow.LISTEN, 1));
    net.rows.add(row("203.0.113.7", 3389, TcpRow.ESTABLISHED, 1));
    net.rows.add(row("127.0.0.1", 50_001, TcpRow.ESTABLISHED, 1));
    List<Sockets.Reading> told = look();
    assertEquals(1, told.size());
    assertTrue(told.get(0).incoming());
  }

  @Test
  void withoutCountsTheViewSaysWhyAndConnectionsAreStillTold() throws IOException {
    net.cannot = "this system does not count: SetPerTcpConnectionEStats, error 50";
    assertTrue(sockets.open().detail().contains("error 50"));
    net.rows.add(row("203.0.113.7", 50_000, TcpRow.ESTABLISHED, 1));
    assertEquals(0, look().get(0).sent());
    assertTrue(net.counted.isEmpty());
  }
}
