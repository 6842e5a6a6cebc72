package io.waybillguard.hq.console;

/**
 * Pages of a long table.
 *
 * @param page which one is shown, from 1
 * @param size rows a page
 * @param all rows in all
 */
public record Pager(int page, int size, long all) {
  private static final int LAST = 100_000;

  /** The page that an address asks for; what is no number stands for the first. */
  static int page(String text) {
    return text.matches("[1-9][0-9]{0,5}") ? Math.min(LAST, Integer.parseInt(text)) : 1;
  }

  /** How many rows come before this page. */
  int skip() {
    return (page - 1) * size;
  }

  public boolean hasNewer() {
    return page > 1;
  }

  public boolean hasOlder() {
    return (long) page * size < all;
  }

  /** Place of the first row that is shown, from 1. */
  public long first() {
    return Math.min(all, skip() + 1L);
  }

  /** Place of the last row that is shown. */
  public long last() {
    return Math.min(all, (long) page * size);
  }
}
