package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.Sockets;
import io.waybillguard.agent.platform.SocketsContract;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is sent, by a trace that the test writes. */
final class TracedSocketsTest implements SocketsContract {
  private static final Instant NOON = Instant.parse("2026-11-28T04:00:00Z");

  private final TracingByHand system = new TracingByHand();
  private final List<TcpRow> rows = new ArrayList<>();
  private final List<TraceSession> sessions = new ArrayList<>();
  private Instant now = NOON;
  private final TracedSockets sockets =
      new TracedSockets(
          () -> {
            TraceSession session = TraceSession.begin(system, TraceSource.SENT, () -> now);
            sessions.add(session);
            return session;
          },
          new WindowsSockets.Connections() {
            @Override
            public List<TcpRow> list() {
              return List.copyOf(rows);
            }

            @Override
            public String cannotCount() {
              return "nobody counts";
            }

            @Override
            public boolean count(TcpRow row) {
              return false;
            }

            @Override
            public Optional<WindowsSockets.Counts> counts(TcpRow row) {
              return Optional.empty();
            }
          },
          pid -> new ProcessFacts(pid, "C:\\" + pid + ".exe", "desk", 1),
          () -> now);

  @Override
  public Sockets sockets() {
    return sockets;
  }

  @AfterEach
  void close() {
    sockets.close();
  }

  private void sent(int id, long pid, long bytes, String remote, int localPort) {
    String local = remote.contains(":") ? "2001:db8::1" : "10.0.0.2";
    system.tell(TraceEvents.network(id, pid, bytes, remote, 443, local, localPort));
  }

  private List<Sockets.Reading> look() throws IOException {
    return sockets.await(Duration.ZERO);
  }

  private static String told(Sockets.Reading one) {
    return one.by().executable()
        + " "
        + one.peer().getHostAddress()
        + (one.incoming() ? " in " : " out ")
        + one.sent()
        + (one.ended() ? " over" : "");
  }

  @Test
  void anUploadIsTiedToItsProcessItsBytesAndItsDestination() throws IOException {
    sockets.open();
    sent(10, 42, 1_000, "203.0.113.7", 50_000);
    sent(10, 42, 500, "203.0.113.7", 50_000);
    sent(26, 43, 7, "2001:db8::7", 50_001);
    List<Sockets.Reading> first = look();
    assertEquals(
        List.of("C:\\42.exe 203.0.113.7 out 1500", "C:\\43.exe 2001:db8:0:0:0:0:0:7 out 7"),
        first.stream().map(TracedSocketsTest::told).toList());
    assertEquals(443, first.get(0).port());
    sent(10, 42, 1, "203.0.113.7", 50_000);
    Sockets.Reading later = look().get(0);
    assertEquals(first.get(0).id(), later.id());
    assertEquals(1_501, later.sent());
    assertEquals(List.of(), look());
  }

  @Test
  void aConnectionOfAMomentIsToldWholeAndTheNextOfTheSameEndsIsAnother() throws IOException {
    sockets.open();
    sent(10, 42, 1_000, "203.0.113.7", 50_000);
    sent(13, 42, 0, "203.0.113.7", 50_000);
    sent(10, 42, 5, "203.0.113.7", 50_000);
    List<Sockets.Reading> told = look();
    assertEquals(
        List.of("C:\\42.exe 203.0.113.7 out 1000 over", "C:\\42.exe 203.0.113.7 out 5"),
        told.stream().map(TracedSocketsTest::told).toList());
    assertTrue(told.get(0).id() != told.get(1).id());
    sent(13, 42, 0, "203.0.113.7", 50_009);
    assertEquals(List.of(), look(), "the end of one that sent nothing");
  }

  @Test
  void whatStaysOnThisMachineIsNotTold() throws IOException {
    sockets.open();
    sent(10, 42, 1_000, "127.0.0.1", 50_000);
    sent(42, 42, 1_000, "239.255.255.250", 50_000);
    assertEquals(List.of(), look());
  }

