package io.waybillguard.agent.platform;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Facts about processes, running or remembered. */
public interface Processes {
  /**
   * What is known of a process. Never fails: a process may end at any moment, and what could not be
   * asked any more is empty.
   *
   * @param pid 0 gives {@link ProcessFacts#UNKNOWN}
   */
  ProcessFacts of(long pid);

  /**
   * How a process was called.
   *
   * @param executable what it runs at this moment, as {@link ProcessFacts#executable}
   * @param arguments its own name first
   * @param folder where it works, to which paths in its arguments belong; or ""
   */
  record Call(String executable, List<String> arguments, String folder) {
    private static final Pattern WHITE = Pattern.compile("\\s");

    /** Of a process that could not be asked any more. */
    public static final Call NONE = new Call("", List.of(), "");

    public Call {
      arguments = List.copyOf(arguments);
    }

    /** The words as one line; one that is empty or has white space stands between quotes. */
    public String line() {
      return arguments.stream()
          .map(word -> word.isEmpty() || WHITE.matcher(word).find() ? '"' + word + '"' : word)
          .collect(Collectors.joining(" "));
    }
  }

  /** How a process that runs now was called; {@link Call#NONE} when it cannot be asked. */
  default Call call(long pid) {
    return Call.NONE;
  }
}
