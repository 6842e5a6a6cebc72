package io.waybillguard.agent.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Duties on real threads: started in order, stopped in reverse, and watched. */
final class SupervisorTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
  private final List<String> words = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger exits = new AtomicInteger();
  private final Watchdog watchdog =
      new Watchdog(PATIENCE, words::add, exits::incrementAndGet, this::read);
  private final Supervisor supervisor = new Supervisor(watchdog);

  /** Counted down when the thread of the duty "pauses" reads the clock. */
  private volatile CountDownLatch tick = new CountDownLatch(1);

  private long read() {
    if (Thread.currentThread().getName().equals("pauses")) {
      tick.countDown();
    }
    return nanos.get();
  }

  /** A duty that waits in each step until it is told to go on. */
  private static class Stepped implements Duty {
    private final String name;
    private final List<String> ends;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    Stepped(String name, List<String> ends) {
      this.name = name;
      this.ends = ends;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public int step() throws InterruptedException {
      begun.countDown();
      goOn.await();
      return 0;
    }

    @Override
    public long failed(Exception cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void wake() {
      goOn.countDown();
    }

    @Override
    public void end() {
      ends.add(name);
    }
  }

  @Test
  void dutiesStopInReverseAndSayTheirLastWordsOnTheirOwnThread() throws Exception {
    List<String> ends = Collections.synchronizedList(new ArrayList<>());
    List<Stepped> duties =
        List.of(new Stepped("a", ends), new Stepped("b", ends), new Stepped("c", ends));
    for (Stepped duty : duties) {
      supervisor.start(duty);
      assertTrue(duty.begun.await(30, TimeUnit.SECONDS));
    }
    assertEquals(List.of(), supervisor.stop());
    assertEquals(List.of("c", "b", "a"), ends);
  }

  @Test
  void whoeverDoesNotStopIsNamedAndTheOthersStopAllTheSame() throws Exception {
    List<String> ends = Collections.synchronizedList(new ArrayList<>());
    Stepped good = new Stepped("good", ends);
    Stepped hung =
        new Stepped("hung", ends) {
          @Override
          public void wake() {
            // it does not hear
          }
        };
    supervisor.start(good);
    supervisor.start(hung);
    assertTrue(hung.begun.await(30, TimeUnit.SECONDS));
    assertEquals(List.of("hung"), supervisor.stop());
    assertEquals(List.of("good"), ends);
    hung.goOn.countDown();
  }

  @Test
  void aDutyThatThrowsIsToldAndSteppedAgainAfterItsPause() throws Exception {
    CountDownLatch steps = new CountDownLatch(3);
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    supervisor.start(
        new Duty() {
          @Override
          public String name() {
            return "throws";
          }

          @Override
          public int step() throws Exception {
            steps.countDown();
            throw new Exception("step " + steps.getCount());
          }

          @Override
          public long failed(Exception cause) {
            told.add(cause.getMessage() + " on " + Thread.currentThread().getName());
            // The last pause would outlast any test; a stop cuts it short.
            return steps.getCount() > 0 ? 1 : 3_600_000;
          }
        });
    assertTrue(steps.await(30, TimeUnit.SECONDS));
    assertEquals(List.of(), supervisor.stop());
    assertEquals(List.of("step 2 on throws", "step 1 on throws", "step 0 on throws"), told);
  }

  @Test
  void anEndThatThrowsDoesNotKeepOthersFromStopping() throws Exception {
    List<String> ends = Collections.synchronizedList(new ArrayList<>());
    supervisor.start(new Stepped("first", ends));
    supervisor.start(
        new Stepped("second", ends) {
          @Override
          public void end() {
            throw new IllegalStateException("no disk");
          }
        });
    assertEquals(List.of(), supervisor.stop());
    assertEquals(List.of("first"), ends);
  }

  // -- the watchdog ------------------------------------------------------------------------------

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** As its thread does it: a look every sixth of its patience. */
  private void lookFor(Duration time) {
    for (Duration left = time; !left.isNegative(); left = left.minus(PATIENCE.dividedBy(6))) {
      watchdog.look();
      pass(PATIENCE.dividedBy(6));
    }
  }

  @Test
  void aStuckDutyEndsTheProcessWithItsStackAsLastWords() throws Exception {
    List<String> ends = Collections.synchronizedList(new ArrayList<>());
    Stepped stuck = new Stepped("stuck", ends);
    supervisor.start(stuck);
    assertTrue(stuck.begun.await(30, TimeUnit.SECONDS));
    lookFor(PATIENCE);
    assertEquals(0, exits.get(), "patience is not over");
    lookFor(Duration.ofSeconds(40));
    assertTrue(exits.get() > 0);
    assertTrue(words.get(0).startsWith("duty=stuck silent_s=1"), words.get(0));
    assertTrue(words.get(0).contains("SupervisorTest$Stepped.step"), words.get(0));
    assertEquals(List.of(), supervisor.stop());
  }

  @Test
  void lastWordsThatFailDoNotKeepTheProcessAlive() throws Exception {
    Watchdog mute =
        new Watchdog(
            PATIENCE,
            text -> {
              throw new IllegalStateException("no disk");
            },
            exits::incrementAndGet,
            nanos::get);
    Supervisor other = new Supervisor(mute);
    Stepped stuck = new Stepped("stuck", new ArrayList<>());
    other.start(stuck);
    assertTrue(stuck.begun.await(30, TimeUnit.SECONDS));
    for (int i = 0; i < 20 && exits.get() == 0; i++) {
      pass(PATIENCE.dividedBy(6));
      try {
        mute.look();
      } catch (IllegalStateException e) {
        assertEquals("no disk", e.getMessage());
      }
    }
    assertEquals(1, exits.get());
    other.stop();
  }

  /** A runner in a pause reads the clock once a second, to say that it lives. */
  private void awaitTick() throws InterruptedException {
    tick = new CountDownLatch(1);
    assertTrue(tick.await(30, TimeUnit.SECONDS), "no heartbeat during a pause");
  }

  /** A pause of five minutes after a failure is longer than the patience, and no hang. */
  @Test
  void aLongPauseIsNoHang() throws Exception {
    CountDownLatch failed = new CountDownLatch(1);
    supervisor.start(
        new Duty() {
          @Override
          public String name() {
            return "pauses";
          }

          @Override
          public int step() throws Exception {
            throw new Exception("blind");
          }

          @Override
          public long failed(Exception cause) {
            failed.countDown();
            return 3_600_000;
          }
        });
    assertTrue(failed.await(30, TimeUnit.SECONDS));
    for (int looks = 0; looks < 3; looks++) {
      pass(PATIENCE.dividedBy(2));
      watchdog.look();
      awaitTick();
    }
    assertEquals(0, exits.get());
    assertEquals(List.of(), supervisor.stop());
  }

  /** After a night's sleep every duty looks as if it had hung; so does the watchdog. */
  @Test
  void aMachineThatSleptIsNoHang() throws Exception {
    Stepped waiting = new Stepped("waiting", new ArrayList<>());
    supervisor.start(waiting);
    assertTrue(waiting.begun.await(30, TimeUnit.SECONDS));
    watchdog.look();
    pass(Duration.ofHours(9));
    watchdog.look();
    assertEquals(0, exits.get());
    lookFor(PATIENCE.minusSeconds(30));
    assertEquals(0, exits.get(), "all get their time anew");
    lookFor(Duration.ofSeconds(90));
    assertTrue(exits.get() > 0, "and no more than that");
    supervisor.stop();
  }

  @Test
  void theWatchdogsOwnThreadLooksAndEndsWhenDutiesStop() throws Exception {
    CountDownLatch exit = new CountDownLatch(1);
    Watchdog quick =
        new Watchdog(Duration.ofMillis(60), words::add, exit::countDown, System::nanoTime);
    Supervisor other = new Supervisor(quick);
    Stepped stuck = new Stepped("stuck", new ArrayList<>());
    other.start(stuck);
    quick.start();
    assertTrue(exit.await(30, TimeUnit.SECONDS));
    assertFalse(words.isEmpty());
    assertEquals(List.of(), other.stop());
  }

  @Test
  void theOutsideHearsOnlyWhileTheNamedDutyMoves() throws Exception {
    AtomicInteger beats = new AtomicInteger();
    watchdog.tell(new Watchdog.Pulse("works", Duration.ofSeconds(20), beats::incrementAndGet));
    AtomicInteger steps = new AtomicInteger();
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    supervisor.start(
        new Stepped("works", new ArrayList<>()) {
          @Override
          public int step() throws InterruptedException {
            if (steps.incrementAndGet() == 2) {
              hangs.countDown();
              goOn.await();
            }
            return 0;
          }

          @Override
          public void wake() {
            goOn.countDown();
          }
        });
    assertTrue(hangs.await(30, TimeUnit.SECONDS));
    watchdog.look();
    assertEquals(1, beats.get(), "it ended a step");
    for (int looks = 0; looks < 4; looks++) {
      pass(Duration.ofSeconds(20));
      watchdog.look();
    }
    assertEquals(1, beats.get(), "it hangs, within its patience");
    assertEquals(0, exits.get());
    assertEquals(List.of(), supervisor.stop());
    watchdog.look();
    assertEquals(2, beats.get(), "it went on");
  }

  @Test
  void nobodyOutsideHearsThatAllIsWellWhileAnotherDutyIsStuck() throws Exception {
    AtomicInteger beats = new AtomicInteger();
    watchdog.tell(new Watchdog.Pulse("works", PATIENCE, beats::incrementAndGet));
    Stepped stuck = new Stepped("stuck", new ArrayList<>());
    Stepped works = new Stepped("works", new ArrayList<>());
    supervisor.start(stuck);
    assertTrue(stuck.begun.await(30, TimeUnit.SECONDS));
    pass(PATIENCE.dividedBy(2));
    supervisor.start(works);
    assertTrue(works.begun.await(30, TimeUnit.SECONDS));
    watchdog.look();
    pass(PATIENCE.dividedBy(2));
    watchdog.look();
    pass(PATIENCE.dividedBy(6));
    int before = beats.get();
    watchdog.look();
    assertEquals(1, exits.get());
    assertEquals(before, beats.get());
    supervisor.stop();
  }
}
