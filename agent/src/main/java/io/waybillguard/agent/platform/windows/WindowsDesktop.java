package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.Desktop;
import io.waybillguard.agent.platform.Registry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session at the console. A service lives in a session that has no screen, so what is to be
 * seen is started in the person's, with the person's token ({@link PersonsToken}); Windows gives
 * that to LocalSystem only. An agent that runs by hand in the session of the screen starts it as
 * any program does.
 *
 * <p>Sessions by remote desktop are not asked: their screen is elsewhere.
 */
public final class WindowsDesktop implements Desktop {
  private static final Logger LOG = LoggerFactory.getLogger(WindowsDesktop.class);

  /** Accounts have no number on Windows. */
  private static final long NO_NUMBER = 0;

  /** Where Windows keeps which languages a person reads, the surest first; below a hive. */
  private static final List<List<String>> LANGUAGES =
      List.of(
          List.of("Control Panel\\Desktop", "PreferredUILanguages"),
          List.of("Control Panel\\Desktop\\MuiCached", "MachinePreferredUILanguages"),
          List.of("Control Panel\\International", "LocaleName"));

  private final Libraries libraries;
  private final Registry registry;
  private final Sessions sessions;

  public WindowsDesktop() {
    this(Libraries.HERE);
  }

  WindowsDesktop(Libraries libraries) {
    this.libraries = libraries;
    registry = new WindowsRegistry(libraries);
    sessions = new Sessions(libraries);
  }

  @Override
  public List<Seat> seats() throws IOException {
    int session =
        sessions
            .atConsole()
            .orElseThrow(
                () ->
                    new IOException(
                        "no session is at the screen of this PC at the moment; the notice is shown"
                            + " when one is"));
    String user = sessions.text(session, Sessions.USER_NAME);
    if (user.isEmpty()) {
      throw new IOException(
          "nobody is logged in at the screen of this PC; the notice is shown when somebody is");
    }
    return List.of(
        new Seat(
            Integer.toString(session),
            user,
            NO_NUMBER,
            Map.of("LANG", language(registry, hive(session)))));
  }

  private String hive(int session) throws IOException {
    Optional<PersonsToken> token = PersonsToken.of(libraries, session);
    if (token.isEmpty()) {
      return "HKEY_CURRENT_USER";
    }
    try (PersonsToken person = token.get()) {
      return "HKEY_USERS\\" + person.account();
    }
  }

  /**
   * The language that a person reads Windows in, such as {@code zh-CN}; what this process was
   * started with where the hive has no word on it.
   *
   * @param hive the person's
   */
  static String language(Registry registry, String hive) {
    for (List<String> place : LANGUAGES) {
      try {
        for (Registry.Value value : registry.values(hive + '\\' + place.get(0))) {
          if (value.name().equalsIgnoreCase(place.get(1)) && !value.text().isBlank()) {
            return value.text().lines().findFirst().orElse("").strip();
          }
        }
      } catch (IOException e) {
        LOG.debug("no language from {} of {}: {}", place, hive, e.toString());
      }
    }
    return System.getProperty("user.language", "").toLowerCase(Locale.ROOT);
  }

  @Override
  public Process start(Seat seat, List<String> command) throws IOException {
    int session = Integer.parseInt(seat.id());
    Optional<PersonsToken> token = PersonsToken.of(libraries, session);
    if (token.isPresent()) {
      try (PersonsToken person = token.get()) {
        return PersonsProgram.start(libraries, person, command, folder(command));
      }
    }
    if (session != sessions.own()) {
      throw new IOException(
          "only the service may show something in session "
              + session
              + ", and this program runs by hand in session "
              + sessions.own()
              + "; run it as the service");
    }
    return direct(command);
  }

  /** In this process's own session, with its own rights. */
  static Process direct(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .directory(Path.of(folder(command)).toFile())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** The program's own: the person's might be gone, or on a share. */
  private static String folder(List<String> command) throws IOException {
    Path folder = Path.of(command.get(0)).getParent();
    if (folder == null) {
      throw new IOException("a program is named by its whole path, not " + command.get(0));
    }
    return folder.toString();
  }
}
