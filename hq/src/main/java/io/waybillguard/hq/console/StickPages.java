package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.Sightings;
import io.waybillguard.hq.store.Users;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sticks that were seen at several outlets, and each with the places that it was seen at. */
final class StickPages {
  private static final Sheet<Sightings.Traveller> STICKS =
      Sheet.<Sightings.Traveller>named("sticks")
          .text("passport", "search.passport", (stick, reader) -> stick.passport())
          .number("outlets", "sticks.outlets", Sightings.Traveller::outlets)
          .number("workstations", "sticks.workstations", Sightings.Traveller::workstations)
          .time("first", "sticks.first", stick -> Optional.of(stick.first()))
          .time("last", "sticks.last", stick -> Optional.of(stick.last()));

  private static final Sheet<Sightings.At> PLACES =
      Sheet.<Sightings.At>named("stick")
          .text("outlet", "column.outlet", (at, reader) -> at.outlet())
          .text("workstation", "column.workstation", (at, reader) -> at.name())
          .time("first", "sticks.first", at -> Optional.of(at.first()))
          .time("last", "sticks.last", at -> Optional.of(at.last()))
          .number("records", "column.records", Sightings.At::records)
          .besides("column.id", (at, reader) -> at.log());

  private final Frame frame;
  private final Sightings sightings;

  StickPages(Frame frame, Sightings sightings) {
    this.frame = frame;
    this.sightings = sightings;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/sticks");
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "sticks.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("sticks.title"), session, request),
            "sticks",
            STICKS.list(
                reader,
                wanted(request, "/sticks")
                    .in("/sticks.csv", Route.STICKS_CSV.isFor(session.role())),
                sightings.travellers(Sheet.MOST + 1),
                Sheet.MOST)));
  }

  private Wanted wanted(Context request, String path) {
    return Wanted.of(path, key -> frame.param(request, key), List.of());
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    STICKS.answer(
        frame,
        request,
        session,
        wanted(request, "/sticks"),
        sightings.travellers(Sheet.MOST_IN_A_FILE + 1),
        "");
  }

  void one(Context request, Users.Session session) throws NotRecorded {
    String passport = request.pathParam("passport");
    List<Sightings.At> at = sightings.of(passport, Sheet.MOST + 1);
    if (at.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    frame.look(request, session, "/sticks/" + passport);
    Reader reader = frame.reader(request);
    String path = "/sticks/" + Wanted.encoded(passport).replace("+", "%20");
    frame.render(
        request,
        "stick.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("sticks.one"), session, request),
            "passport",
            passport,
            "at",
            PLACES.list(
                reader,
                wanted(request, path)
                    .in(path + "/places.csv", Route.STICK_CSV.isFor(session.role())),
                at,
                Sheet.MOST)));
  }

  void oneCsv(Context request, Users.Session session) throws NotRecorded {
    String passport = request.pathParam("passport");
    List<Sightings.At> at = sightings.of(passport, Sheet.MOST_IN_A_FILE + 1);
    if (at.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    PLACES.answer(frame, request, session, wanted(request, ""), at, "");
  }
}
