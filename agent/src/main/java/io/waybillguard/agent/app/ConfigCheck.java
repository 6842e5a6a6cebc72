package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.config.Problem;
import io.waybillguard.agent.config.ProblemWords;
import io.waybillguard.agent.config.Setting;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code config check [FILE]}: reads a configuration file exactly as the agent would. */
@Command(name = "check")
final class ConfigCheck implements Action {
  private final Call call;

  @Parameters(paramLabel = "FILE", arity = "0..1", descriptionKey = "file")
  private @Nullable Path file;

  @Option(names = "--json")
  private boolean json;

  ConfigCheck(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    Path named = file;
    Path checked = named == null ? call.home().configFile() : named;
    String shown = named == null ? call.home().shown(checked) : named.toString();
    boolean exists = Files.exists(checked);
    if (!exists && named != null) {
      throw new Refusal(Exit.USAGE, "file.missing", shown);
    }
    try {
      ConfigFile read = exists ? ConfigFile.read(checked, shown) : ConfigFile.defaults();
      print(read, shown, exists);
      return Exit.DONE;
    } catch (ConfigException e) {
      print(e.problems(), shown);
      return Exit.USAGE;
    }
  }

  private void print(ConfigFile read, String shown, boolean exists) {
    if (json) {
      call.terminal()
          .json(
              Json.object()
                  .put("ok", true)
                  .put("file", shown)
                  .put("exists", exists)
                  .put("settings", read.settings().stream().map(ConfigCheck::json).toList()));
      return;
    }
    call.terminal().say(exists ? "config.good" : "config.none", shown);
    Table table =
        new Table(
            call.words().say("config.column.setting"),
            call.words().say("config.column.value"),
            call.words().say("config.column.default"));
    read.settings().forEach(s -> table.row(s.key(), s.value(), s.standard()));
    call.terminal().table(table);
  }

  private void print(List<Problem> problems, String shown) {
    ProblemWords words = new ProblemWords(call.words().locale());
    problems.forEach(problem -> call.terminal().complain(words.of(problem)));
    if (json) {
      call.terminal()
          .json(
              Json.object()
                  .put("ok", false)
                  .put("file", shown)
                  .put("problems", problems.stream().map(p -> json(p, words)).toList()));
    }
  }

  private static Json.Obj json(Setting setting) {
    return Json.object()
        .put("key", setting.key())
        .put("value", setting.value())
        .put("default", setting.standard());
  }

  private static Json.Obj json(Problem problem, ProblemWords words) {
    return Json.object()
        .put("line", problem.line())
        .put("reason", problem.reason().name().toLowerCase(Locale.ROOT))
        .putUnlessEmpty("key", problem.key())
        .putUnlessEmpty("found", problem.found())
        .putUnlessEmpty("nearest", problem.nearest())
        .put("text", words.of(problem));
  }
}
