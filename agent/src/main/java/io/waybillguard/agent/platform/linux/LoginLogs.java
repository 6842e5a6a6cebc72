package io.waybillguard.agent.platform.linux;

import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import io.waybillguard.agent.platform.shared.FileTails;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Text files and systemd's journal together. Where a syslog writes {@code auth.log} or {@code
 * secure}, the journal holds the same once more and is passed over.
 */
public final class LoginLogs implements TextLogs {
  private static final List<String> OF_SYSLOG = List.of("var/log/auth.log", "var/log/secure");

  private final Path root;
  private final FileTails files;
  private final JournalLogs journal;

  /**
   * @param root where /var and /run are; another folder in tests
   * @param patterns paths as {@link FileTails} takes them, and {@code journal:PROGRAM}
   * @param homes the folders that {@code ~} stands for
   * @param data where it is kept how far was read
   */
  public LoginLogs(Path root, List<String> patterns, FileTails.Homes homes, Path data) {
    this.root = root;
    List<String> paths = new ArrayList<>();
    List<String> programs = new ArrayList<>();
    for (String pattern : patterns) {
      if (pattern.startsWith(JournalLogs.SCHEME)) {
        programs.add(pattern.substring(JournalLogs.SCHEME.length()));
      } else {
        paths.add(pattern);
      }
    }
    files = new FileTails(paths, homes, data.resolve("login-logs.tsv"));
    journal = new JournalLogs(root, programs, data.resolve("login-journal.tsv"));
  }

  @Override
  public List<StateFile.Damage> open() throws IOException {
    List<StateFile.Damage> damages = new ArrayList<>(files.open());
    damages.addAll(journal.open());
    return damages;
  }

  @Override
  public Added look() {
    Added text = files.look();
    Added entries = journal.look();
    if (hasSyslog()) {
      return text;
    }
    List<Line> lines = new ArrayList<>(text.lines());
    lines.addAll(entries.lines());
    List<String> lost = new ArrayList<>(text.lost());
    lost.addAll(entries.lost());
    return new Added(lines, lost, text.more() || entries.more());
  }

  private boolean hasSyslog() {
    return OF_SYSLOG.stream().anyMatch(file -> Files.isRegularFile(root.resolve(file)));
  }

  @Override
  public Set<Path> folders() {
    Set<Path> folders = new TreeSet<>(files.folders());
    if (!hasSyslog()) {
      folders.addAll(journal.folders());
    }
    return folders;
  }

  @Override
  public void save() throws IOException {
    files.save();
    journal.save();
  }
}
