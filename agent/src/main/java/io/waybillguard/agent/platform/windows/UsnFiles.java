package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.FileActivity;
import io.waybillguard.agent.platform.FileEvent;
import io.waybillguard.agent.platform.ProcessFacts;
import io.waybillguard.agent.platform.shared.Bell;
import io.waybillguard.agent.platform.shared.FolderTree;
import io.waybillguard.agent.platform.shared.FolderWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are written anywhere on the disks that keep a journal, also while no agent ran. The
 * journal does not say who wrote them.
 *
 * <p>Where we are is written down after the events were taken and some time went by in which they
 * came to the log: after a crash some are told again, and none is lost.
 */
final class UsnFiles implements FileActivity {
  private static final Logger LOG = LoggerFactory.getLogger(UsnFiles.class);
  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final Duration SAFE = Duration.ofSeconds(5);

  /** How far back files are looked for when it is not known how long the gap was. */
  private static final Duration BACK = Duration.ofDays(7);

  private static final int MOST_SWEPT = 5_000;

  /** Opens the disks that may have a journal. */
  interface Disks {
    /** Those that can be opened; the reason for each that cannot is added to {@code refused}. */
    List<UsnVolume> open(List<String> refused);
  }

  private final Disks disks;
  private final UsnPositions positions;
  private final FolderWatch.Places places;
  private final Path ours;
  private final InstantSource clock;
  private final Bell bell = new Bell();
  private List<UsnReader> readers = List.of();

  /** Of disks that are not there now too: they may come back. */
  private final Map<String, UsnReader.Position> saved = new HashMap<>();

  private Instant savedAt = Instant.EPOCH;
  private Map<String, UsnReader.Position> safe = Map.of();
  private boolean more;

  /**
   * @param places where to look for what came in a gap
   * @param ours a folder of which nothing is told: the agent writes there itself
   */
  UsnFiles(
      Disks disks,
      UsnPositions positions,
      FolderWatch.Places places,
      Path ours,
      InstantSource clock) {
    this.disks = disks;
    this.positions = positions;
    this.places = places;
    this.ours = ours;
    this.clock = clock;
  }

  @Override
  public View open() throws IOException {
    close();
    saved.clear();
    saved.putAll(positions.read());
    List<String> refused = new ArrayList<>();
    List<UsnReader> opened = new ArrayList<>();
    for (UsnVolume volume : disks.open(refused)) {
      try {
        opened.add(new UsnReader(volume, Optional.ofNullable(saved.get(volume.name()))));
      } catch (IOException e) {
        refused.add(volume.name() + " " + e.getMessage());
        shut(volume);
      }
    }
    readers = opened;
    if (opened.isEmpty()) {
      throw new IOException("no disk keeps a journal that may be read: " + refused);
    }
    safe = now();
    savedAt = clock.instant();
    return new View(
        true,
        "files written on "
            + opened.stream().map(reader -> reader.volume().name()).toList()
            + ", also while the agent was away"
            + (refused.isEmpty() ? "" : "; not on " + refused));
  }

  private Map<String, UsnReader.Position> now() {
    Map<String, UsnReader.Position> all = new LinkedHashMap<>(saved);
    readers.forEach(reader -> all.put(reader.volume().name(), reader.position()));
    return all;
  }

  @Override
  public List<FileEvent> await(Duration patience) throws IOException {
    if (readers.isEmpty()) {
      throw new IllegalStateException("no journal is read; call open() first");
    }
    save();
    Instant end = clock.instant().plus(patience);
    List<FileEvent> told = look();
    Duration left = Duration.between(clock.instant(), end);
    if (told.isEmpty() && !more && !left.isNegative()) {
      bell.await(left.compareTo(BETWEEN) < 0 ? left : BETWEEN);
      told = look();
    }
    return told;
  }

  private List<FileEvent> look() throws IOException {
    List<FileEvent> told = new ArrayList<>();
    more = false;
    for (UsnReader reader : readers) {
      UsnReader.Look look = reader.look();
      more |= look.more();
      if (!look.gap().isEmpty()) {
        told.add(new FileEvent.Lost(reader.volume().root(), look.gap()));
        sweep(reader.volume().root(), told);
      }
      for (Path file : look.ready()) {
        if (!file.startsWith(ours)) {
          told.add(new FileEvent.Written(file, ProcessFacts.UNKNOWN));
        }
      }
    }
    return told;
  }

  /** What changed lately where programs usually come, since nobody can say what else did. */
  private void sweep(Path root, List<FileEvent> told) throws IOException {
    Instant since = clock.instant().minus(BACK);
    for (FolderTree.Root place : places.list()) {
      if (place.folder().startsWith(root)) {
        for (FolderTree.Root folder : FolderTree.below(place, MOST_SWEPT)) {
          for (Path file : FolderTree.changedSince(folder.folder(), since)) {
            told.add(new FileEvent.Written(file, ProcessFacts.UNKNOWN));
          }
        }
      }
    }
  }

  /** What was given before {@link #SAFE} is in the log by now. */
  private void save() throws IOException {
    Instant now = clock.instant();
    if (!now.isBefore(savedAt.plus(SAFE))) {
      if (!safe.equals(saved)) {
        positions.write(safe);
        saved.putAll(safe);
      }
      safe = now();
      savedAt = now;
    }
  }

  /** Reading is not seen. */
  @Override
  public void follow(Path file) {}

  @Override
  public void wake() {
    bell.ring();
  }

  @Override
  public void close() {
    readers.forEach(reader -> shut(reader.volume()));
    readers = List.of();
  }

  private static void shut(UsnVolume volume) {
    try {
      volume.close();
    } catch (IOException e) {
      LOG.warn("disk={} cannot be let go of: {}", volume.name(), e.toString());
    }
  }
}
