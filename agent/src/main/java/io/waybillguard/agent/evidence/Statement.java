package io.waybillguard.agent.evidence;

import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * A sentence about evidence, as a key of the bundle {@code statements} with its values; the words
 * come in Chinese and English.
 *
 * @param key in the bundle
 * @param values in the order of the sentence's places
 */
public record Statement(String key, List<String> values) {
  public Statement {
    values = List.copyOf(values);
  }

  /** A statement with these values, as text. */
  public static Statement of(String key, Object... values) {
    return new Statement(key, List.of(values).stream().map(String::valueOf).toList());
  }

  /** The sentence in this language. */
  public String text(Locale language) {
    ResourceBundle words =
        ResourceBundle.getBundle(
            "io.waybillguard.agent.evidence.statements",
            language,
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    return new MessageFormat(words.getString(key), language).format(values.toArray());
  }
}
