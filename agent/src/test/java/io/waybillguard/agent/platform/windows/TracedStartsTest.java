package io.waybillguard.agent.platform.windows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starts by a trace and by looks, over a machine that the test writes. */
final class TracedStartsTest {
  private static final Instant NOON = Instant.parse("2026-11-28T04:00:00Z");
  private static final long AGENT = 900;

  private final TracingByHand system = new TracingByHand();
  private final List<Toolhelp.Entry> running = new ArrayList<>();
  private final Map<Long, Instant> made = new HashMap<>();
  private final List<TraceSession> sessions = new ArrayList<>();
  private Instant now = NOON;

  private final TracedStarts starts =
      new TracedStarts(
          () -> {
            TraceSession session = TraceSession.begin(system, TraceSource.STARTS, () -> now);
            sessions.add(session);
            return session;
          },
          new ProcessStarts(() -> List.copyOf(running), this::learn, AGENT, () -> now),
          this::learn,
          pid -> Optional.ofNullable(made.get(pid)),
          new DevicePaths(
              drive -> drive.equals("C:") ? "\\Device\\HarddiskVolume3" : "", "C:\\Windows"),
          AGENT,
          () -> now);

  private ProcessFacts learn(long pid, long parent, String program) {
    String looked =
        running.stream()
            .filter(entry -> entry.pid() == pid)
            .map(entry -> "C:\\" + entry.name())
            .findFirst()
            .orElse("");
    return new ProcessFacts(pid, program.isEmpty() ? looked : program, "desk", parent);
  }

  @AfterEach
  void close() {
    starts.close();
  }

  private void runs(long pid, String name) {
    running.add(new Toolhelp.Entry(pid, 7, name));
    made.put(pid, now);
  }

  private void traced(long pid, long parent, String name) {
    system.tell(TraceEvents.start(3, pid, parent, now, "\\Device\\HarddiskVolume3\\" + name));
  }

  private List<FileEvent> lookAfter(Duration time) throws IOException {
    now = now.plus(time);
    assertEquals(Duration.ZERO, starts.due());
    return starts.look();
  }

  private static List<String> told(List<FileEvent> events) {
    return events.stream()
        .map(
            event ->
                event instanceof FileEvent.Started one
                    ? one.process().pid() + " " + one.process().executable()
                    : event instanceof FileEvent.StartsLost lost
                        ? "lost: " + lost.cause()
                        : event instanceof FileEvent.ViewChanged view
                            ? "view: " + view.view().detail()
                            : event.toString())
        .toList();
  }

  @Test
  void aProgramThatEndsAtOnceIsToldByTheTraceOnce() throws IOException {
    starts.begin();
    traced(42, 7, "面单\\上传.exe");
    assertEquals(List.of("42 C:\\面单\\上传.exe"), told(lookAfter(TracedStarts.BETWEEN)));
    assertEquals(List.of(), told(lookAfter(TracedStarts.CHECK)));
    assertTrue(starts.detail().contains("ETW"), starts.detail());
  }

  @Test
  void whatRanBeforeAndWhatALookToldIsNotToldByTheTraceAgain() throws IOException {
    runs(41, "old.exe");
    starts.begin();
    traced(41, 7, "old.exe"); // between the trace's begin and the first look
    runs(42, "new.exe");
    now = now.plus(TracedStarts.CHECK);
    assertEquals(List.of("42 C:\\new.exe"), told(starts.look()).subList(0, 1));
    system.tell(TraceEvents.start(3, 42, 7, NOON, "\\Device\\HarddiskVolume3\\new.exe"));
    assertEquals(List.of(), told(lookAfter(TracedStarts.BETWEEN)));
  }

  @Test
  void aNumberThatIsGivenAgainIsAnotherStart() throws IOException {
    runs(41, "tool.exe");
    starts.begin();
    now = now.plus(TracedStarts.BETWEEN);
    traced(41, 7, "tool.exe");
    assertEquals(List.of("41 C:\\tool.exe"), told(starts.look()));
  }

