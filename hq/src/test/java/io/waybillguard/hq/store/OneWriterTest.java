package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OneWriterTest {
  private static final int WAITING = 6;

  @TempDir private Path folder;
  private Database database;

  @BeforeEach
  void open() throws Exception {
    database = Database.openForServer(Location.embedded(folder));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void write(String key) {
    database
        .jdbi()
        .useTransaction(
            h ->
                h.execute(
                    "INSERT INTO setting(k, v) VALUES (?, '') ON CONFLICT(k) DO UPDATE SET v = v",
                    key));
  }

  @Test
  void transactionsAreServedInTheOrderInWhichTheyCame() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Thread> all = new ArrayList<>();
    all.add(
        new Thread(
            () ->
                database
                    .jdbi()
                    .useTransaction(
                        h -> {
                          h.execute("INSERT INTO setting(k, v) VALUES ('first', '')");
                          begun.countDown();
                          await(goOn);
                        })));
    all.get(0).start();
    await(begun);
    List<Integer> served = new CopyOnWriteArrayList<>();
    for (int i = 0; i < WAITING; i++) {
      int place = i;
      Thread one =
          new Thread(
              () ->
                  database
                      .jdbi()
                      .useTransaction(
                          h -> {
                            served.add(place);
                            h.execute("INSERT INTO setting(k, v) VALUES (?, '')", "w" + place);
                          }));
      one.start();
      awaitInLine(one);
      all.add(one);
    }
    assertEquals(List.of(), served);
    goOn.countDown();
    for (Thread each : all) {
      each.join();
    }
    assertEquals(IntStream.range(0, WAITING).boxed().toList(), served);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(1, TimeUnit.MINUTES));
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this test", e);
    }
  }

  /** Until it waits for its turn; who asks SQLite again and again never does. */
  private static void awaitInLine(Thread one) {
    Instant patience = Instant.now().plusSeconds(30);
    while (one.getState() != Thread.State.WAITING) {
      assertTrue(Instant.now().isBefore(patience), "it is " + one.getState() + ", not in line");
      Thread.onSpinWait();
    }
  }

  @Test
  void aTransactionThatFailsLetsTheNextOneIn() throws Exception {
    assertThrows(
        IllegalStateException.class,
        () ->
            database
                .jdbi()
                .useTransaction(
                    h -> {
                      h.execute("INSERT INTO setting(k, v) VALUES ('half', '')");
                      throw new IllegalStateException("half way");
                    }));
    Thread next = new Thread(() -> write("whole"));
    next.start();
    next.join();
    assertTrue(database.setting("whole").isPresent());
    assertEquals(false, database.setting("half").isPresent());
  }
}
