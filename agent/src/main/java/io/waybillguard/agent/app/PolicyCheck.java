package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Config;
import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code policy check FILE}: reads a policy exactly as the agent would, and says in words what it
 * means. A policy is a settings file; what it does not name keeps its default.
 */
@Command(name = "check")
final class PolicyCheck implements Action {
  private final Call call;

  @Parameters(paramLabel = "FILE", descriptionKey = "file")
  private Path file = Path.of("");

  @Option(names = "--json")
  private boolean json;

  PolicyCheck(Call call) {
    this.call = call;
  }

  @Override
  public Exit run() throws IOException, Refusal {
    if (!Files.exists(file)) {
      throw new Refusal(Exit.USAGE, "file.missing", file.toString());
    }
    try {
      ConfigFile read = ConfigFile.read(file, file.toString());
      List<String> meaning = meaning(read.config(), call.words());
      if (json) {
        call.terminal()
            .json(
                Json.object()
                    .put("ok", true)
                    .put("file", file.toString())
                    .put("version", read.fingerprint().substring(0, 12))
                    .put("means", meaning));
      } else {
        call.terminal().say("policy.good", file.toString(), read.fingerprint().substring(0, 12));
        meaning.forEach(each -> call.terminal().item("- ", each));
      }
      return Exit.DONE;
    } catch (ConfigException e) {
      ConfigWords words = new ConfigWords(call.words());
      e.problems().forEach(problem -> call.terminal().complain(words.of(problem)));
      if (json) {
        call.terminal()
            .json(
                Json.object()
                    .put("ok", false)
                    .put("file", file.toString())
                    .put("problems", e.problems().stream().map(words::of).toList()));
      }
      return Exit.USAGE;
    }
  }

  /** One sentence for each thing that the rules go by. */
  static List<String> meaning(Config config, Words words) {
    Config.Rules rules = config.rules();
    List<String> means = new ArrayList<>();
    means.add(known(words, "policy.usb", "policy.usb.none", rules.usb().known()));
    means.add(known(words, "policy.programs", "policy.programs.none", rules.programs().allowed()));
    Config.RemoteSession remote = rules.remoteSession();
    means.add(
        remote.allowedPeers().isEmpty() || remote.allowedTools().isEmpty()
            ? words.say("policy.remote.none")
            : words.say(
                "policy.remote",
                list(words, remote.allowedPeers()),
                list(words, remote.allowedTools()),
                remote.allowedAccounts().isEmpty()
                    ? words.say("policy.any_account")
                    : list(words, remote.allowedAccounts()),
                hours(words, remote.allowedHours())));
    means.add(
        config.sensors().image().folders().isEmpty()
            ? words.say("policy.images.none")
            : words.say(
                "policy.images",
                list(words, config.sensors().image().folders()),
                config.sensors().image().programs().isEmpty()
                    ? words.say("policy.nobody")
                    : list(words, config.sensors().image().programs())));
    Config.ImagesCarriedOff off = rules.imagesCarriedOff();
    means.add(
        words.say("policy.carried_off", off.leastImages(), off.leastBytes() / 1024, off.surplus()));
    means.add(
        words.say(
            rules.desk().workingHours().from().equals(rules.desk().workingHours().until())
                ? "policy.hours.any"
                : "policy.hours",
            rules.desk().workingHours().toString()));
    means.add(
        words.say(rules.desk().operatorRequired() ? "policy.operator" : "policy.operator.free"));
    return means;
  }

  private static String known(Words words, String key, String none, List<String> known) {
    return known.isEmpty() ? words.say(none) : words.say(key, known.size(), list(words, known));
  }

  private static String hours(Words words, Config.Hours hours) {
    return hours.from().equals(hours.until()) ? words.say("policy.any_time") : hours.toString();
  }

  private static String list(Words words, List<?> items) {
    return String.join(words.say("policy.separator"), items.stream().map(String::valueOf).toList());
  }
}
