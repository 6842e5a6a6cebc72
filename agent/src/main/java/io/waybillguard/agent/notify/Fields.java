package io.waybillguard.agent.notify;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Texts in one line: what the agent and the program that shows notices tell each other. Fields end
 * at U+001F, items of a list at U+001E, which are made to part fields and stand in no text; control
 * characters become blanks.
 */
final class Fields {
  private static final String FIELD = "\u001f";
  private static final String ITEM = "\u001e";

  private Fields() {}

  static String line(List<String> fields) {
    return String.join(FIELD, fields);
  }

  static List<String> parts(String line) {
    return List.of(line.split(FIELD, -1));
  }

  static String text(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  static String list(List<String> items) {
    return items.stream().map(Fields::text).collect(Collectors.joining(ITEM));
  }

  static List<String> items(String field) {
    return field.isEmpty() ? List.of() : List.of(field.split(ITEM, -1));
  }
}
