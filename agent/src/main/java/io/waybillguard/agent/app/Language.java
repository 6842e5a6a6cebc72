package io.waybillguard.agent.app;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The languages that people are spoken to in. */
enum Language {
  ZH(Locale.SIMPLIFIED_CHINESE),
  EN(Locale.ENGLISH);

  private final Locale locale;

  Language(Locale locale) {
    this.locale = locale;
  }

  Locale locale() {
    return locale;
  }

  /** The language that {@code --lang} names; empty when it names none of ours. */
  static Optional<Language> named(String word) {
    return List.of(values()).stream().filter(l -> l.name().equalsIgnoreCase(word)).findFirst();
  }

  /**
   * The system's language, Chinese when the system does not tell.
   *
   * <p>On Linux the environment is asked, in the order of POSIX (XBD section 8.2), because Java
   * turns an unset or {@code C} locale into English. A system in a third language gets English.
   *
   * @param environment of the process
   * @param java what Java takes the display language for; used where the environment has no word on
   *     it, as on Windows
   * @param windows whether this is Windows
   */
  static Language ofSystem(Map<String, String> environment, Locale java, boolean windows) {
    String told =
        windows
            ? java.getLanguage()
            : List.of("LC_ALL", "LC_MESSAGES", "LANG").stream()
                .map(name -> environment.getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("");
    // "C", "C.UTF-8" and "POSIX" name no language.
    if (told.isEmpty() || told.startsWith("zh") || told.startsWith("C") || told.equals("POSIX")) {
      return ZH;
    }
    return EN;
  }
}
