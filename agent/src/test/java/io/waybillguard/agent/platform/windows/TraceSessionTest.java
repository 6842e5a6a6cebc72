package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceSessionTest {
  private static final Instant NOON = Instant.parse("2026-11-28T04:00:00Z");
  private static final TraceEvent START = TraceEvents.start(3, 42, 1, NOON, "\\x.exe");

  private final TracingByHand system = new TracingByHand();
  private Instant now = NOON;
  private final InstantSource clock = () -> now;
  private Optional<TraceSession> begun = Optional.empty();

  private TraceSession begin() throws IOException {
    TraceSession session = TraceSession.begin(system, TraceSource.STARTS, clock);
    begun = Optional.of(session);
    return session;
  }

  @AfterEach
  void close() {
    begun.ifPresent(TraceSession::close);
  }

  @Test
  void whatIsAskedForIsTakenOnceAndNothingElse() throws IOException {
    TraceSession session = begin();
    assertEquals(List.of("start", "enable", "open"), system.calls);
    system.tell(START);
    system.tell(TraceEvents.event(TraceSource.STARTS, 2, 0, new byte[8]));
    system.tell(TraceEvents.event(TraceSource.SENT, 1, 0, new byte[8]));
    assertEquals(List.of(START), session.take());
    assertEquals(List.of(), session.take());
    assertEquals("", session.lost());
  }

  @Test
  void aSessionThatAKilledAgentLeftIsBegunAnew() throws IOException {
    system.left = true;
    TraceSession session = begin();
    assertEquals(List.of("start", "stop", "start", "enable", "open"), system.calls);
    assertTrue(session.ended().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"enable", "open"})
  void whatIsRefusedLeavesNoSession(String step) {
    system.refused = step;
    IOException refused = assertThrows(IOException.class, this::begin);
    assertEquals("no " + step + " here", refused.getMessage());
    assertFalse(system.left);
  }

  @Test
  void whatFindsNoRoomIsCounted() throws IOException {
    TraceSession session = begin();
    for (int i = 0; i < TraceSession.ROOM + 3; i++) {
      system.tell(START);
    }
    assertEquals("the trace WaybillGuard-Starts lost 3 events, 0 buffers", session.lost());
    assertEquals("", session.lost());
    assertEquals(TraceSession.ROOM, session.take().size());
  }

  @Test
  void whatTheSystemLostIsToldOnceAndAskedForEveryTenSeconds() throws IOException {
    TraceSession session = begin();
    system.losses = new Tracing.Losses(5, 2);
    assertEquals("", session.lost());
    now = NOON.plus(TraceSession.ASKED_EVERY);
    assertEquals("the trace WaybillGuard-Starts lost 5 events, 2 buffers", session.lost());
    assertEquals("", session.lost());
    system.losses = new Tracing.Losses(6, 2);
    now = now.plus(TraceSession.ASKED_EVERY);
    assertEquals("the trace WaybillGuard-Starts lost 1 events, 0 buffers", session.lost());
    assertEquals(2, system.calls.stream().filter("losses"::equals).count());
  }

  @Test
  void itsEndIsToldAndWhatIsLeftCanBeTaken() throws IOException {
    TraceSession session = begin();
    system.tell(START);
    system.end("");
    TracingByHand.awaitEnd(session);
    assertEquals(Optional.of("it was stopped"), session.ended());
    assertEquals(List.of(START), session.take());
  }

  @Test
  void closedItStopsTheSessionAndItsThread() throws IOException {
    TraceSession session = begin();
    session.close();
    assertFalse(system.left);
    assertTrue(session.ended().isPresent(), "its thread is over");
    assertEquals("close", system.calls.get(system.calls.size() - 1));
  }
}
