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

/** Sweeps: the newest, a form for another, and each with who answered and what was found. */
final class SweepPages {
  private static final int SHOWN = 100;

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
            sweeps.newest(SHOWN, clock.instant()),
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
    List<SweepStanding> trend =
        sweep.row().every().isEmpty() ? List.of() : sweeps.trend(sweep, sweep.now());
    frame.render(
        request,
        "sweep.jte",
        Map.of(
            "shell",
            frame.shell(frame.reader(request), sweep.title(), session, request),
            "sweep",
            sweep,
            "trend",
            trend,
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
          Map.of("reader", frame.reader(request), "sweep", found.get()));
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
