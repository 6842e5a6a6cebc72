package io.waybillguard.hq.sweeps;

import io.waybillguard.agent.event.Json;
import io.waybillguard.hq.fleet.Times;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.SweepRows;
import io.waybillguard.hq.store.Workstation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a sweep stands.
 *
 * @param row the sweep
 * @param command what was sent
 * @param desks every desk that is asked, by outlet and name
 * @param findings what was found, as listed
 * @param found how many things desks say they found, the unlisted ones among them
 * @param now when this was so
 */
public record SweepStanding(
    SweepRows.Row row,
    Commands.Row command,
    List<Desk> desks,
    List<Finding> findings,
    long found,
    Instant now) {

  public SweepStanding {
    desks = List.copyOf(desks);
    findings = List.copyOf(findings);
  }

  /**
   * One desk.
   *
   * @param state what its log says of the command; absent while it says nothing
   */
  public record Desk(Workstation workstation, Optional<Commands.State> state) {
    /** Whether it has nothing more to say on this. */
    public boolean hasAnswered() {
      return state.filter(s -> !s.state().equals("taken")).isPresent();
    }

    /** Whether it looked, and to the end. */
    public boolean isDone() {
      return state.filter(s -> s.state().equals("done")).isPresent();
    }

    /** The word for where it stands. */
    public String word() {
      return state.map(Commands.State::state).orElse("waiting");
    }
  }

  /** One thing that one desk found. */
  public record Finding(Workstation workstation, SweepRows.Found found) {}

  /** What was found of one thing that was looked for. */
  public record Group(String what, String sought, List<Finding> findings) {
    public Group {
      findings = List.copyOf(findings);
    }
  }

  /** One outlet's part. */
  public record Outlet(String code, long asked, long answered, long found, List<String> silent) {
    public Outlet {
      silent = List.copyOf(silent);
    }
  }

  /** What it is called. */
  public String title() {
    return command.args().text("title", "");
  }

  /** How many desks are asked. */
  public long asked() {
    return desks.size();
  }

  /** How many have answered, in whatever way. */
  public long answered() {
    return desks.stream().filter(Desk::hasAnswered).count();
  }

  /** How many are at it. */
  public long running() {
    return desks.stream().filter(d -> d.word().equals("taken")).count();
  }

  /** How many have said nothing yet. */
  public long silent() {
    return desks.stream().filter(d -> d.state().isEmpty()).count();
  }

  /** How many answered without having looked to the end. */
  public long failed() {
    return desks.stream().filter(d -> d.hasAnswered() && !d.isDone()).count();
  }

  /**
   * {@code running}; {@code done} when all have answered; {@code expired} when its time is over.
   */
  public String state() {
    if (asked() > 0 && answered() == asked()) {
      return "done";
    }
    return now.isBefore(command.expires()) ? "running" : "expired";
  }

  /** Answered of asked, 0 to 100. */
  public long percent() {
    return asked() == 0 ? 0 : answered() * 100 / asked();
  }

  /** Findings by what was looked for, each in the order it comes. */
  public static List<Group> groups(List<Finding> findings) {
    Map<String, List<Finding>> groups = new TreeMap<>();
    for (Finding each : findings) {
      String key = each.found().finding().what() + "\n" + each.found().finding().match();
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(each);
    }
    List<Group> list = new ArrayList<>();
    groups.forEach(
        (key, all) ->
            list.add(
                new Group(
                    key.substring(0, key.indexOf('\n')),
                    key.substring(key.indexOf('\n') + 1),
                    all)));
    return list;
  }

  /** The outlets asked, by code. */
  public List<Outlet> outlets() {
    Map<String, List<Desk>> by = new TreeMap<>();
    desks.forEach(d -> by.computeIfAbsent(d.workstation().outlet(), k -> new ArrayList<>()).add(d));
    List<Outlet> list = new ArrayList<>();
    by.forEach(
        (code, there) ->
            list.add(
                new Outlet(
                    code,
                    there.size(),
                    there.stream().filter(Desk::hasAnswered).count(),
                    there.stream().mapToLong(d -> Sweeps.found(d.state())).sum(),
                    there.stream()
                        .filter(d -> d.state().isEmpty())
                        .map(d -> d.workstation().log())
                        .toList())));
    return Collections.unmodifiableList(list);
  }

  /** As {@code sweep results --json} prints it. */
  public Json.Obj json() {
    return Json.object()
        .put("id", row.id())
        .put("title", title())
        .put("state", state())
        .put("asked", asked())
        .put("answered", answered())
        .put("running", running())
        .put("failed", failed())
        .put("silent", silent())
        .put("found", found)
        .put("expires", Times.rfc3339(command.expires()))
        .putUnlessEmpty("every", row.every())
        .put(
            "findings",
            findings.stream()
                .map(
                    f ->
                        Json.object()
                            .put("workstation", f.workstation().log())
                            .put("outlet", f.workstation().outlet())
                            .put("what", f.found().finding().what())
                            .put("match", f.found().finding().match())
                            .put("path", f.found().finding().path())
                            .put("sha256", f.found().finding().sha256()))
                .toList());
  }
}
