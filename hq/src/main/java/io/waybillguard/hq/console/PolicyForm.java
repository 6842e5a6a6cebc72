package io.waybillguard.hq.console;

import io.waybillguard.agent.policy.Change;
import java.util.List;

/**
 * The editor as it stands.
 *
 * @param typed the policy
 * @param outlets codes with commas between; "" for all
 * @param percent as typed
 * @param problems what is wrong with it, a sentence each
 * @param checked whether it was looked at and can be published
 * @param before the version that it is compared with; 0 for each desk's own settings
 * @param changes in which things it differs from that
 * @param remarks what is allowed and seldom meant
 * @param means what it means
 */
public record PolicyForm(
    String typed,
    String outlets,
    String percent,
    List<String> problems,
    boolean checked,
    long before,
    List<Change> changes,
    List<String> remarks,
    List<String> means) {
  public PolicyForm {
    problems = List.copyOf(problems);
    changes = List.copyOf(changes);
    remarks = List.copyOf(remarks);
    means = List.copyOf(means);
  }

  /** Nothing was looked at yet. */
  static PolicyForm fresh(String typed) {
    return new PolicyForm(typed, "", "10", List.of(), false, 0, List.of(), List.of(), List.of());
  }
}
