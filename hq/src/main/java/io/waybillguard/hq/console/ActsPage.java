package io.waybillguard.hq.console;

import io.waybillguard.hq.store.ActRows;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What people at HQ did, newest first, as the address asks for it.
 *
 * @param rows what is shown
 * @param who only this person's, or ""
 * @param from first day, as it was typed, or ""
 * @param to last day, as it was typed, or ""
 * @param older the address of the next page, or ""
 */
public record ActsPage(List<ActRows.Row> rows, String who, String from, String to, String older) {
  public ActsPage {
    rows = List.copyOf(rows);
  }

  static ActsPage of(ActRows acts, Reader reader, UnaryOperator<String> param, int limit) {
    String who = param.apply("who");
    String from = param.apply("from");
    String to = param.apply("to");
    Instant begin = reader.day(from).orElse(Instant.EPOCH);
    Instant end = reader.dayAfter(to).orElse(Instant.ofEpochMilli(Long.MAX_VALUE));
    List<ActRows.Row> found =
        acts.newest(who, begin, end, cursor(param.apply("before")), limit + 1);
    List<ActRows.Row> shown = found.subList(0, Math.min(limit, found.size()));
    String older = "";
    if (found.size() > limit) {
      ActRows.Row last = shown.get(limit - 1);
      older =
          "/acts?who="
              + encoded(who)
              + "&from="
              + encoded(from)
              + "&to="
              + encoded(to)
              + "&before="
              + last.at().toEpochMilli()
              + "-"
              + last.log()
              + "-"
              + last.seq();
    }
    return new ActsPage(shown, who, from, to, older);
  }

  /** Where the page before ended; what is no such place stands for the beginning. */
  private static ActRows.Cursor cursor(String text) {
    if (!text.matches("[0-9]{1,15}-[0-9a-f]{16}-[0-9]{1,15}")) {
      return ActRows.Cursor.START;
    }
    String[] parts = text.split("-");
    return new ActRows.Cursor(Long.parseLong(parts[0]), parts[1], Long.parseLong(parts[2]));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The same for a spreadsheet program. */
  String csv(Reader reader) {
    Csv csv = new Csv();
    csv.line(
        reader.say("column.time"),
        reader.say("acts.who"),
        reader.say("acts.deed"),
        reader.say("acts.about"),
        reader.say("acts.detail"),
        reader.say("acts.place"),
        reader.say("acts.record"));
    for (ActRows.Row row : rows) {
      csv.line(
          row.at().toString(),
          row.who(),
          reader.say("deed." + row.deed()),
          row.about(),
          row.detail(),
          row.place(),
          row.log() + "/" + row.seq());
    }
    return csv.toString();
  }
}
