package io.waybillguard.hq.console;

import io.waybillguard.hq.store.Search;
import io.waybillguard.hq.store.WaybillTags;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was looked for, and what was found.
 *
 * @param asked the form as it was filled in, by field
 * @param records what is shown; nothing when nothing was asked for yet
 * @param kinds the types there are
 * @param limited whether the search was kept to the last {@link #DAYS} days
 * @param older the address of the next page, or ""
 */
public record SearchPage(
    Map<String, String> asked,
    Listing<RecordView> records,
    List<String> kinds,
    boolean limited,
    String older) {
  /** Looking through sentences takes time: without a first day it goes back so far. */
  static final int DAYS = 30;

  private static final String SEPARATOR = "~";

  /** Before the numbers of logs, where not all were searched. */
  private static final String COUNT = "#";

  /** A tag and what stands before it. */
  private static final int WAYBILL_PART = 33;

  private static final String QUOTED = Pattern.quote(SEPARATOR);

  /** Of the form. */
  static final List<String> FIELDS =
      List.of(
          "from",
          "to",
          "kind",
          "severity",
          "outlet",
          "workstation",
          "program",
          "passport",
          "waybill",
          "text");

  public SearchPage {
    asked = Map.copyOf(asked);
    kinds = List.copyOf(kinds);
  }

  /** What the form says, by field; fields that are empty are there too. */
  static Map<String, String> asked(UnaryOperator<String> param) {
    Map<String, String> asked = new LinkedHashMap<>();
    FIELDS.forEach(field -> asked.put(field, param.apply(field).strip()));
    return asked;
  }

  static boolean isEmpty(Map<String, String> asked) {
    return asked.values().stream().allMatch(String::isEmpty);
  }

  static boolean isLimited(Map<String, String> asked, Reader reader) {
    return !asked.getOrDefault("text", "").isEmpty() && reader.day(of(asked, "from")).isEmpty();
  }

  static Search search(Map<String, String> asked, Reader reader, Instant now) {
    Instant begin =
        isLimited(asked, reader) ? now.minus(Duration.ofDays(DAYS)) : Instant.ofEpochMilli(0);
    String severity = of(asked, "severity");
    return new Search(
        reader.day(of(asked, "from")).orElse(begin),
        reader.dayAfter(of(asked, "to")).orElse(Instant.ofEpochMilli(Long.MAX_VALUE)),
        of(asked, "kind"),
        severity.matches("[1-6]") ? Integer.parseInt(severity) : 0,
        of(asked, "outlet"),
        of(asked, "workstation"),
        of(asked, "program"),
        of(asked, "passport"),
        tags(of(asked, "waybill")),
        of(asked, "text"));
  }

  /**
   * How long a field may be: that of a waybill number holds its tags as well.
   *
   * @param others of every other field
   */
  static int longest(String field, int others) {
    return field.equals("waybill") ? others + (WaybillTags.MOST + 1) * WAYBILL_PART : others;
  }

  /** What the field {@code waybill} holds: the number as records show it, then its tags. */
  static String waybill(Optional<WaybillTags.Asked> asked) {
    return asked
        .map(
            known ->
                known.masked()
                    + SEPARATOR
                    + (known.logs() < known.all()
                        ? COUNT + known.logs() + "/" + known.all() + SEPARATOR
                        : "")
                    + String.join(SEPARATOR, known.tags()))
        .orElse(SEPARATOR);
  }

  /** The number that was looked for, as records show it; "" when none was, or it was no number. */
  public String waybill() {
    return of(asked, "waybill").split(QUOTED, -1)[0];
  }

  /** How many logs were searched for it, and how many have it; empty where all were. */
  public Optional<long[]> waybillLogs() {
    return Stream.of(of(asked, "waybill").split(QUOTED, -1))
        .skip(1)
        .filter(part -> part.matches(COUNT + "[0-9]{1,9}/[0-9]{1,9}"))
        .findFirst()
        .map(part -> Stream.of(part.substring(1).split("/")).mapToLong(Long::parseLong).toArray());
  }

  /** Whether somebody looked for a waybill number that is none. */
  public boolean isNoNumber() {
    return of(asked, "waybill").startsWith(SEPARATOR);
  }

  /** Without any, there is one that no record has. */
  private static List<String> tags(String field) {
    return field.isEmpty()
        ? List.of()
        : Stream.concat(
                Stream.of(field.split(QUOTED, -1))
                    .skip(1)
                    .filter(part -> !part.startsWith(COUNT))
                    .limit(WaybillTags.MOST),
                Stream.of("-"))
            .distinct()
            .toList();
  }

  private static String of(Map<String, String> asked, String field) {
    return asked.getOrDefault(field, "");
  }

  /** For HQ's own log: the fields that were filled in, of a waybill number what records show. */
  static String said(Map<String, String> asked) {
    return asked.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> each.getKey() + "=" + each.getValue().split(QUOTED, -1)[0])
        .collect(Collectors.joining(" · "));
  }

  /** Where the page before ended; what is no such place stands for the beginning. */
  static Search.Cursor cursor(String text) {
    if (!text.matches("[0-9]{1,15}-[0-9a-f]{16}-[0-9]{1,15}")) {
      return Search.Cursor.START;
    }
    String[] parts = text.split("-");
    return new Search.Cursor(Long.parseLong(parts[0]), parts[1], Long.parseLong(parts[2]));
  }

  /** Where a page ends, for the address of the next. */
  static String place(RecordView last) {
    return last.at().toEpochMilli() + "-" + last.log() + "-" + last.seq();
  }
}
