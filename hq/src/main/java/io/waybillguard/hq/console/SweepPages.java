package io.waybillguard.hq.console;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.store.Users;
import io.waybillguard.hq.sweeps.FileRefused;
import io.waybillguard.hq.sweeps.SweepFile;
import io.waybillguard.hq.sweeps.SweepReport;
import io.waybillguard.hq.sweeps.SweepStanding;
import io.waybillguard.hq.sweeps.Sweeps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the pages about sweeps show and do. Safe for use by several threads. */
final class SweepPages {
  private static final int SHOWN = 100;

  private final Sweeps sweeps;

  SweepPages(Sweeps sweeps) {
    this.sweeps = sweeps;
  }

  /** Writes down an act before it is done. */
  @FunctionalInterface
  interface Noted {
    void act(HqAct.Deed deed, String about, String detail) throws IOException;
  }

  /**
   * The list.
   *
   * @param typed what stands in the form
   * @param problem what is wrong with it, or ""
   */
  Map<String, Object> list(
      Shell shell, Users.Role role, Instant now, String typed, String problem) {
    return Map.of(
        "shell",
        shell,
        "sweeps",
        sweeps.newest(SHOWN, now),
        "mayPublish",
        Route.PUBLISH_SWEEP.isFor(role),
        "typed",
        typed,
        "problem",
        problem);
  }

  /**
   * Publishes what stands in the form.
   *
   * @return the sweep's id
   * @throws FileRefused if it is not understood; nothing has changed then
   */
  String publish(String typed, String name, String user, Instant now, Noted noted)
      throws FileRefused, IOException {
    SweepFile file =
        SweepFile.read(
            typed.getBytes(StandardCharsets.UTF_8),
            name,
            rule -> {
              throw new IOException("HQ's server reads no files of yours");
            },
            now);
    Sweeps.Draft draft = sweeps.draft(file, user, now);
    String said = draft.command().type() + " · " + file.search().title();
    noted.act(HqAct.Deed.COMMAND, draft.row().id(), said);
    sweeps.publish(draft);
    return draft.row().id();
  }

  /** The sentence about a refusal, in the reader's language. */
  static String problem(FileRefused refused, Reader reader) {
    return refused.in(Locale.forLanguageTag(reader.lang()));
  }

  Optional<SweepStanding> find(String id, Instant now) {
    return sweeps.find(id, now);
  }

  /** One sweep. */
  Map<String, Object> one(Shell shell, Users.Role role, SweepStanding sweep) {
    List<SweepStanding> trend =
        sweep.row().every().isEmpty() ? List.of() : sweeps.trend(sweep, sweep.now());
    return Map.of(
        "shell",
        shell,
        "sweep",
        sweep,
        "trend",
        trend,
        "mayPublish",
        Route.PUBLISH_SWEEP.isFor(role));
  }

  /** The report, as it is handed on. */
  String report(SweepStanding sweep) {
    SweepReport report = sweeps.report(sweep);
    return report.json().indented() + "\n";
  }

  void stop(String id, Noted noted) throws IOException {
    noted.act(HqAct.Deed.CANCEL, id, "hunt · schedule");
    boolean unused = sweeps.stop(id);
  }
}
