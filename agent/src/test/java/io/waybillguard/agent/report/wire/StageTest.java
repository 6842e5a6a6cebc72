package io.waybillguard.agent.report.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who belongs to a stage. */
final class StageTest {
  private static String origin(int desk) {
    return String.format("evidence.example/agent/%016x", desk);
  }

  @Test
  void aPercentageIsThatManyDesksAndEachLargerOneHoldsThem() {
    int[] counts = new int[101];
    for (int desk = 0; desk < 5000; desk++) {
      boolean before = false;
      for (int percent = 1; percent <= 100; percent++) {
        boolean in = new Stage(List.of(), percent, "policy-7").holds(origin(desk), "X");
        assertTrue(in || !before, "desk " + desk + " left at " + percent);
        before = in;
        counts[percent] += in ? 1 : 0;
      }
    }
    assertEquals(5000, counts[100]);
    // 5000 draws: four standard deviations of a binomial with p = 0.1 are 85.
    assertEquals(500, counts[10], 85);
  }

  /** The answer that a second implementation has to give. */
  @Test
  void theDrawIsTheOneThatTheProtocolSays() {
    List<Integer> drawn = new java.util.ArrayList<>();
    for (int desk = 0; desk < 4; desk++) {
      int percent = 1;
      while (!new Stage(List.of(), percent, "a").holds(origin(desk), "")) {
        percent++;
      }
      drawn.add(percent - 1);
    }
    // printf 'a\nevidence.example/agent/%016x' N | sha256sum, first 16 digits modulo 100
    assertEquals(DRAWN, drawn);
  }

  private static final List<Integer> DRAWN = List.of(72, 15, 21, 18);

  @Test
  void outletsAreTheirCodesAndNoOthers() {
    Stage stage = new Stage(List.of("HZ-1", "HZ-2"), 100, "a");
    assertTrue(stage.holds(origin(1), "HZ-2"));
    assertFalse(stage.holds(origin(1), "HZ-22"));
    assertFalse(stage.holds(origin(1), ""));
  }

  @Test
  void itIsReadAsItWasWrittenAndNothingMeansAll() {
    Stage stage = new Stage(List.of("HZ-1"), 5, "a");
    assertEquals(stage, Stage.of(stage.into(Json.object()), "other"));
    assertEquals(new Stage(List.of(), 100, "id"), Stage.of(Json.object(), "id"));
    for (long bad : List.of(0L, 101L, 1L << 40)) {
      assertThrows(
          IllegalArgumentException.class, () -> Stage.of(Json.object().put("percent", bad), "id"));
    }
  }
}
