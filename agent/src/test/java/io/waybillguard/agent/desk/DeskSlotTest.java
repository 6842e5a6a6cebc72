package io.waybillguard.agent.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.event.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Notes left for an agent that has no door. */
final class DeskSlotTest {
  private static final String KEY = Administrator.KEY;

  @TempDir private Path temp;
  private Path folder;
  private final List<Event> recorded = new ArrayList<>();
  private final HandClock clock = new HandClock(Instant.parse("2026-06-12T04:31:00Z"));
  private boolean diskTakes = true;
  private DeskSlot slot;

  @BeforeEach
  void open() {
    folder = temp.resolve("slot");
    slot =
        new DeskSlot(
            folder, new Hearing(new Roster(""), this::record, clock, "0.1.0", new Administrator()));
  }

  private CompletableFuture<Long> record(Event event) {
    if (!diskTakes) {
      return CompletableFuture.failedFuture(new IOException("the disk is full"));
    }
    recorded.add(event);
    return CompletableFuture.completedFuture(recorded.size() + 6L);
  }

  private List<String> reasons() {
    return recorded.stream().map(each -> ((AgentInstalled) each).code()).sorted().toList();
  }

  private void leave(Saying said) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(DeskSlot.another(folder), said.json().toString());
  }

  private long left() throws IOException {
    try (var files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void whereNobodyLeftWordThereIsNothingToDo() throws Exception {
    assertEquals(0, slot.take());
    assertFalse(Files.exists(folder));
  }

  @Test
  void eachRefusedRemovalThatWasLeftIsARecordOnce() throws Exception {
    leave(new Saying.RemovalRefused("wrong", KEY));
    leave(new Saying.RemovalRefused("missing", KEY));
    assertEquals(1, slot.take());
    assertEquals(1, slot.take());
    assertEquals(0, slot.take());
    assertEquals(List.of("missing", "wrong"), reasons());
    assertEquals(0, left());
  }

  @Test
  void aNoteStaysUntilTheDiskTakesItsRecord() throws Exception {
    leave(new Saying.RemovalRefused("wrong", KEY));
    diskTakes = false;
    assertThrows(IOException.class, slot::take);
    assertEquals(1, left());
    diskTakes = true;
    assertEquals(1, slot.take());
    assertEquals(List.of("wrong"), reasons());
  }

  @Test
  void whatIsNotTheAdministratorsWordOrNoRefusalIsTakenAwayAndNoRecord() throws Exception {
    leave(new Saying.RemovalRefused("wrong", "a guess"));
    leave(new Saying.SignOn("李雷"));
    Files.writeString(folder.resolve("2.note"), "{");
    Files.writeString(folder.resolve("3.note"), " ".repeat(5_000));
    for (int i = 0; i < 4; i++) {
      assertEquals(1, slot.take());
    }
    assertEquals(List.of(), recorded);
    assertEquals(0, left());
  }

  @Test
  void aNoteThatIsStillWrittenIsNotRead() throws Exception {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("4.note.new"), "{\"do\":");
    assertEquals(0, slot.take());
    assertEquals(1, left());
  }
}
