package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.orders.Orders;
import io.waybillguard.hq.orders.Update;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Packages;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Updates: which versions are here, what was asked for, how far each desk is and why one is not
 * there. Asking is an administrator's; another one approves on the page of commands.
 */
final class UpdatePages {
  /** Of so many of the newest updates it is told how far desks are. */
  private static final int NEWEST = 20;

  /** Rows about desks; why a desk is not there is read from its log. */
  private static final int MOST = 1_000;

  /** Whose record says nothing more than the state does. */
  private static final Set<String> PLAIN = Set.of("taken", "fetched", "installed", "done");

  private static final Sheet<UpdateView.OfDesk> SHEET =
      Sheet.<UpdateView.OfDesk>named("updates")
          .time("time", "column.time", each -> Optional.of(each.state().at()))
          .text("workstation", "column.workstation", (each, reader) -> each.name())
          .text("outlet", "column.outlet", (each, reader) -> each.outlet())
          .text("version", "updates.version", (each, reader) -> each.version())
          .text("runs", "updates.runs", (each, reader) -> each.runs())
          .text("state", "column.state", (each, reader) -> each.standing(reader))
          .text("why", "updates.why", (each, reader) -> each.why(reader))
          .besides("pulls.number", (each, reader) -> each.state().log());

  private final Frame frame;
  private final Packages packages;
  private final Commands commands;
  private final Records records;
  private final Orders orders;
  private final Fleet fleet;
  private final InstantSource clock;

  UpdatePages(
      Frame frame,
      Packages packages,
      Commands commands,
      Records records,
      Orders orders,
      Fleet fleet,
      InstantSource clock) {
    this.frame = frame;
    this.packages = packages;
    this.commands = commands;
    this.records = records;
    this.orders = orders;
    this.fleet = fleet;
    this.clock = clock;
  }

  void list(Context request, Users.Session session) throws IOException {
    frame.look(request, session, "/updates");
    Reader reader = frame.reader(request);
    List<Workstation> desks = desks();
    List<Commands.Row> asked = asked();
    frame.render(
        request,
        "updates.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say("updates.title"), session, request),
            "versions",
            versions(),
            "asked",
            orders(reader, asked, desks),
            "desks",
            SHEET.list(
                reader,
                wanted(request).in("/updates.csv", Route.UPDATES_CSV.isFor(session.role())),
                ofDesks(asked, desks),
                MOST),
            "mayAsk",
            Route.ASK_UPDATE.isFor(session.role()),
            "mayDecide",
            Route.APPROVE.isFor(session.role())));
  }

  private Wanted wanted(Context request) {
    return Wanted.of("/updates", key -> frame.param(request, key), List.of());
  }

  void csv(Context request, Users.Session session) throws IOException {
    SHEET.answer(
        frame, request, session, wanted(request), ofDesks(asked(), desks()), MOST, "updates");
  }

  /** Versions that are here, the newest first, with the platforms that they are here for. */
  private Map<String, List<String>> versions() throws IOException {
    return packages.all().stream()
        .map(Packages.Kept::release)
        .collect(
            Collectors.groupingBy(
                release -> release.version(),
                LinkedHashMap::new,
                Collectors.mapping(release -> release.platform(), Collectors.toList())));
  }

  private List<Commands.Row> asked() {
    return commands.newest(Update.TYPE, NEWEST);
  }

  private List<Workstation> desks() {
    return fleet.workstations().stream().filter(desk -> desk.continuedBy().isEmpty()).toList();
  }

  private List<UpdateView.Asked> orders(
      Reader reader, List<Commands.Row> asked, List<Workstation> desks) {
    Map<String, String> names = GivenCommand.names(desks);
    return GivenCommand.of(asked, commands, clock.instant()).stream()
        .map(
            given ->
                new UpdateView.Asked(
                    given,
                    given.target(reader, names),
                    desks.stream().filter(desk -> Commands.isMeant(given.given(), desk)).count()))
        .toList();
  }

  /** The newest update first; a desk that was in several is there several times. */
  private List<UpdateView.OfDesk> ofDesks(List<Commands.Row> asked, List<Workstation> desks)
      throws IOException {
    Map<String, Workstation> byLog = new TreeMap<>();
    desks.forEach(desk -> byLog.put(desk.log(), desk));
    List<UpdateView.OfDesk> rows = new ArrayList<>();
    for (Commands.Row row : asked) {
      for (Commands.State state : commands.states(row.id())) {
        if (rows.size() > MOST) {
          return rows;
        }
        Optional<Workstation> desk = Optional.ofNullable(byLog.get(state.log()));
        rows.add(
            new UpdateView.OfDesk(
                state,
                row.args().text("version", ""),
                desk.map(Workstation::name).orElse(state.log()),
                desk.map(Workstation::outlet).orElse(""),
                desk.map(Workstation::version).orElse(""),
                why(state)));
      }
    }
    return rows;
  }

  /** What its log says beside the state; "" while HQ does not hold that. */
  private String why(Commands.State state) throws IOException {
    if (PLAIN.contains(state.state())) {
      return "";
    }
    Optional<byte[]> body = records.find(state.log(), state.seq()).flatMap(Records.Held::body);
    try {
      return body.isEmpty() ? "" : Json.parse(body.get()).text("status_detail", "");
    } catch (JsonException e) {
      return ""; // its own page shows what it is
    }
  }

  void ask(Context request, Users.Session session) throws IOException {
    String version = frame.form(request, "version");
    List<Packages.Kept> of = packages.of(version);
    int percent = number(request, "percent");
    int minutes = number(request, "minutes");
    if (of.isEmpty()
        || percent < 1
        || percent > Stage.ALL
        || minutes < 1
        || minutes > Update.MOST_MINUTES) {
      frame.message(request, 400, "updates.wrong");
      return;
    }
    List<String> outlets =
        Arrays.stream(frame.form(request, "outlet").split("[,，、\\s]+", -1))
            .filter(each -> !each.isEmpty())
            .distinct()
            .toList();
    Ordering.order(
        frame,
        request,
        "/updates",
        () -> {
          Update update = new Update(version, of, Optional.empty(), outlets, percent, minutes);
          String reason = frame.form(request, "reason");
          Commands.Row row = orders.update(update, session.user(), reason, clock.instant());
          frame.note(request, session, HqAct.Deed.COMMAND, row.id(), update.said(reason));
          orders.ask(row);
        });
  }

  /** 0 where none is typed, which is never right. */
  private int number(Context request, String field) {
    String typed = frame.form(request, field).strip();
    return typed.matches("[0-9]{1,3}") ? Integer.parseInt(typed) : 0;
  }
}
