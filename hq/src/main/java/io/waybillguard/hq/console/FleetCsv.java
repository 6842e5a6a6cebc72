package io.waybillguard.hq.console;

import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.Times;
import java.util.List;

/** The table of workstations for a spreadsheet program. */
final class FleetCsv {
  private FleetCsv() {}

  static String of(List<Fleet.Standing> rows, Reader reader) {
    // Spreadsheet programs take UTF-8 for Chinese only after a byte order mark.
    StringBuilder csv = new StringBuilder("\uFEFF");
    line(
        csv,
        reader.say("column.outlet"),
        reader.say("column.workstation"),
        reader.say("column.id"),
        reader.say("column.state"),
        reader.say("column.seen"),
        reader.say("column.records"),
        reader.say("column.witnessed"),
        reader.say("column.blind"),
        reader.say("column.version"));
    for (Fleet.Standing s : rows) {
      line(
          csv,
          s.row().workstation().outlet(),
          s.row().workstation().name(),
          s.row().workstation().log(),
          reader.say("state." + s.state().word()),
          Times.rfc3339(s.row().workstation().lastSeen()),
          String.valueOf(s.row().size()),
          String.valueOf(s.row().witnessed()),
          String.join(" ", s.row().blind()),
          s.row().workstation().version());
    }
    return csv.toString();
  }

  private static void line(StringBuilder csv, String... cells) {
    for (int i = 0; i < cells.length; i++) {
      csv.append(i == 0 ? "" : ",").append(cell(cells[i]));
    }
    csv.append("\r\n");
  }

  /**
   * A cell as RFC 4180 writes it. A spreadsheet program runs a cell that begins like a formula, and
   * names come from workstations: an apostrophe makes it text.
   */
  private static String cell(String text) {
    String safe = text.matches("(?s)[=+\\-@\\t\\r].*") ? "'" + text : text;
    return "\"" + safe.replace("\"", "\"\"") + "\"";
  }
}
