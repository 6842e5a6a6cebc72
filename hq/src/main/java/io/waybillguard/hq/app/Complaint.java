package io.waybillguard.hq.app;

import org.jspecify.annotations.Nullable;

/** A command that could not be carried out, for a reason that a person can mend. */
final class Complaint extends Exception {
  private static final long serialVersionUID = 1L;

  private final Exit exit;
  private final String key;
  private final transient Object[] args;

  /**
   * @param exit how the process ends
   * @param key the words' key; the sentence names the thing, what is wrong and what to do
   * @param args what goes into the sentence
   */
  Complaint(Exit exit, String key, Object... args) {
    this(null, exit, key, args);
  }

  /**
   * @param cause what was behind it
   */
  Complaint(@Nullable Throwable cause, Exit exit, String key, Object... args) {
    super(key, cause);
    this.exit = exit;
    this.key = key;
    this.args = args;
  }

  Exit exit() {
    return exit;
  }

  String in(Words words) {
    return words.say(key, args);
  }
}
