package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Users;
import java.text.Collator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A table of the console, said once: what its columns are called, how each sorts, and what of it a
 * spreadsheet program gets. How a cell looks on a page is the page's own. Built for one request.
 */
final class Sheet<R> {
  /** Rows of a part. */
  static final int A_PAGE = 100;

  /** Rows that a table looks through; what is beyond is said. */
  static final int MOST = 10_000;

  /** Rows of a file; what is beyond is said in its last line. */
  static final int MOST_IN_A_FILE = 50_000;

  /**
   * A column.
   *
   * @param word in addresses; "" for one that does not sort
   * @param down whether it begins with the largest when it is sorted by first
   * @param shown whether the page has it; a file has all
   */
  private record Column<R>(
      String word,
      String heading,
      boolean number,
      boolean down,
      boolean shown,
      BiFunction<R, Reader, String> cell,
      Function<Reader, Comparator<R>> order) {}

  private final String name;
  private final List<Column<R>> columns = new ArrayList<>();

  private Sheet(String name) {
    this.name = name;
  }

  /**
   * A table without columns.
   *
   * @param name of its file, without the ending
   */
  static <R> Sheet<R> named(String name) {
    return new Sheet<>(name);
  }

  /** A column of words, sorted as the language of who reads sorts them. */
  Sheet<R> text(String word, String heading, BiFunction<R, Reader, String> cell) {
    return with(word, heading, false, false, cell, reader -> byWords(cell, reader));
  }

  private static <R> Comparator<R> byWords(BiFunction<R, Reader, String> cell, Reader reader) {
    Collator words = Collator.getInstance(reader.locale());
    return Comparator.comparing(row -> cell.apply(row, reader), words::compare);
  }

  /** A column of numbers, the largest first. */
  Sheet<R> number(String word, String heading, ToLongFunction<R> number) {
    return with(
        word,
        heading,
        true,
        true,
        (row, reader) -> String.valueOf(number.applyAsLong(row)),
        reader -> Comparator.comparingLong(number));
  }

  /** A column of times, the newest first, then rows that have none. */
  Sheet<R> time(String word, String heading, Function<R, Optional<Instant>> time) {
    return with(
        word,
        heading,
        false,
        true,
        (row, reader) -> time.apply(row).map(Times::rfc3339).orElse(""),
        reader -> Comparator.comparing(row -> time.apply(row).orElse(Instant.MIN)));
  }

  /** A column of words that have an order of their own, the highest first. */
  <C extends Comparable<? super C>> Sheet<R> rank(
      String word, String heading, BiFunction<R, Reader, String> cell, Function<R, C> rank) {
    return with(word, heading, false, true, cell, reader -> Comparator.comparing(rank));
  }

  /** A column that only a file has. */
  Sheet<R> besides(String heading, BiFunction<R, Reader, String> cell) {
    columns.add(
        new Column<>("", heading, false, false, false, cell, reader -> byWords(cell, reader)));
    return this;
  }

  private Sheet<R> with(
      String word,
      String heading,
      boolean number,
      boolean down,
      BiFunction<R, Reader, String> cell,
      Function<Reader, Comparator<R>> order) {
    columns.add(new Column<>(word, heading, number, down, true, cell, order));
    return this;
  }

  /**
   * The part that is asked for of rows that are all here.
   *
   * @param rows in the table's own order; one more than {@code most} says that there are more
   */
  Listing<R> list(Reader reader, Wanted wanted, List<R> rows, int most) {
    return list(reader, wanted, rows, A_PAGE, most);
  }

  /** The same, in parts of this size. */
  Listing<R> list(Reader reader, Wanted wanted, List<R> rows, int size, int most) {
    List<R> sorted = sorted(reader, wanted.sort(), cut(rows, most));
    int parts = Math.max(1, (sorted.size() + size - 1) / size);
    Pager pager = new Pager(Math.min(wanted.part(), parts), size, sorted.size());
    return listing(
        reader,
        wanted,
        sorted.subList(pager.skip(), (int) pager.last()),
        pager,
        rows.size() > most ? most : 0);
  }

  /** Rows whose part and order are already the ones that are asked for. */
  Listing<R> listing(Reader reader, Wanted wanted, List<R> rows, Pager pager, int cut) {
    List<Listing.Head> heads = new ArrayList<>();
    for (Column<R> each : columns) {
      if (each.shown()) {
        heads.add(head(reader, wanted, each));
      }
    }
    return new Listing<>(
        rows,
        heads,
        pager,
        pager.hasNewer() ? wanted.part(pager.page() - 1) : "",
        pager.hasOlder() ? wanted.part(pager.page() + 1) : "",
        wanted.asked(wanted.sort(), pager.page()),
        wanted.fileAddress(),
        cut);
  }

  private Listing.Head head(Reader reader, Wanted wanted, Column<R> column) {
    boolean sorted = find(wanted.sort()).filter(column::equals).isPresent();
    boolean turned = sorted && wanted.sort().startsWith("-");
    String next = sorted && !turned ? "-" + column.word() : column.word();
    return new Listing.Head(
        reader.say(column.heading()),
        column.number(),
        column.word().isEmpty() ? "" : wanted.sortedBy(next),
        sorted ? (column.down() == turned ? "ascending" : "descending") : "");
  }

  private Optional<Column<R>> find(String sort) {
    String word = sort.startsWith("-") ? sort.substring(1) : sort;
    return columns.stream().filter(c -> !word.isEmpty() && c.word().equals(word)).findFirst();
  }

  private static <R> List<R> cut(List<R> rows, int most) {
    return rows.subList(0, Math.min(most, rows.size()));
  }

  /** What no column is called sorts nothing; equals stay in the table's own order. */
  private List<R> sorted(Reader reader, String sort, List<R> rows) {
    Optional<Column<R>> column = find(sort);
    if (column.isEmpty()) {
      return rows;
    }
    Comparator<R> order = column.get().order().apply(reader);
    List<R> sorted = new ArrayList<>(rows);
    sorted.sort(column.get().down() == sort.startsWith("-") ? order : order.reversed());
    return sorted;
  }

  /**
   * Answers with all rows as a file, once it is written down who takes them out.
   *
   * @param rows in the table's own order; one more than {@link #MOST_IN_A_FILE} says that there are
   *     more
   * @param detail what was asked for, for HQ's own log
   */
  void answer(
      Frame frame,
      Context request,
      Users.Session session,
      Wanted wanted,
      List<R> rows,
      String detail)
      throws NotRecorded {
    answer(frame, request, session, wanted, rows, MOST_IN_A_FILE, detail);
  }

  /** The same, of at most this many rows. */
  void answer(
      Frame frame,
      Context request,
      Users.Session session,
      Wanted wanted,
      List<R> rows,
      int most,
      String detail)
      throws NotRecorded {
    frame.note(request, session, HqAct.Deed.EXPORT, request.path(), detail);
    request
        .contentType("text/csv; charset=utf-8")
        .header("Content-Disposition", "attachment; filename=" + name + ".csv")
        .result(file(frame.reader(request), wanted.sort(), rows, most));
  }

  /**
   * The file: a line of headings, a line a row, and where rows are left out a line that says so.
   */
  String file(Reader reader, String sort, List<R> rows, int most) {
    Csv csv = new Csv();
    csv.line(columns.stream().map(each -> reader.say(each.heading())).toList());
    for (R row : sorted(reader, sort, cut(rows, most))) {
      csv.line(columns.stream().map(each -> each.cell().apply(row, reader)).toList());
    }
    if (rows.size() > most) {
      csv.line(List.of(reader.say("table.cut.file", most)));
    }
    return csv.toString();
  }
}
