package io.waybillguard.agent.sense.persistence;

/**
 * What one file says about one thing that starts by itself, before anybody has looked for the
 * program.
 *
 * @param name of the unit, job or key
 * @param user whom it runs as, or "" for what the place says
 * @param command as written, or what it says where it is no command
 * @param program the word that names the program: an absolute path, {@code ~/…}, {@code $HOME/…} or
 *     a bare name; "" when it names none
 * @param enabled whether the file itself lets it take effect
 * @param wantedAs the name under which something else must ask for it before it takes effect; "" if
 *     nothing needs to
 * @param whole whether the whole file's size and hash belong to it
 */
record Line(
    String name,
    String user,
    String command,
    String program,
    boolean enabled,
    String wantedAs,
    boolean whole) {

  /** A command that runs. */
  static Line command(String name, String user, String command) {
    return new Line(name, user, command, ShellWords.program(command), true, "", false);
  }

  /** A command line of Windows. */
  static Line windows(String name, String user, String command) {
    return new Line(name, user, command, WindowsCommand.program(command), true, "", false);
  }

  /** Something that is no command, such as a key or an account. */
  static Line fact(String name, String user, String says) {
    return new Line(name, user, says, "", true, "", false);
  }

  /** A file that is itself what runs or is loaded. */
  static Line program(String name, String path) {
    return new Line(name, "", "", path, true, "", false);
  }

  /** A file whose content decides, whatever it says. */
  static Line whole(String name) {
    return new Line(name, "", "", "", true, "", true);
  }

  Line named(String other) {
    return new Line(other, user, command, program, enabled, wantedAs, whole);
  }

  Line starting(String other) {
    return new Line(name, user, command, other, enabled, wantedAs, whole);
  }

  Line enabled(boolean isEnabled) {
    return new Line(name, user, command, program, isEnabled, wantedAs, whole);
  }

  Line wantedAs(String unit) {
    return new Line(name, user, command, program, enabled, unit, whole);
  }
}
