package io.waybillguard.hq.store;

import java.sql.Types;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/**
 * Text as every database takes it. JSON may carry U+0000 in a name; PostgreSQL cannot keep it, and
 * a workstation must not be able to make HQ fail. It is shown as U+FFFD instead; what was signed
 * stays in the segments as it was.
 */
final class PlainText extends AbstractArgumentFactory<String> {
  /**
   * Longest text that a list is ordered or found by, in UTF-16 units; PostgreSQL indexes 2.7 kB.
   */
  private static final int INDEXED = 255;

  PlainText() {
    super(Types.VARCHAR);
  }

  @Override
  protected Argument build(String text, ConfigRegistry config) {
    String plain = plain(text);
    return (position, statement, ctx) -> statement.setString(position, plain);
  }

  static String plain(String text) {
    // Nearly no text has one, and looking for it is quicker than replacing.
    return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
  }

  /** The beginning of a text from a workstation, short enough for an index. */
  static String indexed(String text) {
    if (text.length() <= INDEXED) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(INDEXED - 1)) ? INDEXED - 1 : INDEXED;
    return text.substring(0, end);
  }
}
