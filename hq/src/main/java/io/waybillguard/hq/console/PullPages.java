package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.pull.Pulling;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Pulls;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evidence taken out: asking for a bundle, seeing how far it is, and fetching it. */
final class PullPages {
  private static final int MOST_REASON = 200;

  /** How long people may let content be waited for. */
  private static final List<Duration> PATIENCE =
      List.of(Duration.ZERO, Duration.ofMinutes(15), Duration.ofHours(2), Duration.ofDays(1));

  private final Frame frame;
  private final Pulling pulling;
  private final Pulls pulls;
  private final Fleet fleet;
  private final IncidentRows incidents;

  PullPages(Frame frame, Pulling pulling, Pulls pulls, Fleet fleet, IncidentRows incidents) {
    this.frame = frame;
    this.pulling = pulling;
    this.pulls = pulls;
    this.fleet = fleet;
    this.incidents = incidents;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/pulls");
    Reader reader = frame.reader(request);
    Optional<IncidentRows.Row> incident = incidents.find(frame.param(request, "incident"));
    String log =
        incident.map(IncidentRows.Row::log).orElseGet(() -> frame.param(request, "workstation"));
    List<Fleet.Standing> all = fleet.all();
    frame.render(
        request,
        "pulls.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("pulls.title"), session, request),
            "pulls",
            sheet(Console.names(all))
                .list(
                    reader,
                    wanted(request).in("/pulls.csv", Route.PULLS_CSV.isFor(session.role())),
                    pulls.newest(Sheet.MOST + 1),
                    Sheet.MOST),
            "names",
            Console.names(all),
            "desks",
            all,
            "chosen",
            log,
            "incident",
            incident,
            "patience",
            PATIENCE,
            "first",
            incident.map(i -> reader.minute(i.evidenceFrom())).orElse(""),
            "last",
            incident.map(i -> reader.minute(i.evidenceTo())).orElse("")));
  }

  private Wanted wanted(Context request) {
    return Wanted.of(
        "/pulls", key -> frame.param(request, key), List.of("incident", "workstation"));
  }

  private static Sheet<Pulls.Row> sheet(Map<String, String> names) {
    return Sheet.<Pulls.Row>named("pulls")
        .time("asked", "column.time", row -> Optional.of(row.asked()))
        .text(
            "workstation",
            "column.workstation",
            (row, reader) -> names.getOrDefault(row.log(), row.log()))
        .text("why", "pulls.why", (row, reader) -> row.reason())
        .text("who", "acts.who", (row, reader) -> row.by())
        .number("records", "column.records", row -> isDone(row) ? row.done() : 0)
        .rank(
            "state",
            "column.state",
            (row, reader) -> reader.say("pulls.state." + row.state().word()),
            Pulls.Row::state)
        .besides("pulls.fingerprint.short", (row, reader) -> row.fingerprint())
        .besides("pulls.number", (row, reader) -> row.id());
  }

  private static boolean isDone(Pulls.Row row) {
    return row.state() == Pulls.State.DONE;
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    sheet(Console.names(fleet.all()))
        .answer(
            frame, request, session, wanted(request), pulls.newest(Sheet.MOST_IN_A_FILE + 1), "");
  }

  void ask(Context request, Users.Session session) throws NotRecorded {
    Reader reader = frame.reader(request);
    Optional<Fleet.Standing> desk = fleet.find(frame.form(request, "workstation"));
    String reason = frame.form(request, "reason").strip();
    String from = frame.form(request, "from");
    String to = frame.form(request, "to");
    Optional<Instant> begin = reader.moment(from);
    Optional<Instant> end = reader.moment(to);
    if (desk.isEmpty()) {
      frame.message(request, 404, "pulls.desk");
    } else if (reason.isEmpty() || reason.length() > MOST_REASON) {
      frame.message(request, 400, "pulls.reason");
    } else if ((begin.isEmpty() && !from.isEmpty())
        || (end.isEmpty() && !to.isEmpty())
        || (begin.isPresent() && end.isPresent() && !begin.get().isBefore(end.get()))) {
      frame.message(request, 400, "pulls.time");
    } else {
      Workstation at = desk.get().row().workstation();
      String incident =
          incidents
              .find(frame.form(request, "incident"))
              .filter(i -> i.log().equals(at.log()))
              .map(IncidentRows.Row::id)
              .orElse("");
      frame.note(
          request,
          session,
          HqAct.Deed.PULL,
          incident.isEmpty() ? at.log() : "/incidents/" + incident,
          reason);
      String id =
          pulling.ask(
              new Pulling.Wish(
                  at,
                  incident,
                  begin,
                  end,
                  reason,
                  session.user(),
                  patience(frame.form(request, "patience"))));
      request.redirect("/pulls/" + id, HttpStatus.SEE_OTHER);
    }
  }

  private static Duration patience(String minutes) {
    return PATIENCE.stream()
        .filter(each -> String.valueOf(each.toMinutes()).equals(minutes))
        .findFirst()
        .orElse(Duration.ZERO);
  }

  void one(Context request, Users.Session session) throws NotRecorded {
    show(request, session, "pull.jte");
  }

  void progress(Context request, Users.Session session) throws NotRecorded {
    show(request, session, "progress.jte");
  }

  private void show(Context request, Users.Session session, String template) throws NotRecorded {
    Optional<Pulls.Row> found = pulls.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    frame.look(request, session, "/pulls/" + found.get().id());
    Reader reader = frame.reader(request);
    Optional<Workstation> desk = fleet.find(found.get().log()).map(s -> s.row().workstation());
    frame.render(
        request,
        template,
        Map.of(
            "shell",
            frame.shell(reader, reader.say("pulls.one"), session, request),
            "pull",
            found.get(),
            "desk",
            desk,
            "there",
            pulling.bundle(found.get()).isPresent()));
  }

  void waitNoMore(Context request, Users.Session session) throws NotRecorded {
    Optional<Pulls.Row> found = pulls.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    frame.note(request, session, HqAct.Deed.PULL, "/pulls/" + found.get().id(), "");
    pulls.waitNoMore(found.get().id());
    request.redirect("/pulls/" + found.get().id(), HttpStatus.SEE_OTHER);
  }

  void bundle(Context request, Users.Session session) throws IOException {
    Optional<Pulls.Row> found = pulls.find(request.pathParam("id"));
    Optional<Path> bundle = found.flatMap(pulling::bundle);
    if (found.isEmpty() || bundle.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    frame.note(request, session, HqAct.Deed.EXPORT, "/pulls/" + found.get().id(), "bundle");
    request.header("Content-Disposition", "attachment; filename=" + name(found.get()) + ".zip");
    FileAnswer.send(request, bundle.get(), "application/zip");
  }

  private static String name(Pulls.Row row) {
    return "waybill-guard-" + row.log() + "-" + row.id().substring(0, 8);
  }

  void report(Context request, Users.Session session) throws IOException {
    Optional<Pulls.Row> found = pulls.find(request.pathParam("id"));
    Optional<Path> bundle = found.flatMap(pulling::bundle);
    if (found.isEmpty() || bundle.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    Reader reader = frame.reader(request);
    boolean pdf = frame.param(request, "as").equals("pdf");
    frame.note(
        request, session, HqAct.Deed.EXPORT, "/pulls/" + found.get().id(), pdf ? "pdf" : "html");
    byte[] page = BundleReport.html(bundle.get(), reader.lang());
    if (pdf) {
      request
          .contentType("application/pdf")
          .header("Content-Disposition", "attachment; filename=" + name(found.get()) + ".pdf")
          .result(BundleReport.pdf(page));
    } else {
      // The page is the bundle's own, with a policy of its own in it; here nothing of it may run.
      request
          .header(
              "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
          .html(new String(page, java.nio.charset.StandardCharsets.UTF_8));
    }
  }
}
