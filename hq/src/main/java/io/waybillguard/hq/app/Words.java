package io.waybillguard.hq.app;

import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;

/**
 * Every sentence that a command says, by key: {@code words_zh.properties}, written first, and
 * {@code words_en.properties}, which says the same.
 */
final class Words {
  // Without this, a missing key of one language would be looked up in the language of the machine.
  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private final Locale locale;
  private final ResourceBundle sentences;
  private final ResourceBundle help;

  /**
   * @param language {@code zh} or {@code en}
   */
  Words(String language) {
    this.locale = language.equals("en") ? Locale.ENGLISH : Locale.SIMPLIFIED_CHINESE;
    String bundles = Words.class.getPackageName();
    this.sentences = ResourceBundle.getBundle(bundles + ".words", locale, THIS_LANGUAGE_ONLY);
    this.help = ResourceBundle.getBundle(bundles + ".help", locale, THIS_LANGUAGE_ONLY);
  }

  /**
   * The language of a call: that of {@code --lang}, else the system's, Chinese when it does not
   * tell. Looked for before the options are parsed, since parsing may already have something to
   * say.
   */
  static String language(List<String> args, Map<String, String> environment, Locale java) {
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      String value =
          arg.equals("--lang") && i + 1 < args.size()
              ? args.get(i + 1)
              : arg.startsWith("--lang=") ? arg.substring("--lang=".length()) : "";
      if (value.equals("zh") || value.equals("en")) {
        return value;
      }
    }
    String told =
        List.of("LC_ALL", "LC_MESSAGES", "LANG").stream()
            .map(name -> environment.getOrDefault(name, ""))
            .filter(value -> !value.isEmpty())
            .findFirst()
            .orElse(java.getLanguage().equals("en") ? "" : java.getLanguage());
    // "C", "C.UTF-8" and "POSIX" name no language.
    boolean chinese =
        told.isEmpty() || told.startsWith("zh") || told.startsWith("C") || told.equals("POSIX");
    return chinese ? "zh" : "en";
  }

  /**
   * The sentence of a key.
   *
   * @throws java.util.MissingResourceException if there is none, which is a bug
   */
  String say(String key, Object... args) {
    return new MessageFormat(sentences.getString(key), locale).format(args);
  }

  /** The help texts, for picocli. */
  ResourceBundle help() {
    return help;
  }

  /** The language that people are spoken to in. */
  Locale locale() {
    return locale;
  }
}
