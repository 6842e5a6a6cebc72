package io.waybillguard.hq.console;

import java.util.List;

/**
 * A table as a page shows it: {@code head.jte} writes its first row, {@code tail.jte} what stands
 * below it.
 *
 * @param rows what is shown, in order
 * @param heads the columns
 * @param pager which part of all rows is shown
 * @param newer the address of the part before, or ""
 * @param older the address of the part after, or ""
 * @param again what the address says of it, for asking for the same once more
 * @param file where the same goes into a spreadsheet program, or "" for who may not
 * @param cut how many rows were looked at, where there are more; 0 where these are all
 */
public record Listing<R>(
    List<R> rows,
    List<Head> heads,
    Pager pager,
    String newer,
    String older,
    String again,
    String file,
    int cut) {
  public Listing {
    rows = List.copyOf(rows);
    heads = List.copyOf(heads);
  }

  /**
   * A column.
   *
   * @param name in words
   * @param number whether its cells are numbers
   * @param address of the page sorted by it, the other way round where it is already; "" where it
   *     does not sort
   * @param order {@code ascending} or {@code descending} where the table is sorted by it, or ""
   */
  public record Head(String name, boolean number, String address, String order) {}

  /** Whether there is nothing to show. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }
}
