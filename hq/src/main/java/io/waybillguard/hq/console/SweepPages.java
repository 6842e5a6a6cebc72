package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.sweeps.FileRefused;
import io.waybillguard.hq.sweeps.SweepFile;
import io.waybillguard.hq.sweeps.SweepStanding;
import io.waybillguard.hq.sweeps.Sweeps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Sweeps: the newest, a form for another, and each with who answered and what was found. */
final class SweepPages {
  /** Of each, all that its desks have answered is counted. */
  private static final int SHOWN = 100;

  private static final Sheet<SweepStanding> SWEEPS =
      Sheet.<SweepStanding>named("sweeps")
          .text("title", "sweeps.column.title", (sweep, reader) -> sweep.title())
          .text("state", "column.state", SweepPages::state)
          .number("asked", "sweeps.column.asked", SweepStanding::asked)
          .number("answered", "sweeps.column.answered", SweepStanding::answered)
          .number("found", "sweeps.column.found", SweepStanding::found)
          .time("when", "sweeps.column.when", sweep -> Optional.of(sweep.command().asked()))
          .text("who", "acts.who", (sweep, reader) -> sweep.command().askedBy());

  private static final Sheet<SweepStanding> TREND =
      Sheet.<SweepStanding>named("trend")
          .time("when", "sweeps.column.when", sweep -> Optional.of(sweep.command().asked()))
          .number("asked", "sweeps.column.asked", SweepStanding::asked)
          .number("answered", "sweeps.column.answered", SweepStanding::answered)
          .number("found", "sweeps.column.found", SweepStanding::found);

  private static final Sheet<SweepStanding.Finding> FOUND =
      Sheet.<SweepStanding.Finding>named("found")
          .besides("sweeps.column.what", (each, reader) -> each.found().finding().what())
          .besides("sweeps.column.sought", (each, reader) -> each.found().finding().match())
          .text("outlet", "sweeps.column.outlet", (each, reader) -> each.workstation().outlet())
          .text("desk", "sweeps.column.desk", (each, reader) -> each.workstation().name())
          .text("path", "sweeps.column.path", (each, reader) -> each.found().finding().path())
          .besides("sweeps.column.sha256", (each, reader) -> each.found().finding().sha256())
          .besides("column.id", (each, reader) -> each.workstation().log());

  private static final Sheet<SweepStanding.Outlet> OUTLETS =
      Sheet.<SweepStanding.Outlet>named("sweep-outlets")
          .text("code", "sweeps.column.outlet", (outlet, reader) -> outlet.code())
          .number("asked", "sweeps.column.asked", SweepStanding.Outlet::asked)
          .number("answered", "sweeps.column.answered", SweepStanding.Outlet::answered)
          .number("silent", "sweeps.column.silent", outlet -> outlet.silent().size())
          .number("found", "sweeps.column.found", SweepStanding.Outlet::found);

  private static String state(SweepStanding sweep, Reader reader) {
    String every = sweep.row().every();
    return reader.say("sweeps.state." + sweep.state())
        + (every.isEmpty() ? "" : " · " + reader.say("sweeps.every." + every));
  }

  private final Frame frame;
  private final Sweeps sweeps;
  private final InstantSource clock;

  SweepPages(Frame frame, Sweeps sweeps, InstantSource clock) {
    this.frame = frame;
    this.sweeps = sweeps;
    this.clock = clock;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/sweeps");
    list(request, session, "", "");
  }

