package io.waybillguard.agent.app;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * One call of the program: the options that every command has, and what a command is given to work
 * with. Options are filled in before any command runs.
 */
@Command(name = Main.NAME, versionProvider = Version.class)
final class Call {
  private final Map<String, String> environment;
  private final boolean windows;
  private final Words words;
  private final Terminal terminal;

  @Option(names = "--home", paramLabel = "DIR", scope = ScopeType.INHERIT)
  private @Nullable Path home;

  /** Already obeyed when this is read; here so that it is known and checked. */
  @Option(names = "--lang", paramLabel = "zh|en", scope = ScopeType.INHERIT)
  @SuppressWarnings("unused") // read by picocli
  private @Nullable Language language;

  @Option(names = "--help", usageHelp = true, scope = ScopeType.INHERIT)
  @SuppressWarnings("unused") // read by picocli
  private boolean help;

  @Option(names = "--version", versionHelp = true)
  @SuppressWarnings("unused") // read by picocli
  private boolean version;

  Call(Map<String, String> environment, boolean windows, Words words, Terminal terminal) {
    this.environment = environment;
    this.windows = windows;
    this.words = words;
    this.terminal = terminal;
  }

  static boolean isWindows(String osName) {
    return Os.named(osName) == Os.WINDOWS;
  }

  /** The home that {@code --home} names, or the installed agent's. */
  Home home() {
    Path named = home;
    return named == null ? Home.ofSystem(windows, environment) : Home.at(named);
  }

  /** The process's environment. */
  Map<String, String> environment() {
    return environment;
  }

  Words words() {
    return words;
  }

  Terminal terminal() {
    return terminal;
  }
}
