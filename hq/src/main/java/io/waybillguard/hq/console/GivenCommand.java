package io.waybillguard.hq.console;

import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.report.wire.Stage;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Workstation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A command as pages show it: of one workstation, or of all that it is for.
 *
 * @param given what was commanded
 * @param answers how many of those workstations say what of it in their logs, as far as they say
 *     anything
 * @param over whether its time is over, or it was taken back
 */
public record GivenCommand(Commands.Row given, SortedMap<String, Long> answers, boolean over) {
  private static final String AN_OUTLET = "outlet/";

  public GivenCommand {
    answers = Collections.unmodifiableSortedMap(new TreeMap<>(answers));
  }

  /** Commands of all that they are for, as they stand. */
  static List<GivenCommand> of(List<Commands.Row> rows, Commands commands, Instant now) {
    return of(rows, commands.answers(ids(rows)), now);
  }

  /** The same, as one workstation says. */
  static List<GivenCommand> of(
      List<Commands.Row> rows, Commands commands, Workstation desk, Instant now) {
    return of(rows, commands.answers(ids(rows), desk), now);
  }

  private static List<String> ids(List<Commands.Row> rows) {
    return rows.stream().map(Commands.Row::id).toList();
  }

  private static List<GivenCommand> of(
      List<Commands.Row> rows, Map<String, SortedMap<String, Long>> answers, Instant now) {
    return rows.stream()
        .map(
            row ->
                new GivenCommand(
                    row,
                    answers.getOrDefault(row.id(), Collections.emptySortedMap()),
                    !now.isBefore(row.expires())))
        .toList();
  }

  /**
   * Whom it is for, in words: the name of one workstation, codes of outlets, or all.
   *
   * @param names of all workstations, by their origins
   */
  public String target(Reader reader, Map<String, String> names) {
    String target = given.target();
    if (target.startsWith(AN_OUTLET)) {
      return target.substring(AN_OUTLET.length());
    }
    if (!target.equals("*")) {
      return names.getOrDefault(target, target);
    }
    List<String> outlets = Stage.of(given.args(), given.id()).outlets();
    return outlets.isEmpty()
        ? reader.say("commands.all")
        : String.join(reader.say("comma"), outlets);
  }

  /** The names of workstations, by their origins. */
  static Map<String, String> names(List<Workstation> desks) {
    Map<String, String> names = new TreeMap<>();
    desks.forEach(desk -> names.put(desk.origin(), desk.name()));
    return names;
  }

  /** Where it stands, in words; where several workstations answered, how many stand where. */
  public String standing(Reader reader) {
    if (given.note().isEmpty()) {
      return reader.say("command.state." + (over ? "cancelled" : "unapproved"));
    }
    List<String> standing = new ArrayList<>();
    if (isStopped()) {
      standing.add(reader.say("command.state.stopped", given.cancelledBy()));
    } else if (answers.isEmpty()) {
      standing.add(reader.say("command.state.waiting"));
    }
    boolean several = answers.values().stream().mapToLong(Long::longValue).sum() > 1;
    answers.forEach(
        (state, desks) ->
            standing.add(said(reader, state) + (several ? " " + reader.count(desks) : "")));
    return String.join(" · ", standing);
  }

  /** Whether it was taken back after it was signed. */
  public boolean isStopped() {
    return !given.note().isEmpty() && !given.cancelledBy().isEmpty();
  }

  /** What a desk says of a command, in words; a state that is none is not known. */
  static String said(Reader reader, String state) {
    String key = "command.state." + state;
    return reader.say(reader.knows(key) ? key : "command.state.unknown");
  }

  /** Who asked for it, and who approved it. */
  public String people() {
    return given.askedBy() + (given.approvedBy().isEmpty() ? "" : " + " + given.approvedBy());
  }

  /** What it is about: records as people count them, what a disposal is done to, or a version. */
  public String about() {
    return switch (given.type()) {
      case "dispose" -> disposal().target();
      case "update" ->
          given.args().text("version", "") + " · " + given.args().number("percent", 100) + " %";
      default -> records();
    };
  }

  /** The key of the words for what is done. */
  public String kind() {
    return given.type().equals("dispose") ? kind(disposal()) : "command.kind." + given.type();
  }

  /** The key of the words for what a disposal does. */
  public static String kind(Disposal what) {
    return "disposal."
        + (what instanceof Disposal.BlockProgram ? "block_program" : what.kind().word());
  }

  /** Whether something stands on the PC that can be given back. */
  public boolean canBeUndone() {
    return given.type().equals("dispose")
        && disposal().kind().stands()
        && answers.containsKey("done");
  }

  private Disposal disposal() {
    return Disposal.of(given.args());
  }

  /** Which records it is about, as people count them; "" when it is about none. */
  private String records() {
    try {
      List<Span> spans =
          given.args().has("records")
              ? Span.read(given.args(), "records")
              : Commands.span(given.args()).stream().toList();
      return spans.stream()
          .map(s -> s.from() + (s.size() > 1 ? "–" + (s.to() - 1) : ""))
          .collect(Collectors.joining(", "));
    } catch (JsonException e) {
      throw new IllegalStateException("HQ's database is damaged: " + e.getMessage(), e);
    }
  }
}
