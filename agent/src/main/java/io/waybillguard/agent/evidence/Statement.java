package io.waybillguard.agent.evidence;

import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.regex.Pattern;

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

  /** A cosigner's time: whole seconds in UTC, as {@link Instant#toString} writes them. */
  private static final Pattern MOMENT =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss XXX", Locale.ROOT);

  /** Whether it says what no check can prove, rather than what this one did not. */
  public boolean isLimit() {
    return key.startsWith("limit_");
  }

  /** The sentence in this language, with its times in this zone. */
  public String text(Locale language, ZoneId zone) {
    return new Statement(key, values.stream().map(v -> local(v, zone)).toList()).text(language);
  }

  private static String local(String value, ZoneId zone) {
    return MOMENT.matcher(value).matches() ? TIME.format(Instant.parse(value).atZone(zone)) : value;
  }

  /** The sentence in this language, with its times in UTC. */
  public String text(Locale language) {
    ResourceBundle words =
        ResourceBundle.getBundle(
            "io.waybillguard.agent.evidence.statements",
            language,
            ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    return new MessageFormat(words.getString(key), language).format(values.toArray());
  }
}
