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
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
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
  private final CommandPages given;
  private final Orders orders;
  private final Fleet fleet;
  private final InstantSource clock;

  DisposalPages(
      Frame frame,
      IncidentRows incidents,
      Telling telling,
      CommandPages given,
      Orders orders,
      Fleet fleet,
      InstantSource clock) {
    this.frame = frame;
    this.incidents = incidents;
    this.telling = telling;
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

  private static List<Remedies.Remedy> choices(Told told) {
    return told.incident().map(Remedies::of).orElse(List.of());
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
