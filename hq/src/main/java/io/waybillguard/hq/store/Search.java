package io.waybillguard.hq.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is looked for in all logs: every part that is not empty has to be so.
 *
 * @param from first moment, by the desks' clocks
 * @param to first moment after
 * @param type such as {@code usb.attach}
 * @param severity least OCSF severity; 0 for all
 * @param outlet code of the outlet
 * @param log id of the log
 * @param program name of a program's file, or SHA-256 of a file
 * @param passport of a device
 * @param waybills tags of a waybill number, of which the record has to have one; empty for all
 * @param text some of what the record's sentence says, in Chinese or English
 */
public record Search(
    Instant from,
    Instant to,
    String type,
    int severity,
    String outlet,
    String log,
    String program,
    String passport,
    List<String> waybills,
    String text) {

  public Search {
    waybills = List.copyOf(waybills);
  }

  /**
   * Where a page ends.
   *
   * @param wall ms since 1970 of its last record
   */
  public record Cursor(long wall, String log, long seq) {
    /** Before everything. */
    public static final Cursor START = new Cursor(Long.MAX_VALUE, "", 0);
  }

  /** What makes rows of {@code record r} the ones looked for. */
  String where() {
    List<String> parts =
        new ArrayList<>(
            List.of(
                "r.wall >= :from",
                "r.wall < :to",
                "(r.wall, r.log, r.seq) < (:wall, :below, :seq)"));
    unlessEmpty(parts, type, "r.type = :type");
    unlessEmpty(parts, log, "r.log = :log");
    unlessEmpty(
        parts, outlet, "r.log IN (SELECT w.log FROM workstation w WHERE w.outlet = :outlet)");
    unlessEmpty(parts, program, trait(isHash() ? "sha256" : "program", "program"));
    unlessEmpty(parts, passport, trait("passport", "passport"));
    if (!waybills.isEmpty()) {
      parts.add(
          "EXISTS (SELECT 1 FROM trait t WHERE t.what = 'waybill' AND t.value IN ("
              + IntStream.range(0, waybills.size())
                  .mapToObj(i -> ":" + tag(i))
                  .collect(Collectors.joining(", "))
              + ") AND t.log = r.log AND t.seq = r.seq)");
    }
    unlessEmpty(
        parts,
        text,
        "EXISTS (SELECT 1 FROM sentence x WHERE x.log = r.log AND x.seq = r.seq"
            + " AND x.said LIKE :text ESCAPE '!')");
    if (severity > 0) {
      parts.add("r.severity >= :severity AND r.severity < 99");
    }
    return String.join(" AND ", parts);
  }

  private static void unlessEmpty(List<String> parts, String value, String condition) {
    if (!value.isEmpty()) {
      parts.add(condition);
    }
  }

  /** No name of another value begins like one of these. */
  private static String tag(int i) {
    return "waybill" + i + "_";
  }

  private static String trait(String what, String name) {
    return "EXISTS (SELECT 1 FROM trait t WHERE t.what = '"
        + what
        + "' AND t.value = :"
        + name
        + " AND t.log = r.log AND t.seq = r.seq)";
  }

  private boolean isHash() {
    return program.matches("[0-9a-fA-F]{64}");
  }

  /** The values that {@link #where} names. */
  Map<String, Object> values(Cursor after) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("from", from.toEpochMilli());
    values.put("to", to.toEpochMilli());
    values.put("wall", after.wall());
    values.put("below", after.log());
    values.put("seq", after.seq());
    values.put("type", type);
    values.put("log", log);
    values.put("outlet", outlet);
    values.put("program", PlainText.indexed(Traits.name(program).toLowerCase(Locale.ROOT)));
    values.put("passport", passport);
    for (int i = 0; i < waybills.size(); i++) {
      values.put(tag(i), PlainText.indexed(waybills.get(i)));
    }
    values.put("text", "%" + SearchIndex.lowered(text).replaceAll("([!%_])", "!$1") + "%");
    values.put("severity", severity);
    String where = where();
    values.keySet().removeIf(name -> !where.contains(":" + name));
    return values;
  }
}
