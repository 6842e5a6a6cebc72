package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class IdleMemoryTest implements IdleMemory.Heap {
  private static final long MIB = 1 << 20;

  private long held = 18 * MIB;
  private long used = 15 * MIB;
  private long live = 12 * MIB;
  private int collections;
  private final IdleMemory memory = new IdleMemory(this);

  @Override
  public long held() {
    return held;
  }

  @Override
  public long used() {
    return used;
  }

  @Override
  public void collect() {
    collections++;
    used = live;
    held = live + 6 * MIB;
  }

  @Test
  void aHeapAsItIsAtRestIsLeftAlone() {
    for (int i = 0; i < 10; i++) {
      assertFalse(memory.look());
    }
    assertEquals(0, collections);
  }

  @Test
  void whatAStormTookIsGivenBackWhenItIsOver() {
    assertFalse(memory.look());
    held = 40 * MIB;
    used = 20 * MIB;
    assertFalse(memory.look(), "it grows");
    used = 30 * MIB;
    assertFalse(memory.look(), "it is at work");
    used = 30 * MIB + 1000;
    assertTrue(memory.look());
    assertEquals(18 * MIB, held);
    assertFalse(memory.look());
    assertEquals(1, collections);
  }

  @Test
  void whatIsInUseByRightIsNotCollectedAgainAndAgain() {
    live = 30 * MIB;
    held = 45 * MIB;
    used = 40 * MIB;
    assertFalse(memory.look());
    assertTrue(memory.look());
    for (int i = 0; i < 10; i++) {
      assertFalse(memory.look());
    }
    assertEquals(1, collections);
  }

  @Test
  void theHeapOfThisProcessIsKnownAndCanBeCollected() {
    IdleMemory.Heap own = IdleMemory.Heap.OWN;
    own.collect();
    assertTrue(own.held() > own.used());
    assertTrue(own.used() > 0);
  }

  @Test
  void aWaitEndsWhenTheAgentEnds() throws Exception {
    memory.wake();
    assertEquals(0, memory.step());
  }
}
