package io.waybillguard.agent.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RecentTest {
  @Test
  void aFullOneForgetsWhatWasNotUsedForLongest() {
    Recent<String, Integer> recent = Recent.byUse(2);
    recent.put("a", 1);
    recent.put("b", 2);
    assertEquals(1, recent.get("a"));
    recent.put("c", 3);
    assertEquals(Set.of("a", "c"), recent.keySet());
  }

  @Test
  void byArrivalBeingUsedSavesNothing() {
    List<Integer> forgotten = new ArrayList<>();
    Recent<String, Integer> recent = Recent.byArrival(2, forgotten::add);
    recent.put("a", 1);
    recent.put("b", 2);
    assertEquals(1, recent.get("a"));
    recent.put("a", 10);
    recent.put("c", 3);
    assertEquals(Set.of("b", "c"), recent.keySet());
    recent.remove("b");
    assertEquals(List.of(10), forgotten);
  }

  @Test
  void aMillionThingsTakeTheRoomOfAsManyAsItHolds() {
    Recent<Integer, Integer> recent = Recent.byUse(100);
    for (int i = 0; i < 1_000_000; i++) {
      recent.put(i, i);
    }
    assertEquals(100, recent.size());
  }

  @Test
  void aMemoryOfNothingIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Recent.byUse(0));
  }
}
