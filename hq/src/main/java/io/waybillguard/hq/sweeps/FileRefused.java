package io.waybillguard.hq.sweeps;

import io.waybillguard.agent.hunt.sigma.SigmaException;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * A file that people wrote for HQ is not understood, and nothing has changed. Its sentence names
 * file and line, what was found, and what to do.
 */
public final class FileRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private final String file;
  private final int line;
  private final String key;
  private final List<String> details;

  /**
   * @param file as the person knows it
   * @param line from 1; 0 when none can be named
   * @param key of its words
   */
  FileRefused(String file, int line, String key, String... details) {
    super(file + ":" + line + ": " + key + " " + String.join("; ", details));
    this.file = file;
    this.line = line;
    this.key = key;
    this.details = List.of(details);
  }

  /** A rule that is not run. */
  static FileRefused of(String file, int firstLine, SigmaException e) {
    int line = e.line() == 0 ? firstLine : firstLine + e.line() - 1;
    String key = "sigma." + e.reason().name().toLowerCase(Locale.ROOT);
    return new FileRefused(file, line, key, e.details().toArray(String[]::new));
  }

  /** What is wrong, for a person. */
  public String in(Locale language) {
    ResourceBundle words =
        ResourceBundle.getBundle(
            FileRefused.class.getPackageName() + ".words", language, THIS_LANGUAGE_ONLY);
    String place = line == 0 ? file : file + ":" + line;
    String sentence = new MessageFormat(words.getString(key), language).format(details.toArray());
    return place + (language.getLanguage().equals("zh") ? "：" : ": ") + sentence;
  }
}
