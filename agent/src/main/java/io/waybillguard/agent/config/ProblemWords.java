package io.waybillguard.agent.config;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;

/** Puts what is wrong with a settings file or a policy into words; Chinese is written first. */
public final class ProblemWords {
  private static final int LONGEST_VALUE = 40;

  // Without this, a missing key of one language would be looked up in the language of the machine.
  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private final Locale language;
  private final ResourceBundle words;

  /**
   * @param language {@link Locale#SIMPLIFIED_CHINESE} or {@link Locale#ENGLISH}
   */
  public ProblemWords(Locale language) {
    this.language = language;
    this.words =
        ResourceBundle.getBundle(
            ProblemWords.class.getPackageName() + ".problems", language, THIS_LANGUAGE_ONLY);
  }

  private String say(String key, Object... args) {
    return new MessageFormat(words.getString(key), language).format(args);
  }

  /** The place and the sentence: {@code config/agent.yaml:14: …}. */
  public String of(Problem problem) {
    return problem.file()
        + (problem.line() == 0 ? "" : ":" + problem.line())
        + ": "
        + sentence(problem);
  }

  private String sentence(Problem p) {
    String found = cut(p.found());
    return switch (p.reason()) {
      case NOT_UTF8 -> say("not_utf8");
      case NOT_YAML -> say("not_yaml", p.found());
      case UNKNOWN_KEY ->
          p.nearest().isEmpty()
              ? say("unknown_key_far", p.key(), String.join(", ", p.siblings()))
              : say("unknown_key", p.key(), p.nearest());
      case DESKS_OWN -> say("desks_own", p.key());
      case DUPLICATE_KEY -> say("duplicate_key", p.key());
      case WRONG_TYPE -> say("wrong_type", p.key(), found, of(p.expected()));
      case MISSING_UNIT -> say("missing_unit", p.key(), found, of(p.expected()));
      case OUT_OF_RANGE -> say("out_of_range", p.key(), found, of(p.expected()));
    };
  }

  private static String cut(String text) {
    int[] points = text.codePoints().toArray();
    return points.length <= LONGEST_VALUE ? text : new String(points, 0, LONGEST_VALUE - 1) + "…";
  }

  /** What a setting may hold. */
  public String of(Expected expected) {
    return say(
        "expected." + expected.kind().name().toLowerCase(Locale.ROOT),
        expected.least(),
        expected.most());
  }
}
