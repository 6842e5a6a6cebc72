package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Remedies;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.incident.Telling;
import io.waybillguard.hq.incident.Told;
import io.waybillguard.hq.orders.OrderRefused;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is done about an incident's things on its PC, from the incident's own page: chosen from what
 * its steps name, so that nobody types an address or a hash; a second person approves it on the
 * page of commands.
 */
final class DisposalPages {
  private final Frame frame;
  private final IncidentRows incidents;
  private final Telling telling;
  private final Records records;
  private final CommandPages given;
  private final Orders orders;
  private final Fleet fleet;
  private final InstantSource clock;

  DisposalPages(
      Frame frame,
      IncidentRows incidents,
      Telling telling,
      Records records,
      CommandPages given,
      Orders orders,
      Fleet fleet,
      InstantSource clock) {
    this.frame = frame;
    this.incidents = incidents;
    this.telling = telling;
    this.records = records;
    this.given = given;
    this.orders = orders;
    this.fleet = fleet;
    this.clock = clock;
  }

  /** The part of an incident's page that is about disposals. */
  DisposalView view(Told told, Users.Session session) {
    List<GivenCommand> about =
        fleet
            .find(told.row().log())
            .map(desk -> given.of(desk.row().workstation(), row -> isAbout(row, told.row().id())))
            .orElse(List.of());
    return new DisposalView(choices(told), about, Route.DISPOSE.isFor(session.role()));
  }

  /** What desks may do by themselves, and what people alone choose: to block a program. */
  private List<Remedies.Remedy> choices(Told told) {
    List<Remedies.Remedy> choices =
        new ArrayList<>(told.incident().map(Remedies::of).orElse(List.of()));
    if (fleet.find(told.row().log()).filter(d -> !isBeyond(d)).isPresent()) {
      for (Remedies.Remedy each : List.copyOf(choices)) {
        if (each.what() instanceof Disposal.Quarantine file) {
          choices.add(new Remedies.Remedy(new Disposal.BlockProgram(file.path()), each.name()));
        }
      }
    }
    return choices;
  }

  private static boolean isBeyond(Fleet.Standing desk) {
    return NamedProgram.isBeyond(desk.row().workstation());
  }

  private static boolean isAbout(Commands.Row row, String incident) {
    return row.args().text("incident", "").equals(incident);
  }

  void order(Context request, Users.Session session) throws IOException {
    Optional<IncidentRows.Row> found = incidents.find(request.pathParam("id"));
    Optional<Workstation> desk =
        found.flatMap(row -> fleet.find(row.log())).map(each -> each.row().workstation());
    if (found.isEmpty() || desk.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    String incident = found.get().id();
    Told told = telling.tell(found.get());
    Ordering.order(
        frame,
        request,
        "/incidents/" + incident,
        () -> {
          Disposal what = chosen(choices(told), frame.form(request, "what"));
          String reason = frame.form(request, "reason");
          Json.Obj args = what.json().put("incident", incident);
          Commands.Row row =
              orders.disposal(desk.get(), args, session.user(), reason, clock.instant());
          String said = row.type() + " · " + what.kind().word() + " · " + what.target();
          frame.note(request, session, HqAct.Deed.COMMAND, row.target(), said + " · " + reason);
          orders.ask(row);
        });
  }

  /** The incident may have grown since the page was shown; what it no longer names is not done. */
  private static Disposal chosen(List<Remedies.Remedy> choices, String what) throws OrderRefused {
    return choices.stream()
        .map(Remedies.Remedy::what)
        .filter(each -> each.json().toString().equals(what))
        .findFirst()
        .orElseThrow(() -> new OrderRefused(OrderRefused.Reason.CHOICE));
  }

  /** A record of a workstation that names a program; where there is none, the answer says so. */
  private record Named(Workstation desk, Records.Held record, Disposal.BlockProgram program) {}

  private Optional<Named> named(Context request) throws IOException {
    String seq = request.pathParam("seq");
    Optional<Workstation> desk =
        fleet.find(request.pathParam("id")).map(each -> each.row().workstation());
    Optional<Records.Held> record =
        desk.isPresent() && seq.matches("[0-9]{1,15}")
            ? records.find(desk.get().log(), Long.parseLong(seq))
            : Optional.empty();
    Optional<Disposal.BlockProgram> program = record.flatMap(NamedProgram::of);
    if (desk.isEmpty() || record.isEmpty() || program.isEmpty()) {
      frame.message(request, 404, "block.none");
      return Optional.empty();
    }
    return Optional.of(new Named(desk.get(), record.get(), program.get()));
  }

  /** Asks for the reason, and says what would happen, before anything is asked for. */
  void askBlock(Context request, Users.Session session) throws IOException {
    Optional<Named> named = named(request);
    if (named.isEmpty()) {
      return;
    }
    Workstation desk = named.get().desk();
    String path = named.get().program().path();
    frame.look(request, session, desk.log() + "/" + named.get().record().row().seq());
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "block.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("block.title"), session, request),
            "desk",
            desk,
            "record",
            RecordView.of(desk.log(), named.get().record(), reader),
            "path",
            path,
            "beyond",
            NamedProgram.isBeyond(desk),
            "given",
            given.of(desk, row -> isBlocking(row, path))));
  }

  private static boolean isBlocking(Commands.Row row, String path) {
    return row.type().equals("dispose") && row.args().text("program", "").equals(path);
  }

  void block(Context request, Users.Session session) throws IOException {
    Optional<Named> named = named(request);
    if (named.isEmpty()) {
      return;
    }
    Workstation desk = named.get().desk();
    if (NamedProgram.isBeyond(desk)) {
      frame.message(request, 409, "block.beyond");
      return;
    }
    Disposal what = named.get().program();
    Ordering.order(
        frame,
        request,
        "/commands",
        () -> {
          String reason = frame.form(request, "reason");
          Commands.Row row =
              orders.disposal(desk, what.json(), session.user(), reason, clock.instant());
          String said = row.type() + " · " + what.kind().word() + " · " + what.target();
          frame.note(request, session, HqAct.Deed.COMMAND, row.target(), said + " · " + reason);
          orders.ask(row);
        });
  }

  void undo(Context request, Users.Session session) throws NotRecorded {
    Ordering.order(
        frame,
        request,
        "/commands",
        () -> {
          String reason = frame.form(request, "reason");
          Commands.Row row =
              orders.undoing(request.pathParam("id"), session.user(), reason, clock.instant());
          String said = row.type() + " · " + row.args().text("disposal", "") + " · " + reason;
          frame.note(request, session, HqAct.Deed.COMMAND, row.target(), said);
          orders.ask(row);
        });
  }
}
