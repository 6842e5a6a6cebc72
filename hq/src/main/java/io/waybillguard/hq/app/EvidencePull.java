package io.waybillguard.hq.app;

import io.waybillguard.agent.event.HqAct;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.hq.pull.Pull;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Generations;
import io.waybillguard.hq.store.IncidentRows;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Segments;
import io.waybillguard.hq.store.Workstation;
import io.waybillguard.hq.trust.HqKeys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes the records of a workstation out of HQ, with everything that proves them. */
@CommandLine.Command(name = "pull")
final class EvidencePull implements Command {
  private final Call call;

  @Mixin private final Home home;

  @Option(names = "--workstation", paramLabel = "ID")
  private String workstation = "";

  @Option(names = "--incident", paramLabel = "ID")
  private String incident = "";

  @Option(names = "--from", paramLabel = "T")
  private String from = "";

  @Option(names = "--to", paramLabel = "T")
  private String to = "";

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR_OR_ZIP",
      required = true)
  private Path out = Path.of("");

  @Option(names = "--reason", paramLabel = "TEXT")
  private String reason = "";

  EvidencePull(Call call) {
    this.call = call;
    this.home = call.home();
  }

  @Override
  public Exit run() throws Exception {
    Instant now = call.clock().instant();
    if (workstation.isEmpty() == incident.isEmpty()) {
      throw new Complaint(Exit.USAGE, "pull.what");
    }
    try (Database database = home.open()) {
      Pull.Request request = request(database, now);
      HqKeys keys = home.keys();
      LogState log =
          new Logs(database)
              .state(workstation)
              .orElseThrow(() -> new Complaint(Exit.USAGE, "workstation.unknown", workstation));
      home.record(call, database, HqAct.Deed.PULL, workstation, reason);
      Pull pull =
          new Pull(
              new Segments(database),
              home.segments(call, database),
              home.contents(call, database),
              List.of(keys.witness().verifier(), keys.mirror().verifier()));
      Pull.Result result = write(pull, log, request, now);
      List<String> others =
          new Generations(database)
              .line(workstation).stream()
                  .map(Workstation::log)
                  .filter(id -> !id.equals(workstation))
                  .toList();
      print(log, result, others);
    }
    return Exit.DONE;
  }

  /** An incident names its workstation, and its time where no other is asked for. */
  private Pull.Request request(Database database, Instant now) throws Complaint {
    Instant first = Instant.MIN;
    Instant last = Instant.MAX;
    if (!incident.isEmpty()) {
      IncidentRows.Row row =
          new IncidentRows(database)
              .find(incident)
              .orElseThrow(() -> new Complaint(Exit.USAGE, "pull.incident", incident));
      workstation = row.log();
      first = row.evidenceFrom();
      last = row.evidenceTo();
    }
    Moments moments = new Moments(now, ZoneId.systemDefault());
    Pull.Request request =
        new Pull.Request(
            System.getProperty("user.name", ""),
            reason,
            incident,
            from.isEmpty() ? first : moment("--from", from, moments::begin),
            to.isEmpty() ? last : moment("--to", to, moments::end));
    if (!request.from().isBefore(request.to())) {
      throw new Complaint(Exit.USAGE, "pull.backwards", from, to);
    }
    return request;
  }

  private static Instant moment(
      String option, String text, Function<String, Optional<Instant>> reading) throws Complaint {
    return reading
        .apply(text)
        .orElseThrow(() -> new Complaint(Exit.USAGE, "pull.bad_moment", option, text));
  }

  private Pull.Result write(Pull pull, LogState log, Pull.Request request, Instant now)
      throws IOException, Complaint {
    Terminal terminal = call.terminal();
    Pull.Progress progress =
        new Pull.Progress() {
          @Override
          public void read(long done, long all) {
            terminal.progress(call.words().say("pull.reading", done, all));
          }

          @Override
          public void written(long done) {
            terminal.progress(call.words().say("pull.writing", done));
          }
        };
    try {
      return pull.write(log, request, out, now, ZoneId.systemDefault(), progress);
    } catch (FileAlreadyExistsException e) {
      throw new Complaint(e, Exit.USAGE, "pull.exists", out);
    } catch (EvidenceException e) {
      throw new Complaint(
          e, Exit.FAILED, "pull.nothing", workstation, String.valueOf(e.getMessage()));
    } finally {
      terminal.progressDone();
    }
  }

  private void print(LogState log, Pull.Result result, List<String> others) {
    if (call.json()) {
      call.terminal()
          .json(
              Json.object()
                  .put("bundle", out.toString())
                  .put("workstation", workstation)
                  .put("other_logs", others)
                  .put("first", result.first())
                  .put("last", result.last())
                  .put("records", result.records())
                  .put("first_vkey", log.keys().epochs().get(0).key().toString()));
      return;
    }
    Words words = call.words();
    call.terminal()
        .line(words.say("pull.done", result.records(), out, result.first(), result.last()));
    if (!others.isEmpty()) {
      call.terminal()
          .line(
              words.say(
                  "pull.other_logs", workstation, others.size() + 1, String.join(", ", others)));
    }
    call.terminal()
        .line(words.say("pull.how_to_check", out, log.keys().epochs().get(0).key().toString()));
  }
}
