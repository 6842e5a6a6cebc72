package io.waybillguard.agent.notify;

import java.util.List;
import java.util.Optional;

/**
 * What a notice says and offers at this moment, in the words of the person who reads it. Whoever
 * shows it adds no word of its own.
 *
 * @param mode what is to be seen of it
 * @param head whose notice it is
 * @param clock the time of day it is about, for the corner
 * @param title what happens, in one sentence
 * @param lines what is known of it
 * @param advice what can be done now; after an answer, what became of it
 * @param choices what can be chosen, in the order of the keys 1, 2, 3
 * @param hint that a code can be scanned instead; "" when none can
 * @param codes digits of the codes to scan, for the first choices; none when there is no scanner
 * @param more how much of this there is, and how much else waits; "" when nothing
 * @param pressing whether somebody must act: only then anything is red
 */
public record Sheet(
    Mode mode,
    String head,
    String clock,
    String title,
    List<String> lines,
    String advice,
    List<String> choices,
    String hint,
    List<String> codes,
    String more,
    boolean pressing) {

  private static final int FIELDS = 11;

  /** What is to be seen. */
  public enum Mode {
    /** All of it, and the choices. */
    ASK,
    /** What became of the answer, and a choice that closes it. */
    TOLD,
    /** A count at the edge of the screen. */
    FOLDED
  }

  public Sheet {
    lines = List.copyOf(lines);
    choices = List.copyOf(choices);
    codes = List.copyOf(codes);
  }

  /** As one line, without its end. */
  public String line() {
    return Fields.line(
        List.of(
            mode.name(),
            Fields.text(head),
            Fields.text(clock),
            Fields.text(title),
            Fields.list(lines),
            Fields.text(advice),
            Fields.list(choices),
            Fields.text(hint),
            Fields.list(codes),
            Fields.text(more),
            Boolean.toString(pressing)));
  }

  /** What {@link #line} wrote; empty when the line is none of those. */
  public static Optional<Sheet> parse(String line) {
    List<String> fields = Fields.parts(line);
    if (fields.size() != FIELDS) {
      return Optional.empty();
    }
    for (Mode mode : Mode.values()) {
      if (mode.name().equals(fields.get(0))) {
        return Optional.of(
            new Sheet(
                mode,
                fields.get(1),
                fields.get(2),
                fields.get(3),
                Fields.items(fields.get(4)),
                fields.get(5),
                Fields.items(fields.get(6)),
                fields.get(7),
                Fields.items(fields.get(8)),
                fields.get(9),
                Boolean.parseBoolean(fields.get(10))));
      }
    }
    return Optional.empty();
  }
}