  @Test
  void whoConnectedToAPortThatIsListenedOnBegan() throws IOException {
    rows.add(
        new TcpRow(
            TcpRow.LISTEN,
            InetAddress.getByName("0.0.0.0"),
            3389,
            InetAddress.getByName("0.0.0.0"),
            0,
            42,
            1));
    sockets.open();
    sent(10, 42, 9, "203.0.113.7", 3389);
    sent(42, 42, 9, "203.0.113.7", 3389);
    assertEquals(
        List.of("C:\\42.exe 203.0.113.7 in 9", "C:\\42.exe 203.0.113.7 out 9"),
        look().stream().map(TracedSocketsTest::told).toList(),
        "UDP has nobody who began");
  }

  @Test
  void whatIsQuietAndNoConnectionAnyMoreIsOver() throws IOException {
    rows.add(
        new TcpRow(
            TcpRow.ESTABLISHED,
            InetAddress.getByName("10.0.0.2"),
            50_000,
            InetAddress.getByName("203.0.113.7"),
            443,
            42,
            1));
    sockets.open();
    sent(10, 42, 1, "203.0.113.7", 50_000);
    sent(10, 42, 2, "203.0.113.8", 50_001);
    sent(42, 42, 3, "203.0.113.9", 50_002);
    assertEquals(3, look().size());
    now = NOON.plus(TracedSockets.QUIET);
    assertEquals(
        List.of("C:\\42.exe 203.0.113.8 out 2 over", "C:\\42.exe 203.0.113.9 out 3 over"),
        look().stream().map(TracedSocketsTest::told).toList());
  }

  @Test
  void thereIsRoomForSoManyAndTheEldestIsOver() throws IOException {
    sockets.open();
    for (int i = 0; i <= TracedSockets.MOST; i++) {
      sent(42, i, 1, "203.0.113.7", 50_000);
    }
    List<Sockets.Reading> told = look();
    assertEquals(TracedSockets.MOST + 1, told.size());
    assertEquals(
        List.of("C:\\0.exe 203.0.113.7 out 1 over"),
        told.stream().filter(Sockets.Reading::ended).map(TracedSocketsTest::told).toList());
  }

  @Test
  void whatWasLostEndsTheViewAfterWhatWasToldAndOpenedAnewItGoesOn() throws IOException {
    sockets.open();
    sent(10, 42, 1, "203.0.113.7", 50_000);
    now = now.plus(TraceSession.ASKED_EVERY);
    system.losses = new Tracing.Losses(3, 0);
    assertEquals(1, look().size());
    String why = String.valueOf(assertThrows(IOException.class, this::look).getMessage());
    assertEquals("the trace WaybillGuard-Sent lost 3 events, 0 buffers", why);
    sockets.close();
    assertFalse(system.left);
    system.losses = Tracing.Losses.NONE;
    sockets.open();
    assertEquals(List.of(), look());
  }

  @Test
  void aTraceThatIsOverAndAnEventThatIsNoneEndTheView() throws IOException {
    sockets.open();
    system.tell(TraceEvents.event(TraceSource.SENT, 10, 0, new byte[4]));
    String why = String.valueOf(assertThrows(IOException.class, this::look).getMessage());
    assertEquals("1 events were told in a form that is not known", why);
    sockets.open();
    system.end("the system ended it");
    TracingByHand.awaitEnd(sessions.get(1));
    why = String.valueOf(assertThrows(IOException.class, this::look).getMessage());
    assertEquals("the trace of what is sent is over: the system ended it", why);
  }

  @Test
  void withoutATraceTheTablesAreLookedAtAndTheViewSaysWhy() throws IOException {
    system.refused = "start";
    Sockets.View view = sockets.open();
    assertTrue(view.detail().contains("nobody counts"), view.detail());
    assertTrue(view.detail().endsWith("there is no trace: no start here"), view.detail());
    rows.add(
        new TcpRow(
            TcpRow.ESTABLISHED,
            InetAddress.getByName("10.0.0.2"),
            50_000,
            InetAddress.getByName("203.0.113.7"),
            443,
            42,
            1));
    assertEquals(
        List.of("C:\\42.exe 203.0.113.7 out 0"),
        look().stream().map(TracedSocketsTest::told).toList());
  }
}