  /**
   * @param typed what stands in the form
   * @param problem what is wrong with it, or ""
   */
  private void list(Context request, Users.Session session, String typed, String problem) {
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "sweeps.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("sweeps.title"), session, request),
            "sweeps",
            SWEEPS.list(
                reader,
                wanted(request, "/sweeps", "")
                    .in("/sweeps.csv", Route.SWEEPS_CSV.isFor(session.role())),
                sweeps.newest(SHOWN + 1, clock.instant()),
                SHOWN),
            "mayPublish",
            Route.PUBLISH_SWEEP.isFor(session.role()),
            "typed",
            typed,
            "problem",
            problem));
  }

  void publish(Context request, Users.Session session) throws IOException {
    String typed = frame.form(request, "sweep").replace("\r\n", "\n");
    Reader reader = frame.reader(request);
    try {
      Instant now = clock.instant();
      SweepFile file =
          SweepFile.read(
              typed.getBytes(StandardCharsets.UTF_8),
              reader.say("sweeps.form"),
              rule -> {
                throw new IOException("HQ's server reads no files of yours");
              },
              now);
      Sweeps.Draft draft = sweeps.draft(file, session.user(), now);
      String said = draft.command().type() + " · " + file.search().title();
      frame.note(request, session, HqAct.Deed.COMMAND, draft.row().id(), said);
      sweeps.publish(draft);
      request.redirect("/sweeps/" + draft.row().id(), HttpStatus.SEE_OTHER);
    } catch (FileRefused refused) {
      request.status(400);
      list(request, session, typed, refused.in(Locale.forLanguageTag(reader.lang())));
    }
  }

  /** The sweep that the address names; where there is none, the answer says so. */
  private Optional<SweepStanding> find(Context request) {
    Optional<SweepStanding> found = sweeps.find(request.pathParam("id"), clock.instant());
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
    }
    return found;
  }

  void one(Context request, Users.Session session) throws NotRecorded {
    Optional<SweepStanding> found = find(request);
    if (found.isEmpty()) {
      return;
    }
    SweepStanding sweep = found.get();
    frame.look(request, session, "/sweeps/" + sweep.row().id());
    List<SweepStanding> trend = trend(sweep);
    frame.render(
        request,
        "sweep.jte",
        Map.of(
            "shell",
            frame.shell(frame.reader(request), sweep.title(), session, request),
            "sweep",
            sweep,
            "view",
            view(request, session, sweep),
            "trend",
            TREND.list(
                frame.reader(request),
                wanted(request, path(sweep), "trend")
                    .in(path(sweep) + "/trend.csv", Route.SWEEP_TREND_CSV.isFor(session.role())),
                trend,
                Sheet.MOST),
            "mayPublish",
            Route.PUBLISH_SWEEP.isFor(session.role())));
  }

  /** The part of a sweep's page that asks for itself anew while it runs. */
  void standing(Context request, Users.Session session) throws NotRecorded {
    Optional<SweepStanding> found = find(request);
    if (found.isPresent()) {
      frame.look(request, session, "/sweeps/" + found.get().row().id());
      frame.render(
          request,
          "sweepstanding.jte",
          Map.of(
              "reader",
              frame.reader(request),
              "sweep",
              found.get(),
              "view",
              view(request, session, found.get())));
    }
  }

  private Wanted wanted(Context request, String path, String name) {
    List<String> others =
        Stream.of("found", "outlets", "trend").filter(each -> !each.equals(name)).toList();
    return Wanted.of(
        path, name, key -> frame.param(request, key), name.isEmpty() ? List.of() : others);
  }

  private static String path(SweepStanding sweep) {
    return "/sweeps/" + sweep.row().id();
  }

  private List<SweepStanding> trend(SweepStanding sweep) {
    return sweep.row().every().isEmpty() ? List.of() : sweeps.trend(sweep, sweep.now());
  }

  private SweepView view(Context request, Users.Session session, SweepStanding sweep) {
    Reader reader = frame.reader(request);
    Wanted found =
        wanted(request, path(sweep), "found")
            .in(path(sweep) + "/found.csv", Route.SWEEP_FOUND_CSV.isFor(session.role()));
    Wanted outlets =
        wanted(request, path(sweep), "outlets")
            .in(path(sweep) + "/outlets.csv", Route.SWEEP_OUTLETS_CSV.isFor(session.role()));
    return new SweepView(
        FOUND.list(reader, found, sweep.findings(), Sheet.MOST),
        OUTLETS.list(reader, outlets, sweep.outlets(), Sheet.MOST),
        path(sweep) + "/standing?" + found.asked(found.sort()));
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    List<SweepStanding> newest = sweeps.newest(SHOWN + 1, clock.instant());
    SWEEPS.answer(frame, request, session, wanted(request, "", ""), newest, SHOWN, "");
  }

  void foundCsv(Context request, Users.Session session) throws NotRecorded {
    Optional<SweepStanding> sweep = find(request);
    if (sweep.isPresent()) {
      FOUND.answer(
          frame, request, session, wanted(request, "", "found"), sweep.get().findings(), "");
    }
  }

  void outletsCsv(Context request, Users.Session session) throws NotRecorded {
    Optional<SweepStanding> sweep = find(request);
    if (sweep.isPresent()) {
      OUTLETS.answer(
          frame, request, session, wanted(request, "", "outlets"), sweep.get().outlets(), "");
    }
  }

  void trendCsv(Context request, Users.Session session) throws NotRecorded {
    Optional<SweepStanding> sweep = find(request);
    if (sweep.isPresent()) {
      TREND.answer(frame, request, session, wanted(request, "", "trend"), trend(sweep.get()), "");
    }
  }

  /** The report, as it is handed on. */
  void report(Context request, Users.Session session) throws NotRecorded {
    Optional<SweepStanding> found = find(request);
    if (found.isPresent()) {
      String id = found.get().row().id();
      frame.note(request, session, HqAct.Deed.EXPORT, id, "sweep report");
      request
          .contentType("application/json; charset=utf-8")
          .header("Content-Disposition", "attachment; filename=sweep-" + id + ".json")
          .result(sweeps.report(found.get()).json().indented() + "\n");
    }
  }

  void stop(Context request, Users.Session session) throws NotRecorded {
    Optional<SweepStanding> found = find(request);
    if (found.isPresent()) {
      String id = found.get().row().id();
      frame.note(request, session, HqAct.Deed.CANCEL, id, "hunt · schedule");
      boolean unused = sweeps.stop(id);
      request.redirect("/sweeps/" + id, HttpStatus.SEE_OTHER);
    }
  }
}
