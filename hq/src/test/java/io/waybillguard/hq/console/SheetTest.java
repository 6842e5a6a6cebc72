package io.waybillguard.hq.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one way in which tables are sorted, cut into parts and written to files. */
final class SheetTest {
  private record Row(String name, long size, Optional<Instant> at) {}

  private static final Sheet<Row> SHEET =
      Sheet.<Row>named("rows")
          .text("name", "column.workstation", (row, reader) -> row.name())
          .number("size", "column.records", Row::size)
          .time("at", "column.time", Row::at)
          .text("", "column.proof", (row, reader) -> "x")
          .besides("column.id", (row, reader) -> "id-" + row.name());

  private static final List<Row> ROWS =
      List.of(
          new Row("b", 2, Optional.empty()),
          new Row("张三", 10, Optional.of(Instant.EPOCH)),
          new Row("a", 2, Optional.of(Instant.EPOCH.plusSeconds(1))),
          new Row("李四", 1, Optional.of(Instant.EPOCH.plusSeconds(2))));

  private static Reader reader(boolean chinese) {
    return new Reader(chinese, ZoneOffset.UTC, Instant.EPOCH);
  }

  private static Wanted wanted(String sort, String page) {
    Map<String, String> address = Map.of("sort", sort, "page", page, "q", "x&y");
    return Wanted.of("/rows", key -> address.getOrDefault(key, ""), List.of("q"))
        .in("/rows.csv", true);
  }

  private static List<String> names(String sort) {
    return SHEET.list(reader(true), wanted(sort, ""), ROWS, 100).rows().stream()
        .map(Row::name)
        .toList();
  }

  @Test
  void aColumnSortsByWhatItIsAndTheOtherWayRoundAndUnknownWordsSortNothing() {
    assertEquals(List.of("a", "b", "李四", "张三"), names("name"), "Chinese by sound");
    assertEquals(List.of("张三", "李四", "b", "a"), names("-name"));
    assertEquals(List.of("张三", "b", "a", "李四"), names("size"), "the largest first, equals stay");
    assertEquals(List.of("李四", "b", "a", "张三"), names("-size"));
    assertEquals(List.of("李四", "a", "张三", "b"), names("at"), "who has no time comes last");
    for (String none : List.of("", "-", "x'", "column.proof")) {
      assertEquals(List.of("b", "张三", "a", "李四"), names(none), none);
    }
  }

  @Test
  void aHeadSaysHowItSortsAndItsAddressKeepsTheFilters() {
    Listing<Row> list = SHEET.list(reader(false), wanted("size", "7"), ROWS, 100);
    assertEquals(
        List.of("", "descending", "", ""), list.heads().stream().map(Listing.Head::order).toList());
    assertEquals("/rows?q=x%26y&sort=name", list.heads().get(0).address());
    assertEquals("/rows?q=x%26y&sort=-size", list.heads().get(1).address());
    assertEquals("", list.heads().get(3).address(), "what does not sort is no link");
    assertEquals("/rows.csv?q=x%26y&sort=size", list.file());
    Listing<Row> turned = SHEET.list(reader(false), wanted("-size", ""), ROWS, 100);
    assertEquals("ascending", turned.heads().get(1).order());
    assertEquals("/rows?q=x%26y&sort=size", turned.heads().get(1).address());
    Listing<Row> viewer =
        SHEET.list(reader(false), wanted("", "").in("/rows.csv", false), ROWS, 100);
    assertEquals("", viewer.file());
  }

  @Test
  void partsFollowOneAnotherAndThePageBeyondTheLastIsTheLast() {
    List<Row> many = rows(250);
    Listing<Row> second = SHEET.list(reader(true), wanted("-size", "2"), many, 1000);
    assertEquals(100, second.rows().size());
    assertEquals(100, second.rows().get(0).size());
    assertEquals("/rows?q=x%26y&sort=-size&page=1", second.newer());
    assertEquals("/rows?q=x%26y&sort=-size&page=3", second.older());
    Listing<Row> last = SHEET.list(reader(true), wanted("", "99999"), many, 1000);
    assertEquals(50, last.rows().size());
    assertEquals("", last.older());
    assertEquals(0, last.cut());
    assertTrue(SHEET.list(reader(true), wanted("", "3"), List.of(), 1000).isEmpty());
  }

  @Test
  void whatIsCutIsSaidOnThePageAndInTheFile() {
    Listing<Row> cut = SHEET.list(reader(true), wanted("", ""), rows(51), 50);
    assertEquals(50, cut.cut());
    assertEquals(50, cut.rows().size());
    assertEquals(0, SHEET.list(reader(true), wanted("", ""), rows(50), 50).cut());
    String file = SHEET.file(reader(true), "", rows(51), 50);
    assertEquals(52, file.lines().count());
    assertTrue(file.lines().toList().get(51).contains("只有前 50 条"), file);
    assertTrue(SHEET.file(reader(false), "", rows(51), 50).contains("only the first 50"));
    assertFalse(SHEET.file(reader(false), "", rows(50), 50).contains("only the first"));
  }

  @Test
  void aFileHasAllColumnsAndItsTimesAreExact() {
    assertEquals(
        List.of(
            "\uFEFF\"Workstation\",\"Records\",\"Time\",\"Proof\",\"Id\"",
            "\"张三\",\"10\",\"1970-01-01T00:00:00.000Z\",\"x\",\"id-张三\"",
            ""),
        List.of(SHEET.file(reader(false), "", ROWS.subList(1, 2), 9).split("\r\n", -1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "=1+1",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "\u200b=1",
        "\u3000=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "\uFEFF=1",
        "\0=1"
      })
  void aCellIsNeverAFormula(String name) {
    String file = SHEET.file(reader(false), "", List.of(new Row(name, 1, Optional.empty())), 9);
    assertTrue(file.contains("\"'" + name + "\""), file);
  }

  @Test
  void quotesAndLinesStayInTheirCell() {
    Row row = new Row("a\",\"b\r\n=1", 1, Optional.empty());
    assertTrue(
        SHEET.file(reader(false), "", List.of(row), 9).contains("\"a\"\",\"\"b\r\n=1\",\"1\""));
  }

  private static List<Row> rows(int count) {
    return new ArrayList<>(
        IntStream.range(0, count).mapToObj(i -> new Row("n" + i, i, Optional.empty())).toList());
  }
}
