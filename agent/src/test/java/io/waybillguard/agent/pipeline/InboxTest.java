package io.waybillguard.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.Scene;
import io.waybillguard.agent.Seen;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RecordsLost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class InboxTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static Observation seen(int n) {
    return Seen.attached(Scene.noon(n), "S" + n);
  }

  @Test
  void whatIsLeftIsTakenInOrder() throws Exception {
    Inbox inbox = new Inbox(10);
    for (int i = 0; i < 5; i++) {
      inbox.offer(seen(i));
    }
    assertEquals(List.of(seen(0), seen(1), seen(2)), inbox.take(3, Duration.ZERO, Duration.ZERO));
    assertEquals(2, inbox.size());
    assertEquals(List.of(seen(3), seen(4)), inbox.take(3, Duration.ZERO, Duration.ZERO));
    assertEquals(List.of(), inbox.take(3, Duration.ZERO, Duration.ZERO));
    assertEquals(Optional.empty(), inbox.takeLosses(Scene.noon(9)));
  }

  @Test
  void aLossIsFromTheEarliestToTheLatestInWhateverOrderTheyCame() {
    Inbox inbox = new Inbox(1);
    for (int at : new int[] {0, 26, 9, 40, 3}) {
      inbox.offer(seen(at));
    }
    RecordsLost lost = inbox.takeLosses(Scene.noon(50)).orElseThrow();
    assertEquals(seen(3).at(), lost.from());
    assertEquals(seen(40).at(), lost.until());
  }

  @Test
  void somethingUrgentAndAWakeUpEndTheWaiting() {
    Inbox inbox = new Inbox(10);
    inbox.offer(seen(0));
    assertEquals(
        List.of(seen(0)), assertTimeoutPreemptively(LONG, () -> inbox.take(5, LONG, LONG)));
    inbox.wake();
    assertEquals(List.of(), assertTimeoutPreemptively(LONG, () -> inbox.take(5, LONG, LONG)));
  }

  @Test
  void thereIsRoomForWhoCanWaitWhileHalfIsFree() throws Exception {
    Inbox inbox = new Inbox(4);
    inbox.offer(seen(0));
    inbox.offer(seen(1));
    assertTrue(inbox.awaitRoom(Duration.ZERO));
    inbox.offer(seen(2));
    assertFalse(inbox.awaitRoom(Duration.ZERO));
    CompletableFuture<Boolean> room =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return inbox.awaitRoom(LONG);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertEquals(List.of(seen(0)), inbox.take(1, Duration.ZERO, Duration.ZERO));
    assertTrue(room.get(30, TimeUnit.SECONDS));
  }

  @Test
  void aTakerThatWaitsIsWoken() throws Exception {
    Inbox inbox = new Inbox(10);
    CompletableFuture<List<Observation>> taken = takenByOneThatWaits(inbox, 5);
    inbox.offer(seen(1));
    assertEquals(List.of(seen(1)), taken.get(30, TimeUnit.SECONDS));
  }

  @Test
  void inABurstWhatIsUrgentWaitsForCompanyAndAfterItDoesNot() throws Exception {
    Inbox inbox = new Inbox(100);
    for (int i = 0; i < 16; i++) {
      inbox.offer(seen(i));
    }
    assertEquals(16, inbox.take(50, Duration.ZERO, Duration.ZERO).size());
    inbox.offer(seen(16));
    CompletableFuture<List<Observation>> taken = takenByOneThatWaits(inbox, 2);
    inbox.offer(seen(17));
    assertEquals(List.of(seen(16), seen(17)), taken.get(30, TimeUnit.SECONDS));
    inbox.offer(seen(18));
    assertEquals(
        List.of(seen(18)), assertTimeoutPreemptively(LONG, () -> inbox.take(5, LONG, LONG)));
  }

  /** What a thread takes that is in the middle of waiting for so many. */
  private static CompletableFuture<List<Observation>> takenByOneThatWaits(Inbox inbox, int most) {
    CompletableFuture<List<Observation>> taken = new CompletableFuture<>();
    Thread taker =
        new Thread(
            () -> {
              try {
                taken.complete(inbox.take(most, LONG, LONG));
              } catch (InterruptedException e) {
                taken.completeExceptionally(e);
              }
            });
    taker.start();
    while (taker.getState() != Thread.State.TIMED_WAITING && !taken.isDone()) {
      Thread.onSpinWait();
    }
    return taken;
  }

  /** Threads offer while one takes; what was offered is what was taken and what was counted. */
  @Test
  void nothingIsLostUncounted() throws Exception {
    int threads = 4;
    long each = 20_000;
    Inbox inbox = new Inbox(64);
    CountDownLatch start = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      Observation in = Seen.attached(Scene.noon(t), "A");
      Observation out = Seen.detached(Scene.noon(t), "A");
      new Thread(
              () -> {
                await(start);
                for (int i = 0; i < each; i++) {
                  inbox.offer(i % 4 == 0 ? in : out);
                }
                done.countDown();
              })
          .start();
    }
    start.countDown();
    long taken = 0;
    Map<String, Long> types = new java.util.TreeMap<>();
    List<RecordsLost> losses = new ArrayList<>();
    boolean over = false;
    while (!over) {
      over = done.getCount() == 0;
      List<Observation> batch;
      do {
        batch = inbox.take(16, Duration.ZERO, Duration.ZERO);
        taken += batch.size();
        batch.forEach(seen -> types.merge(seen.type(), 1L, Long::sum));
        inbox.takeLosses(Scene.noon(0)).ifPresent(losses::add);
      } while (!batch.isEmpty());
    }
    long lost = losses.stream().mapToLong(RecordsLost::total).sum();
    losses.forEach(l -> l.counts().forEach((type, n) -> types.merge(type, n, Long::sum)));
    assertEquals(threads * each, taken + lost);
    assertEquals(
        Map.of("usb.attach", threads * each / 4, "usb.detach", threads * each * 3 / 4), types);
    assertTrue(lost > 0, "64 places hold no 80,000 observations");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
