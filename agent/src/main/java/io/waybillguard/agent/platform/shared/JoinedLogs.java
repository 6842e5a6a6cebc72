package io.waybillguard.agent.platform.shared;

import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Logs of several kinds as one. */
public final class JoinedLogs implements TextLogs {
  private final List<TextLogs> all;

  public JoinedLogs(List<TextLogs> all) {
    this.all = List.copyOf(all);
  }

  @Override
  public List<StateFile.Damage> open() throws IOException {
    List<StateFile.Damage> damages = new ArrayList<>();
    for (TextLogs each : all) {
      damages.addAll(each.open());
    }
    return damages;
  }

  @Override
  public Added look() {
    List<Line> lines = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    boolean more = false;
    for (TextLogs each : all) {
      Added added = each.look();
      lines.addAll(added.lines());
      lost.addAll(added.lost());
      more |= added.more();
    }
    return new Added(lines, lost, more);
  }

  @Override
  public Set<Path> folders() {
    Set<Path> folders = new TreeSet<>();
    all.forEach(each -> folders.addAll(each.folders()));
    return folders;
  }

  @Override
  public void save() throws IOException {
    for (TextLogs each : all) {
      each.save();
    }
  }
}
