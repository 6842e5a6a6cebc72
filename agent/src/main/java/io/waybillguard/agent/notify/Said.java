package io.waybillguard.agent.notify;

import io.waybillguard.agent.event.NoticeAnswered.How;
import io.waybillguard.agent.event.NoticeShown.Way;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the program that shows notices has to say, one line each. */
public sealed interface Said {

  /** The sheet is on the screen. */
  record Shown(Way way) implements Said {}

  /**
   * Somebody chose.
   *
   * @param number 1 to 3
   */
  record Chosen(int number, How how) implements Said {}

  /** Somebody wants to see what was folded. */
  record Unfolded() implements Said {}

  /**
   * Nothing can be shown here.
   *
   * @param why what stands in the way, and what to do
   */
  record Cannot(String why) implements Said {}

  /** As one line, without its end. */
  default String line() {
    if (this instanceof Shown shown) {
      return Fields.line(List.of("shown", shown.way().word()));
    }
    if (this instanceof Chosen chosen) {
      return Fields.line(List.of("chosen", Integer.toString(chosen.number()), chosen.how().word()));
    }
    if (this instanceof Cannot cannot) {
      return Fields.line(List.of("cannot", Fields.text(cannot.why())));
    }
    return "unfolded";
  }

  /**
   * What {@link #line} wrote; empty when the line is none of those. The program runs with the
   * rights of the person's account, so any line may come.
   */
  static Optional<Said> parse(String line) {
    List<String> fields = Fields.parts(line);
    return switch (fields.get(0) + " " + fields.size()) {
      case "shown 2" -> named(Way.class, fields.get(1)).map(Shown::new);
      case "chosen 3" ->
          fields.get(1).matches("[1-3]")
              ? named(How.class, fields.get(2))
                  .filter(how -> how != How.SCANNER)
                  .map(how -> new Chosen(fields.get(1).charAt(0) - '0', how))
              : Optional.empty();
      case "unfolded 1" -> Optional.of(new Unfolded());
      case "cannot 2" -> Optional.of(new Cannot(fields.get(1)));
      default -> Optional.empty();
    };
  }

  private static <E extends Enum<E>> Optional<E> named(Class<E> kind, String word) {
    for (E each : kind.getEnumConstants()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }
}
