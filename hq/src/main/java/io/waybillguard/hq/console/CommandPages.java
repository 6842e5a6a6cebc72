package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.orders.OrderRefused;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.orders.RemovalCodes;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Commands: what was given, what waits for a second person, and that person's answer. */
final class CommandPages {
  private static final int ALL = 100;

  /** Of each, what desks say of it is looked up. */
  private static final int MOST = 1_000;

  private static final int OF_A_DESK = 20;

  private final Frame frame;
  private final Commands commands;
  private final Orders orders;
  private final Fleet fleet;
  private final InstantSource clock;

  CommandPages(Frame frame, Commands commands, Orders orders, Fleet fleet, InstantSource clock) {
    this.frame = frame;
    this.commands = commands;
    this.orders = orders;
    this.fleet = fleet;
    this.clock = clock;
  }

  void list(Context request, Users.Session session) throws NotRecorded {
    frame.look(request, session, "/commands");
    Reader reader = frame.reader(request);
    Map<String, String> names = names();
    frame.render(
        request,
        "commands.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("commands.page"), session, request),
            "waiting",
            standing(commands.waiting(clock.instant(), ALL)),
            "given",
            sheet(names)
                .list(
                    reader,
                    wanted(request).in("/commands.csv", Route.COMMANDS_CSV.isFor(session.role())),
                    newest(),
                    MOST),
            "names",
            names,
            "mayDecide",
            Route.APPROVE.isFor(session.role())));
  }

  private Map<String, String> names() {
    return GivenCommand.names(fleet.workstations());
  }

  private Wanted wanted(Context request) {
    return Wanted.of("/commands", key -> frame.param(request, key), List.of());
  }

  private List<GivenCommand> newest() {
    return standing(commands.newest(MOST + 1));
  }

  private static Sheet<GivenCommand> sheet(Map<String, String> names) {
    return Sheet.<GivenCommand>named("commands")
        .time("asked", "column.time", c -> Optional.of(c.given().asked()))
        .text("kind", "commands.title", (c, reader) -> reader.say(c.kind()))
        .text("workstation", "column.workstation", (c, reader) -> c.target(reader, names))
        .text("about", "acts.about", (c, reader) -> c.about())
        .text("who", "commands.who", (c, reader) -> c.people())
        .text("why", "disposals.reason", (c, reader) -> c.given().reason())
        .text("state", "column.state", GivenCommand::standing)
        .besides("pulls.number", (c, reader) -> c.given().id());
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    sheet(names()).answer(frame, request, session, wanted(request), newest(), MOST, "");
  }

  private List<GivenCommand> standing(List<Commands.Row> rows) {
    return GivenCommand.of(rows, commands, clock.instant());
  }

  /** The newest of a workstation's commands, and what its log says of them. */
  List<GivenCommand> of(Workstation desk) {
    return of(desk, commands.newestFor(desk, OF_A_DESK));
  }

  /** Those of its newest commands that are meant, newest first. */
  List<GivenCommand> of(Workstation desk, Predicate<Commands.Row> meant) {
    return of(desk, commands.newestFor(desk, ALL).stream().filter(meant).toList());
  }

  private List<GivenCommand> of(Workstation desk, List<Commands.Row> rows) {
    return GivenCommand.of(rows, commands, desk, clock.instant());
  }

  void askErase(Context request, Users.Session session) throws NotRecorded {
    Optional<Fleet.Standing> found = fleet.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    Workstation desk = found.get().row().workstation();
    Ordering.order(
        frame,
        request,
        "/commands",
        () -> {
          String records = frame.form(request, "records");
          String reason = frame.form(request, "reason");
          Commands.Row row = orders.erasure(desk, records, session.user(), reason, clock.instant());
          String said = row.type() + " · " + records + " · " + reason;
          frame.note(request, session, HqAct.Deed.COMMAND, desk.log(), said);
          orders.ask(row);
        });
  }

  /** Shows the code once it is written down who gave it, and why. */
  void removalCode(Context request, Users.Session session) throws NotRecorded {
    Optional<Fleet.Standing> found = fleet.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    Workstation desk = found.get().row().workstation();
    try {
      String reason = frame.form(request, "reason");
      RemovalCodes.Code code = orders.removalCode(desk, reason, clock.instant());
      frame.note(request, session, HqAct.Deed.REMOVAL_CODE, desk.log(), reason);
      Reader reader = frame.reader(request);
      frame.render(
          request,
          "message.jte",
          Map.of(
              "shell",
              frame.shell(reader, code.text(), session, request),
              "text",
              reader.say("removal.given", desk.name(), reader.time(code.until()))));
    } catch (OrderRefused refused) {
      frame.message(request, 409, "order." + refused.reason().word());
    }
  }

  void approve(Context request, Users.Session session) throws NotRecorded {
    Ordering.order(
        frame,
        request,
        "/commands",
        () -> {
          Instant now = clock.instant();
          String id = request.pathParam("id");
          Commands.Row row = orders.approvable(id, session.user(), now);
          frame.note(request, session, HqAct.Deed.APPROVE, id, row.type() + " · " + row.reason());
          orders.approve(row, session.user(), now);
        });
  }

  void cancel(Context request, Users.Session session) throws NotRecorded {
    Ordering.order(
        frame,
        request,
        "/commands",
        () -> {
          Instant now = clock.instant();
          Commands.Row row = orders.cancellable(request.pathParam("id"), now);
          String said = row.type() + " · " + row.reason();
          frame.note(request, session, HqAct.Deed.CANCEL, row.id(), said);
          orders.cancel(row.id(), session.user(), now);
        });
  }
}
