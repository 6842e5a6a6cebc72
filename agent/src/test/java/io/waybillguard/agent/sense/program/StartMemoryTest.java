package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StartMemoryTest {
  private static final Instant NOON = Instant.parse("2026-06-12T04:33:00Z");

  @TempDir private Path folder;

  private StartMemory memory() {
    return new StartMemory(folder.resolve("programs.json"));
  }

  @Test
  void aProgramIsRecordedAtItsFirstStartAndThenOnceADayWithACount() {
    StartMemory memory = memory();
    assertEquals(1, memory.started("/opt/a", "h", NOON));
    assertEquals(0, memory.started("/opt/a", "h", NOON.plusSeconds(1)));
    assertEquals(0, memory.started("/opt/a", "h", NOON.plus(StartMemory.A_DAY).minusMillis(1)));
    assertEquals(3, memory.started("/opt/a", "h", NOON.plus(StartMemory.A_DAY)));
    assertEquals(1, memory.started("/opt/a", "other", NOON), "other bytes are another program");
    assertEquals(1, memory.started("/opt/b", "h", NOON));
  }

  @Test
  void oneWithoutAHashIsNeverLearnt() {
    StartMemory memory = memory();
    assertEquals(1, memory.started("/opt/a", "", NOON));
    assertEquals(1, memory.started("/opt/a", "", NOON));
  }

  @Test
  void aClockThatWasSetBackSilencesNothing() {
    StartMemory memory = memory();
    assertEquals(1, memory.started("/opt/a", "h", NOON));
    assertEquals(1, memory.started("/opt/a", "h", NOON.minusSeconds(9_000_000)));
  }

  @Test
  void whatWasCountedIsKnownAfterARestart() {
    StartMemory before = memory();
    before.started("/opt/工具", "h", NOON);
    before.started("/opt/工具", "h", NOON);
    before.write();
    StartMemory after = memory();
    assertEquals(0, after.started("/opt/工具", "h", NOON.plusSeconds(5)));
    assertEquals(3, after.started("/opt/工具", "h", NOON.plus(StartMemory.A_DAY)));
  }

  @Test
  void itIsWrittenNowAndThenAndOnlyWhenSomethingChanged() throws IOException {
    Path file = folder.resolve("programs.json");
    StartMemory memory = memory();
    memory.writeNowAndThen(NOON);
    assertFalse(Files.exists(file));
    memory.started("/opt/a", "h", NOON);
    memory.writeNowAndThen(NOON);
    assertTrue(Files.exists(file));
    Files.delete(file);
    memory.started("/opt/b", "h", NOON);
    memory.writeNowAndThen(NOON.plusSeconds(1));
    assertFalse(Files.exists(file));
    memory.writeNowAndThen(NOON.plus(StartMemory.WRITTEN_EVERY));
    assertTrue(Files.exists(file));
  }

  @Test
  void aDamagedFileCostsARecordAndNoMore() throws IOException {
    Files.writeString(folder.resolve("programs.json"), "{\"started\":[{\"path\":1");
    StartMemory memory = memory();
    assertEquals(1, memory.started("/opt/a", "h", NOON));
    memory.write();
    assertEquals(0, memory().started("/opt/a", "h", NOON));
  }

  /** Starts at random times: what the records stand for and what waits is every start there was. */
  @Test
  void noStartIsCountedTwiceOrLeftOut() {
    Random random = new Random(20261127);
    Map<String, Long> model = new HashMap<>();
    Map<String, Long> recorded = new HashMap<>();
    StartMemory memory = memory();
    Instant now = NOON;
    for (int i = 0; i < 5_000; i++) {
      now = now.plusSeconds(random.nextInt(600));
      String path = "/opt/p" + random.nextInt(50);
      model.merge(path, 1L, Long::sum);
      recorded.merge(path, memory.started(path, "h", now), Long::sum);
      if (random.nextInt(100) == 0) {
        memory.write();
        memory = memory();
      }
    }
    Instant later = now.plus(StartMemory.A_DAY);
    for (String path : List.copyOf(model.keySet())) {
      model.merge(path, 1L, Long::sum);
      recorded.merge(path, memory.started(path, "h", later), Long::sum);
    }
    assertEquals(model, recorded);
  }

  @Test
  void ofTooManyTheOneNotStartedForLongestIsForgotten() {
    StartMemory memory = memory();
    for (int i = 0; i <= StartMemory.REMEMBERED; i++) {
      memory.started("/opt/" + i, "h", NOON);
    }
    assertEquals(0, memory.started("/opt/" + StartMemory.REMEMBERED, "h", NOON));
    assertEquals(1, memory.started("/opt/0", "h", NOON));
  }
}
