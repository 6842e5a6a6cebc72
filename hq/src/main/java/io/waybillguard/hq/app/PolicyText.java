package io.waybillguard.hq.app;

import io.waybillguard.agent.config.ConfigException;
import io.waybillguard.agent.config.PolicyFile;
import io.waybillguard.agent.config.ProblemWords;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.policy.Change;
import io.waybillguard.agent.policy.PolicyWords;
import io.waybillguard.hq.policies.Policies;
import io.waybillguard.hq.policies.PolicyRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Reads what people name a policy by: a file, or a version of HQ's. */
final class PolicyText {
  private PolicyText() {}

  /** A policy's file as it was read, and the text of it. */
  record Read(PolicyFile file, String text) {}

  /**
   * Reads a file as strictly as a desk would.
   *
   * @throws Complaint if it is not understood; says all that is wrong
   */
  static Read file(Path file, Words words) throws Complaint, IOException {
    if (!Files.isRegularFile(file)) {
      throw new Complaint(Exit.USAGE, "policy.no_file", file);
    }
    byte[] content = Files.readAllBytes(file);
    try {
      return new Read(
          PolicyFile.parse(content, file.toString()), new String(content, StandardCharsets.UTF_8));
    } catch (ConfigException e) {
      ProblemWords problems = new ProblemWords(words.locale());
      throw new Complaint(
          e,
          Exit.USAGE,
          "policy.refused",
          e.problems().stream().map(problems::of).collect(Collectors.joining("\n")));
    }
  }

  /** A version where it is a number, else a file. */
  static PolicyFile any(String named, Policies policies, Words words)
      throws Complaint, IOException {
    return named.matches("[0-9]{1,15}")
        ? version(Long.parseLong(named), policies)
        : file(Path.of(named), words).file();
  }

  /** What a version says; 0 for each desk's own settings. */
  static PolicyFile version(long version, Policies policies) throws Complaint {
    try {
      return policies.file(version);
    } catch (PolicyRefused e) {
      throw complaint(e, version);
    }
  }

  /** The sentence about a refusal. */
  static Complaint complaint(PolicyRefused refused, long version) {
    return new Complaint(
        refused, Exit.USAGE, "policy.refused." + refused.reason().word(), String.valueOf(version));
  }

  /** Prints in which things two policies differ. */
  static void changes(Call call, PolicyFile before, PolicyFile after) {
    List<Change> changes = new PolicyWords(call.words().locale()).changes(before, after);
    if (changes.isEmpty()) {
      call.terminal().remark(call.words().say("policy.same"));
    }
    for (Change each : changes) {
      call.terminal()
          .line(
              call.words()
                  .say(
                      "policy.change",
                      call.words().say("policy.way." + each.way().word()),
                      each.text()));
    }
  }

  /** The same as JSON. */
  static List<Json.Obj> json(Call call, PolicyFile before, PolicyFile after) {
    return new PolicyWords(call.words().locale())
        .changes(before, after).stream()
            .map(c -> Json.object().put("way", c.way().word()).put("text", c.text()))
            .toList();
  }
}
