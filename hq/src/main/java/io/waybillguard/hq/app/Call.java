package io.waybillguard.hq.app;

import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * One call of the program: the options that commands share, and what they are given to work with.
 */
@CommandLine.Command(name = Main.NAME, versionProvider = Version.class)
final class Call {
  private final Words words;
  private final Terminal terminal;
  private final InstantSource clock;
  private final Map<String, String> environment;

  @Option(names = "--json", scope = ScopeType.INHERIT)
  private boolean json;

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

  /** The languages that {@code --lang} takes. */
  enum Language {
    zh,
    en
  }

  Call(Words words, Terminal terminal, InstantSource clock, Map<String, String> environment) {
    this.words = words;
    this.terminal = terminal;
    this.clock = clock;
    this.environment = Map.copyOf(environment);
  }

  Words words() {
    return words;
  }

  Terminal terminal() {
    return terminal;
  }

  InstantSource clock() {
    return clock;
  }

  boolean json() {
    return json;
  }

  /** Options that say where HQ is kept, for one command. */
  Home home() {
    return new Home(environment);
  }
}
