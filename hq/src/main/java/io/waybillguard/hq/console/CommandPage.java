package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.fleet.Fleet;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** One command: who wanted it, and what each workstation that it is for says of it. */
final class CommandPage {
  private static final Sheet<DeskAnswer> DESKS =
      Sheet.<DeskAnswer>named("command")
          .text("workstation", "column.workstation", (a, reader) -> a.desk().name())
          .text("outlet", "column.outlet", (a, reader) -> a.desk().outlet())
          .text("state", "column.state", (a, reader) -> a.standing(reader))
          .time("at", "column.time", DeskAnswer::at)
          .text(
              "",
              "commands.record",
              (a, reader) -> a.said().map(said -> String.valueOf(said.seq())).orElse(""))
          .besides("column.id", (a, reader) -> a.desk().log());

  /** Who said something last comes first, then who said nothing, by outlet and name. */
  private static final Comparator<DeskAnswer> NEWEST_FIRST =
      Comparator.comparing((DeskAnswer a) -> a.at().orElse(Instant.MIN)).reversed();

  private final Frame frame;
  private final Commands commands;
  private final Fleet fleet;
  private final Records records;
  private final InstantSource clock;

  CommandPage(Frame frame, Commands commands, Fleet fleet, Records records, InstantSource clock) {
    this.frame = frame;
    this.commands = commands;
    this.fleet = fleet;
    this.records = records;
    this.clock = clock;
  }

  void show(Context request, Users.Session session) throws NotRecorded, IOException {
    Optional<Commands.Row> found = commands.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "order.unknown");
      return;
    }
    Commands.Row row = found.get();
    frame.look(request, session, path(row));
    Reader reader = frame.reader(request);
    List<Workstation> all = fleet.workstations();
    GivenCommand command = GivenCommand.of(List.of(row), commands, clock.instant()).get(0);
    Listing<DeskAnswer> desks =
        DESKS.list(
            reader,
            wanted(request, row)
                .in(path(row) + "/desks.csv", Route.COMMAND_CSV.isFor(session.role())),
            answers(row, all),
            Sheet.MOST);
    frame.render(
        request,
        "command.jte",
        Map.of(
            "shell",
            frame.shell(reader, reader.say(command.kind()), session, request),
            "command",
            command,
            "target",
            command.target(reader, GivenCommand.names(all)),
            "desks",
            desks,
            "sentences",
            sentences(desks.rows(), reader),
            "mayDecide",
            Route.CANCEL.isFor(session.role())));
  }

  void csv(Context request, Users.Session session) throws NotRecorded {
    Optional<Commands.Row> found = commands.find(request.pathParam("id"));
    if (found.isEmpty()) {
      frame.message(request, 404, "order.unknown");
      return;
    }
    DESKS.answer(
        frame,
        request,
        session,
        wanted(request, found.get()),
        answers(found.get(), fleet.workstations()),
        "");
  }

  private static String path(Commands.Row row) {
    return "/commands/" + row.id();
  }

  private Wanted wanted(Context request, Commands.Row row) {
    return Wanted.of(path(row), key -> frame.param(request, key), List.of());
  }

  private List<DeskAnswer> answers(Commands.Row row, List<Workstation> all) {
    Map<String, Commands.State> said =
        commands.states(row.id()).stream()
            .collect(Collectors.toMap(Commands.State::log, Function.identity()));
    List<DeskAnswer> answers = new ArrayList<>();
    for (Workstation desk : all) {
      Optional<Commands.State> state = Optional.ofNullable(said.get(desk.log()));
      boolean awaited = desk.continuedBy().isEmpty() && desk.revoked().isEmpty();
      if (state.isPresent() || (awaited && Commands.isMeant(row, desk))) {
        answers.add(new DeskAnswer(desk, state));
      }
    }
    answers.sort(NEWEST_FIRST);
    return answers;
  }

  /** What the records say, of the part that is shown: each has to be read for it. */
  private Map<String, String> sentences(List<DeskAnswer> shown, Reader reader) throws IOException {
    Map<String, String> sentences = new HashMap<>();
    for (DeskAnswer each : shown) {
      if (each.said().isPresent()) {
        String log = each.desk().log();
        records
            .find(log, each.said().get().seq())
            .ifPresent(held -> sentences.put(log, RecordView.of(log, held, reader).sentence()));
      }
    }
    return sentences;
  }
}
