package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Users;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What HQ must be told about, of all workstations: what nobody has looked at comes first. */
final class AlarmPages {
  /** Each may carry two notes of 64 KiB; what is beyond is said. */
  private static final int MOST = 1_000;

  private final Frame frame;
  private final Alarms alarms;
  private final Fleet fleet;

  AlarmPages(Frame frame, Alarms alarms, Fleet fleet) {
    this.frame = frame;
    this.alarms = alarms;
    this.fleet = fleet;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/alarms");
    Reader reader = frame.reader(request);
    Map<String, String> names = names();
    frame.render(
        request,
        "alarms.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("alarms.all"), session, request),
            "alarms",
            sheet(names)
                .list(
                    reader,
                    wanted(request).in("/alarms.csv", Route.ALARMS_CSV.isFor(session.role())),
                    alarms.newest(MOST + 1),
                    MOST),
            "names",
            names));
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    sheet(names())
        .answer(frame, request, session, wanted(request), alarms.newest(MOST + 1), MOST, "");
  }

  private Map<String, String> names() {
    return Console.names(fleet.all());
  }

  private Wanted wanted(Context request) {
    return Wanted.of("/alarms", key -> frame.param(request, key), List.of());
  }

  private static Sheet<Alarms.Alarm> sheet(Map<String, String> names) {
    return Sheet.<Alarms.Alarm>named("alarms")
        .time("time", "column.time", alarm -> Optional.of(alarm.at()))
        .text("kind", "column.kind", (alarm, reader) -> reader.say("alarm." + alarm.kind().word()))
        .text(
            "workstation",
            "column.workstation",
            (alarm, reader) -> alarm.log().map(log -> names.getOrDefault(log, log)).orElse(""))
        .besides("column.id", (alarm, reader) -> alarm.log().orElse(""))
        .text("standing", "column.state", (alarm, reader) -> reader.standing(alarm))
        .besides("alarms.detail", (alarm, reader) -> alarm.detail())
        .besides("alarms.note", (alarm, reader) -> alarm.note().orElse(""))
        .besides("alarms.held", (alarm, reader) -> alarm.held().orElse(""));
  }
}
