package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code doctor}: looks at everything that the agent needs, in the order in which one thing rests
 * on another. The lines are numbered, so that they can be read out on the telephone.
 */
@Command(name = "doctor")
final class Doctor implements Action {
  private static final int WHAT_COLUMNS = 24;
  private static final int HEALTH_COLUMNS = 8;

  private final Call call;

  @Option(names = "--json")
  private boolean json;

  Doctor(Call call) {
    this.call = call;
  }

  /** A look at something. */
  @FunctionalInterface
  interface Check {
    List<Diagnosis> look() throws Exception;
  }

  @Override
  public Exit run() {
    Words words = call.words();
    Checkup checkup = new Checkup(call.home(), words);
    List<Diagnosis> found = new ArrayList<>();
    look(found, "rights", checkup::rights);
    look(found, "parts", checkup::parts);
    look(found, "settings", checkup::settings);
    look(found, "data", checkup::data);
    look(found, "log", checkup::log);
    look(found, "hq", checkup::hq);
    look(found, "sensors", new SensorCheckup(call.home(), words)::sensors);
    List<Diagnosis> bad = found.stream().filter(d -> d.health() == Diagnosis.Health.BAD).toList();
    if (json) {
      call.terminal().json(json(found, bad.isEmpty()));
    } else {
      call.terminal().line("");
      call.terminal()
          .item(
              "",
              bad.isEmpty()
                  ? words.say("doctor.well")
                  : words.say("doctor.ill", bad.size(), found.indexOf(bad.get(0)) + 1));
    }
    return bad.isEmpty() ? Exit.DONE : Exit.FAILED;
  }

  /** A check that fails itself is a line as well, and hides no other. */
  private void look(List<Diagnosis> found, String what, Check check) {
    List<Diagnosis> lines;
    try {
      lines = check.look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      lines = List.of(Diagnosis.unknown(what, call.words().say("doctor.interrupted")));
    } catch (AccessDeniedException e) {
      lines =
          List.of(
              Diagnosis.bad(
                  what,
                  call.words().say("doctor.denied", String.valueOf(e.getFile())),
                  call.words().say("doctor.rights.do")));
    } catch (Exception e) {
      LoggerFactory.getLogger(Doctor.class).error("check={} failed", what, e);
      lines =
          List.of(
              Diagnosis.bad(
                  what,
                  e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString(),
                  call.words().say("doctor.failed.do")));
    }
    for (Diagnosis line : lines) {
      found.add(line);
      if (!json) {
        print(found.size(), line);
      }
    }
  }

  private void print(int number, Diagnosis line) {
    Words words = call.words();
    String mark =
        Columns.fit(number + ".", 4)
            + Columns.fit(line.title(words), WHAT_COLUMNS)
            + Columns.fit(words.say("doctor.health." + health(line)), HEALTH_COLUMNS);
    call.terminal().item(mark, line.detail());
    if (!line.remedy().isEmpty()) {
      call.terminal().item(" ".repeat(Columns.of(mark)), words.say("doctor.do", line.remedy()));
    }
    call.terminal().flush();
  }

  private static String health(Diagnosis line) {
    return line.health().name().toLowerCase(java.util.Locale.ROOT);
  }

  private Json.Obj json(List<Diagnosis> found, boolean ok) {
    List<Json.Obj> lines = new ArrayList<>();
    for (Diagnosis line : found) {
      lines.add(
          Json.object()
              .put("no", lines.size() + 1)
              .put("id", line.what())
              .put("what", line.title(call.words()))
              .put("ok", line.health() != Diagnosis.Health.BAD)
              .put("known", line.health() != Diagnosis.Health.UNKNOWN)
              .put("detail", line.detail())
              .put("do", line.remedy()));
    }
    return Json.object().put("ok", ok).put("lines", lines);
  }
}
