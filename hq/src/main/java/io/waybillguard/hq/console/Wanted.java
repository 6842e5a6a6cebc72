package io.waybillguard.hq.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What an address asks of one table of its page: by what it is sorted, and which part is shown.
 *
 * @param path of the page
 * @param name "" for the only table of a page; else its own
 * @param anchor where the page is scrolled to when it shows another part or order, or ""
 * @param kept the other fields of the address, which stay as they are
 * @param sort word of a column, with a dash before it for the other way round; "" for the table's
 *     own order
 * @param part from 1
 * @param file the address of the same for a spreadsheet program, or "" for who may not have it
 */
record Wanted(
    String path,
    String name,
    String anchor,
    Map<String, String> kept,
    String sort,
    int part,
    String file) {
  Wanted {
    kept = new LinkedHashMap<>(kept);
  }

  /** Of the only table of a page. */
  static Wanted of(String path, UnaryOperator<String> param, List<String> kept) {
    return of(path, "", param, kept);
  }

  /**
   * Of one table of several.
   *
   * @param param reads a field of the address; "" when it is not there
   * @param kept further fields that the page has
   */
  static Wanted of(String path, String name, UnaryOperator<String> param, List<String> kept) {
    Map<String, String> others = new LinkedHashMap<>();
    for (String each : kept) {
      others.put(each, param.apply(each));
    }
    return new Wanted(
        path,
        name,
        name,
        others,
        param.apply(name.isEmpty() ? "sort" : name),
        Pager.page(param.apply(page(name))),
        "");
  }

  private static String page(String name) {
    return name.isEmpty() ? "page" : name + "-page";
  }

  /** The same, offered as a file where who reads may have it. */
  Wanted in(String address, boolean may) {
    return new Wanted(path, name, anchor, kept, sort, part, may ? address : "");
  }

  /** The same, with another place that the page is scrolled to. */
  Wanted at(String place) {
    return new Wanted(path, name, place, kept, sort, part, file);
  }

  /** What the address says besides the part, with another order. */
  String asked(String order) {
    Map<String, String> fields = new LinkedHashMap<>(kept);
    fields.put(name.isEmpty() ? "sort" : name, order);
    return fields.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> each.getKey() + "=" + encoded(each.getValue()))
        .collect(Collectors.joining("&"));
  }

  /** What the address says. */
  String asked(String order, int shown) {
    String fields = asked(order);
    return fields + (fields.isEmpty() ? "" : "&") + page(name) + "=" + shown;
  }

  /** The address of another part. */
  String part(int other) {
    return path + "?" + asked(sort, other) + (anchor.isEmpty() ? "" : "#" + anchor);
  }

  /** The address of the page in another order. */
  String sortedBy(String order) {
    return path + "?" + asked(order) + (anchor.isEmpty() ? "" : "#" + anchor);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The same, with a field more. */
  String sortedBy(String order, String more) {
    String asked = asked(order);
    return path + "?" + asked + (asked.isEmpty() ? "" : "&") + more;
  }

  /** The address of the file, in the order that is shown. */
  String fileAddress() {
    String asked = asked(sort);
    return file.isEmpty() || asked.isEmpty() ? file : file + "?" + asked;
  }
}
