package io.waybillguard.agent.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PostOrderTest {
  private static final int LEAVES = 1_025;

  /** The order is that of writing down each subtree as soon as it is whole: leaf by leaf. */
  @Test
  void subtreesAreNumberedInTheOrderInWhichTheyAreFinished() {
    List<List<Long>> finished = new ArrayList<>();
    for (long leaf = 0; leaf < LEAVES; leaf++) {
      finished.add(List.of(0L, leaf));
      for (long level = 1; (leaf + 1) % (1L << level) == 0; level++) {
        finished.add(List.of(level, ((leaf + 1) >> level) - 1));
      }
    }
    for (int id = 0; id < finished.size(); id++) {
      List<Long> node = finished.get(id);
      assertEquals(id, PostOrder.id(Math.toIntExact(node.get(0)), node.get(1)), "node " + node);
    }
  }

  @Test
  void anAppendFinishesExactlyTheNextNumbers() {
    Frontier frontier = new Frontier();
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < LEAVES; i++) {
      frontier.append(
          Merkle.leaf(("leaf " + i).getBytes(StandardCharsets.UTF_8)),
          (level, index, hash) -> ids.add(PostOrder.id(level, index)));
    }
    for (int i = 0; i < ids.size(); i++) {
      assertEquals(i, ids.get(i));
    }
    assertEquals(2 * LEAVES - Integer.bitCount(LEAVES), ids.size());
  }
}
