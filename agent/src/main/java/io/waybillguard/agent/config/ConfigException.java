package io.waybillguard.agent.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration file that must not be run with. Names everything that is wrong with it at once.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  ConfigException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  /** Everything that is wrong, in the order of the file's lines; never empty. */
  public List<Problem> problems() {
    return problems;
  }
}
