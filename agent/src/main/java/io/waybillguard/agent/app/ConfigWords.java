package io.waybillguard.agent.app;

import io.waybillguard.agent.config.Expected;
import io.waybillguard.agent.config.Problem;
import java.util.Locale;

/** Puts what is wrong with a configuration file into words. */
final class ConfigWords {
  private static final int LONGEST_VALUE = 40;

  private final Words words;

  ConfigWords(Words words) {
    this.words = words;
  }

  /** The place and the sentence: {@code config/agent.yaml:14: …}. */
  String of(Problem problem) {
    return problem.file()
        + (problem.line() == 0 ? "" : ":" + problem.line())
        + ": "
        + sentence(problem);
  }

  private String sentence(Problem p) {
    String found = Columns.cut(p.found(), LONGEST_VALUE);
    return switch (p.reason()) {
      case NOT_UTF8 -> words.say("config.not_utf8");
      case NOT_YAML -> words.say("config.not_yaml", p.found());
      case UNKNOWN_KEY ->
          p.nearest().isEmpty()
              ? words.say("config.unknown_key_far", p.key(), String.join(", ", p.siblings()))
              : words.say("config.unknown_key", p.key(), p.nearest());
      case DUPLICATE_KEY -> words.say("config.duplicate_key", p.key());
      case WRONG_TYPE -> words.say("config.wrong_type", p.key(), found, of(p.expected()));
      case MISSING_UNIT -> words.say("config.missing_unit", p.key(), found, of(p.expected()));
      case OUT_OF_RANGE -> words.say("config.out_of_range", p.key(), found, of(p.expected()));
    };
  }

  /** What a setting may hold. */
  String of(Expected expected) {
    return words.say(
        "config.expected." + expected.kind().name().toLowerCase(Locale.ROOT),
        expected.least(),
        expected.most());
  }
}
