package io.waybillguard.hq.console;

import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.fleet.Times;
import java.util.List;

/** The table of workstations for a spreadsheet program. */
final class FleetCsv {
  private FleetCsv() {}

  static String of(List<Fleet.Standing> rows, Reader reader) {
    Csv csv = new Csv();
    csv.line(
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
      csv.line(
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
}
