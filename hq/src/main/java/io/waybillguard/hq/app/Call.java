package io.waybillguard.hq.app;

import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.trust.HqKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
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

  Call(Words words, Terminal terminal, InstantSource clock) {
    this.words = words;
    this.terminal = terminal;
    this.clock = clock;
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

  /** The database of a folder that has been served before. */
  static Database database(Path data) throws Complaint, IOException {
    if (!HqKeys.areIn(data) || !Database.isIn(data)) {
      throw new Complaint(Exit.USAGE, "data.none", data);
    }
    if (!Files.isWritable(data)) {
      throw new Complaint(Exit.UNAVAILABLE, "data.denied", data);
    }
    return Database.open(data);
  }
}
