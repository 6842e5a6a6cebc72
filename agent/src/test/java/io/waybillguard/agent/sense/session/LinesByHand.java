package io.waybillguard.agent.sense.session;

import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Logs that a test writes by hand, all in one. What a run saved is kept for the next. */
final class LinesByHand implements TextLogs {
  /** What outlives a run. */
  static final class Disk {
    final List<Line> lines = new ArrayList<>();
    int saved = -1;

    void write(String file, String text) {
      lines.add(new Line(file, Path.of(file), text));
    }
  }

  private final Disk disk;
  private int at;
  String lost = "";
  Set<Path> folders = Set.of();
  final List<StateFile.Damage> damaged = new ArrayList<>();

  LinesByHand(Disk disk) {
    this.disk = disk;
  }

  @Override
  public List<StateFile.Damage> open() {
    at = disk.saved < 0 ? disk.lines.size() : disk.saved;
    List<StateFile.Damage> damages = List.copyOf(damaged);
    damaged.clear();
    return damages;
  }

  @Override
  public Added look() {
    List<Line> more = List.copyOf(disk.lines.subList(at, disk.lines.size()));
    at = disk.lines.size();
    List<String> gone = lost.isEmpty() ? List.of() : List.of(lost);
    lost = "";
    return new Added(more, gone, false);
  }

  @Override
  public Set<Path> folders() {
    return folders;
  }

  @Override
  public void save() throws IOException {
    disk.saved = at;
  }
}
