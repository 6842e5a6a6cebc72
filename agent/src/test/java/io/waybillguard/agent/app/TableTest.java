package io.waybillguard.agent.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void chineseTakesTwoColumns() {
    Table table = new Table("网点", "STATE");
    table.row("a", "在线");
    table.row("北京朝阳", "x");
    assertEquals(List.of("网点      STATE", "a         在线", "北京朝阳  x"), table.lines());
  }

  @Test
  void theWidestColumnGivesWayUntilTheLineFits() {
    Table table = new Table("ID", "PATH", "N");
    table.row("0123456789abcdef", "/home/扫描/".repeat(20), "7");
    for (String line : table.lines()) {
      assertTrue(Columns.of(line) <= Columns.WIDTH, line);
    }
    String row = table.lines().get(1);
    assertTrue(row.startsWith("0123456789abcdef  /home/扫描/"), row);
    assertTrue(row.contains("…"), row);
    assertTrue(row.endsWith(" 7"), row);
  }

  @Test
  void aCutNeverSplitsACharacter() {
    assertEquals("扫…", Columns.cut("扫描电脑", 4));
    assertEquals("扫…", Columns.cut("扫描电脑", 3));
    assertEquals("扫… ", Columns.fit("扫描电脑", 4));
    assertEquals("𠀀…", Columns.cut("𠀀𠀀𠀀", 3));
    assertEquals("扫描", Columns.cut("扫描", 4));
  }

  @Test
  void marksThatSitOnALetterTakeNoColumn() {
    assertEquals(1, Columns.of("e\u0301"));
    assertEquals(2, Columns.of("한"));
    assertEquals(2, Columns.of("！"));
    assertEquals(3, Columns.of("abc"));
  }

  @Test
  void aNameFromAStrangerCannotSteerTheTerminal() {
    Table table = new Table("NAME");
    table.row("in\u001b[2Jvoice\u202Efdp.exe\n\uD800");
    assertEquals("in<1b>[2Jvoice<202e>fdp.exe<a><d800>", table.lines().get(1));
  }

  @Test
  void aRowMustHaveACellForEachHeading() {
    Table table = new Table("A", "B");
    assertThrows(IllegalArgumentException.class, () -> table.row("1"));
  }
}
