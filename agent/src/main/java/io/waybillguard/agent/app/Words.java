package io.waybillguard.agent.app;

import io.waybillguard.agent.event.Summary;
import java.text.MessageFormat;
import java.time.ZoneId;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Every sentence that a person reads, by key. Chinese is written first, in {@code
 * words_zh.properties}; {@code words_en.properties} says the same.
 *
 * <p>Patterns are those of {@link MessageFormat}: a number is grouped by thousands, a plural is a
 * choice, and a lone apostrophe is written twice.
 */
final class Words {
  // Without this, a missing key of one language would be looked up in the language of the machine.
  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private final Locale locale;
  private final ResourceBundle sentences;
  private final ResourceBundle help;

  /** Made when the first of its words is wanted: most commands want none. */
  private volatile @Nullable Summary summary;

  Words(Language language) {
    this.locale = language.locale();
    this.sentences = bundle("words");
    this.help = bundle("help");
  }

  private ResourceBundle bundle(String name) {
    return ResourceBundle.getBundle(
        Words.class.getPackageName() + "." + name, locale, THIS_LANGUAGE_ONLY);
  }

  /**
   * The sentence of a key.
   *
   * @throws java.util.MissingResourceException if there is none, which is a bug
   */
  String say(String key, Object... args) {
    return new MessageFormat(sentences.getString(key), locale).format(args);
  }

  private Summary summary() {
    Summary made = summary;
    if (made == null) {
      made = new Summary(locale, ZoneId.systemDefault());
      summary = made;
    }
    return made;
  }

  /** What people call a sensor. */
  String sensor(String name) {
    return summary().sensor(name);
  }

  /** What a sensor says of what it sees and cannot see. */
  String detail(String ofSensor) {
    return summary().detail(ofSensor);
  }

  /** What people call a point where something starts by itself. */
  String point(String id) {
    return summary().point(id);
  }

  /** The language that is spoken. */
  Locale locale() {
    return locale;
  }

  /** The help texts, for picocli. */
  ResourceBundle help() {
    return help;
  }
}
