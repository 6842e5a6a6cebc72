package io.waybillguard.agent.app;

import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.platform.Registry;
import io.waybillguard.agent.sense.persistence.Baseline;
import io.waybillguard.agent.sense.persistence.DamagedFileException;
import io.waybillguard.agent.sense.persistence.Entries;
import io.waybillguard.agent.sense.persistence.Inventory;
import io.waybillguard.agent.sense.persistence.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code sweep}: looks over everything that starts by itself, now, and says what differs from the
 * baseline. A difference is an answer and no failure.
 */
@Command(name = "sweep")
final class Sweep implements Action {
  private final Call call;
  private final Path root;
  private final Registry registry;

  @Option(names = "--baseline")
  private boolean take;

  @Option(names = "--json")
  private boolean json;

  Sweep(Call call) {
    this(call, Os.here().root(), Os.here().registry());
  }

  /**
   * @param root in place of {@code /}, or of the system's drive
   */
  Sweep(Call call, Path root, Registry registry) {
    this.call = call;
    this.root = root;
    this.registry = registry;
  }

  /** For tests: takes what is found for the new baseline. */
  Sweep taking() {
    take = true;
    return this;
  }

  /** For tests: writes JSON. */
  Sweep inJson() {
    json = true;
    return this;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    if (Os.here() == Os.OTHER) {
      throw new Refusal(Exit.UNAVAILABLE, "sweep.unavailable", System.getProperty("os.name"));
    }
    Home home = call.home();
    LocalLog.checkReadable(home.data());
    Path file = Baseline.file(home.data());
    Optional<Baseline> baseline = baseline(file);
    if (take && !Files.isDirectory(home.data())) {
      throw new Refusal(Exit.FAILED, "sweep.no_home", home.shown(home.data()));
    }
    List<Point> points = Sensors.points();
    Instant now = Instant.now();
    Inventory found;
    try (ProgressBar bar = call.terminal().bar("sweep.progress", points.size())) {
      found = Inventory.of(points, root, registry, bar::done);
    }
    List<Inventory.Difference> differ = baseline.map(found::since).orElse(List.of());
    Optional<Baseline> taken = Optional.empty();
    if (take) {
      taken = Optional.of(new Baseline(now, account(), found.entries()));
      taken.get().write(file);
    }
    if (json) {
      call.terminal().json(json(now, found, baseline, differ, taken));
    } else {
      print(points, found, baseline, differ, taken);
    }
    return Exit.DONE;
  }

  private Optional<Baseline> baseline(Path file) throws IOException, Refusal {
    try {
      return Baseline.read(file);
    } catch (DamagedFileException e) {
      if (take) {
        return Optional.empty(); // a new one takes its place
      }
      throw new Refusal(
          e, Exit.FAILED, "sweep.damaged", call.home().shown(file), String.valueOf(e.getMessage()));
    }
  }

  /** Who asks: behind sudo, the one who called it. */
  private String account() {
    return Objects.requireNonNullElse(
        call.environment().get("SUDO_USER"), System.getProperty("user.name"));
  }

  // -- telling ---------------------------------------------------------------------------------

  private static Json.Obj json(
      Instant now,
      Inventory found,
      Optional<Baseline> baseline,
      List<Inventory.Difference> differ,
      Optional<Baseline> taken) {
    Json.Obj all =
        Json.object()
            .put("swept", Times.rfc3339(now))
            .put("files", found.files())
            .put("entries", found.entries().stream().map(Entries::json).toList())
            .put(
                "differ",
                differ.stream().map(d -> Entries.json(d.entry()).put("change", word(d))).toList())
            .put("unseen", found.unseen());
    baseline.ifPresent(b -> all.put("baseline", json(b)));
    taken.ifPresent(b -> all.put("taken", json(b)));
    return all;
  }

  private static Json.Obj json(Baseline baseline) {
    return Json.object()
        .put("taken", Times.rfc3339(baseline.taken()))
        .put("by", baseline.by())
        .put("entries", baseline.entries().size())
        .put("sha256", baseline.digest());
  }

  private static String word(Inventory.Difference difference) {
    return difference.change().name().toLowerCase(Locale.ROOT);
  }

  private void print(
      List<Point> points,
      Inventory found,
      Optional<Baseline> baseline,
      List<Inventory.Difference> differ,
      Optional<Baseline> taken) {
    Terminal terminal = call.terminal();
    for (Point point : points) {
      List<AutostartEntry> here =
          found.entries().stream().filter(e -> e.point().equals(point.id())).toList();
      if (!here.isEmpty()) {
        terminal.say("sweep.point", call.words().point(point.id()), here.size());
        here.forEach(entry -> terminal.row("  " + line(entry)));
        terminal.line("");
      }
    }
    terminal.say("sweep.found", found.files(), found.entries().size());
    if (baseline.isEmpty()) {
      terminal.say("sweep.no_baseline");
    } else {
      terminal.say(
          differ.isEmpty() ? "sweep.same" : "sweep.differ",
          differ.size(),
          Times.local(baseline.get().taken(), Instant.now(), ZoneId.systemDefault()));
      Map<String, String> marks = Map.of("appeared", "+ ", "changed", "~ ", "vanished", "- ");
      differ.forEach(
          d ->
              terminal.item(
                  Objects.requireNonNull(marks.get(word(d))),
                  call.words().point(d.entry().point()) + " " + line(d.entry())));
    }
    if (!found.unseen().isEmpty()) {
      terminal.remark(
          Os.here() == Os.WINDOWS ? "sweep.unseen.windows" : "sweep.unseen",
          found.unseen().size(),
          found.unseen().get(0));
    }
    taken.ifPresent(b -> terminal.say("sweep.taken", b.entries().size()));
  }

  private String line(AutostartEntry entry) {
    String starts = !entry.command().isEmpty() ? entry.command() : entry.program().path();
    return (entry.enabled() ? "" : call.words().say("sweep.off") + " ")
        + entry.name()
        + (starts.isEmpty() || starts.equals(entry.file()) ? "" : " = " + starts)
        + " ("
        + entry.file()
        + ")";
  }
}