  @Test
  void theAgentsOwnProgramsAndTheKernelsAreNotTold() throws IOException {
    starts.begin();
    traced(43, AGENT, "java.exe");
    system.tell(TraceEvents.start(3, 44, 4, now, ""));
    assertEquals(List.of(), told(lookAfter(TracedStarts.BETWEEN)));
  }

  @Test
  void whatRunsAndWasNotTracedIsToldWithThatTheTraceFailed() throws IOException {
    starts.begin();
    now = now.plusSeconds(1);
    runs(42, "hidden.exe");
    now = now.plusSeconds(8);
    runs(43, "young.exe");
    assertEquals(
        List.of(
            "42 C:\\hidden.exe",
            "lost: the trace did not tell of process 42, which runs C:\\hidden.exe",
            "43 C:\\young.exe"),
        told(lookAfter(Duration.ofSeconds(1))).stream().map(s -> s.replace('/', '\\')).toList());
  }

  @Test
  void lostEventsAreAGapAndWhatRunsIsLookedAt() throws IOException {
    starts.begin();
    now = now.plusSeconds(11);
    List<FileEvent> unused = starts.look();
    system.losses = new Tracing.Losses(3, 1);
    runs(42, "young.exe");
    assertEquals(
        List.of("lost: the trace WaybillGuard-Starts lost 3 events, 1 buffers", "42 C:\\young.exe"),
        told(lookAfter(TraceSession.ASKED_EVERY)).stream()
            .filter(s -> !s.contains("did not"))
            .toList());
  }

  @Test
  void aStartInAFormThatIsNotKnownIsAGap() throws IOException {
    starts.begin();
    system.tell(TraceEvents.event(TraceSource.STARTS, 1, 3, new byte[20]));
    traced(42, 7, "a.exe");
    assertEquals(
        List.of("42 C:\\a.exe", "lost: 1 starts were told in a form that is not known"),
        told(lookAfter(TracedStarts.BETWEEN)));
  }

  @Test
  void aTraceThatSomebodyEndsIsAGapAndLooksGoOnUntilItIsThereAgain() throws IOException {
    starts.begin();
    traced(42, 7, "a.exe");
    system.end("");
    TracingByHand.awaitEnd(sessions.get(0));
    assertEquals(
        List.of(
            "42 C:\\a.exe",
            "lost: the trace of starts is over: it was stopped",
            "view: starts of programs by looking at the processes, since there is no trace of"
                + " them: it was stopped"),
        told(lookAfter(TracedStarts.BETWEEN)));
    runs(43, "b.exe");
    assertEquals(List.of("43 C:\\b.exe"), told(lookAfter(ProcessStarts.CALM)));
    assertEquals(
        List.of(
            "view: starts of programs as the kernel tells them (ETW), and by looking at the processes"),
        told(lookAfter(TracedStarts.FIRST_PAUSE)));
    traced(44, 7, "c.exe");
    assertEquals(List.of("44 C:\\c.exe"), told(lookAfter(TracedStarts.BETWEEN)));
  }

  @Test
  void withoutATraceLooksTellAndTheDetailSaysWhy() throws IOException {
    system.refused = "open";
    starts.begin();
    assertTrue(starts.detail().endsWith("since there is no trace of them: no open here"));
    runs(43, "b.exe");
    assertEquals(List.of("43 C:\\b.exe"), told(lookAfter(ProcessStarts.CALM)));
    assertEquals(List.of(), told(lookAfter(TracedStarts.FIRST_PAUSE)), "tried in vain");
    assertEquals(2, system.calls.stream().filter("open"::equals).count());
    assertEquals(List.of(), told(lookAfter(TracedStarts.FIRST_PAUSE)));
    assertEquals(2, system.calls.stream().filter("open"::equals).count(), "the pause doubles");
  }
}
