package io.waybillguard.agent.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.ConfigFile;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.config.Problem;
import io.waybillguard.agent.config.ProblemWords;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.policy.Policy;
import io.waybillguard.agent.policy.PolicyWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code policy check FILE}: reads a policy exactly as the agent would, and says in words what it
 * means. A whole settings file is taken as well, as far as it is a policy's.
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
      print(read(file));
      return Exit.DONE;
    } catch (ConfigException e) {
      ProblemWords words = new ProblemWords(call.words().locale());
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

  /**
   * What was read.
   *
   * @param desksOwn keys of the file that HQ would refuse in a policy
   */
  record Read(PolicyFile policy, List<String> desksOwn) {}

  /**
   * A policy, or the policy's part of a whole settings file.
   *
   * @throws ConfigException if it is neither
   */
  static Read read(Path file) throws IOException, ConfigException {
    try {
      return new Read(PolicyFile.read(file, file.toString()), List.of());
    } catch (ConfigException e) {
      if (e.problems().stream().anyMatch(p -> p.reason() != Problem.Reason.DESKS_OWN)) {
        throw e;
      }
      ConfigFile settings = ConfigFile.read(file, file.toString());
      return new Read(
          PolicyFile.of(settings), e.problems().stream().map(Problem::key).distinct().toList());
    }
  }

  private void print(Read read) {
    PolicyWords words = new PolicyWords(call.words().locale());
    List<String> meaning = words.meaning(read.policy());
    List<String> remarks = words.remarks(read.policy());
    String sha256 = Policy.of(read.policy()).sha256();
    if (json) {
      call.terminal()
          .json(
              Json.object()
                  .put("ok", true)
                  .put("file", file.toString())
                  .put("version", sha256.substring(0, 12))
                  .put("sha256", sha256)
                  .put("means", meaning)
                  .put("remarks", remarks)
                  .put("desks_own", read.desksOwn()));
      return;
    }
    call.terminal().say("policy.good", file.toString(), sha256.substring(0, 12));
    meaning.forEach(each -> call.terminal().item("- ", each));
    remarks.forEach(each -> call.terminal().item("! ", each));
    if (!read.desksOwn().isEmpty()) {
      call.terminal().remark("policy.desks_own", String.join(", ", read.desksOwn()));
    }
  }
}
