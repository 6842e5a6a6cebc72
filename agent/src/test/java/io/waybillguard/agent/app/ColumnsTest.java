package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ColumnsTest {
  @Test
  void aLineIsBrokenAtBlanksAndBetweenIdeographs() {
    assertEquals(List.of("one two", "three"), Columns.wrap("one two three", 9));
    assertEquals(List.of("没有权限", "读写"), Columns.wrap("没有权限读写", 9));
    assertEquals(List.of("用 root", "运行"), Columns.wrap("用 root 运行", 8));
  }

  @Test
  void noLineBeginsWithAFullStopOrEndsWithAnOpeningBracket() {
    assertEquals(List.of("没有权", "限。"), Columns.wrap("没有权限。", 8));
    assertEquals(List.of("管理员", "（root）"), Columns.wrap("管理员（root）", 9));
  }

  @Test
  void aWordThatHasNoRoomIsCutRatherThanLost() {
    List<String> lines = Columns.wrap("/var/lib/waybill-guard/data", 10);
    assertEquals("/var/lib/waybill-guard/data", String.join("", lines));
    assertTrue(lines.stream().allMatch(line -> Columns.of(line) <= 10), lines::toString);
  }

  @Test
  void nothingIsNoLine() {
    assertEquals(List.of(), Columns.wrap("  ", 10));
  }
}
