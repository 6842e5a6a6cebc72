package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OneWriterTest {
  private static final int ROUNDS = 21;
  private static final int BUSY = 6;

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
  void whoComesWhileOthersWriteIsNextAndNotAnyTime() throws Exception {
    AtomicBoolean ends = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger();
    List<Thread> busy = new ArrayList<>();
    for (int i = 0; i < BUSY; i++) {
      Thread one =
          new Thread(
              () -> {
                while (!ends.get()) {
                  write("busy");
                  written.incrementAndGet();
                }
              });
      one.start();
      busy.add(one);
    }
    try {
      int[] before = new int[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        int came = written.get();
        write("patient");
        before[i] = written.get() - came;
      }
      Arrays.sort(before);
      assertTrue(
          before[ROUNDS - 2] <= 4 * BUSY, "others went before it: " + Arrays.toString(before));
    } finally {
      ends.set(true);
      for (Thread one : busy) {
        one.join();
      }
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
