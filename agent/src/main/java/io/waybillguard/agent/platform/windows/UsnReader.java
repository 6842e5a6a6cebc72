package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.memory.Recent;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the journal of one disk from where it was left, also by an agent before this one; and
 * notices when what lies between is no longer there.
 */
final class UsnReader {
  private static final int MOST_FOLDERS = 8_192;

  /** Some 64 KiB each: enough for a busy second, and bounded. */
  private static final int BATCHES_A_LOOK = 16;

  /** Where in which journal. */
  record Position(long journal, long next) {}

  /**
   * What a look gave.
   *
   * @param ready files whose content or name is new, in order
   * @param gap why entries are missing, or ""
   * @param more whether more is waiting
   */
  record Look(List<Path> ready, String gap, boolean more) {}

  private final UsnVolume volume;
  private final Map<UsnRecord.FileId, Path> folders = Recent.byUse(MOST_FOLDERS);

  private Position position;
  private String gap;

  /**
   * @param last where an agent before this one was; empty at the first start, when nothing of
   *     before is told
   * @throws IOException if the disk keeps no journal, or it may not be read
   */
  UsnReader(UsnVolume volume, Optional<Position> last) throws IOException {
    this.volume = volume;
    UsnVolume.Journal journal = volume.query();
    if (last.isEmpty()) {
      position = new Position(journal.id(), journal.next());
      gap = "";
    } else {
      gap = missing(last.get(), journal);
      position = gap.isEmpty() ? last.get() : new Position(journal.id(), journal.first());
    }
  }

  /** Why the journal does not hold all that came after a position; "" when it does. */
  static String missing(Position last, UsnVolume.Journal journal) {
    if (last.journal() != journal.id()) {
      return "the journal of changes was deleted and made anew";
    }
    if (last.next() < journal.first()) {
      return "the journal of changes keeps no more than its newest entries, and wrapped";
    }
    return last.next() > journal.next() ? "the journal of changes was set back" : "";
  }

  UsnVolume volume() {
    return volume;
  }

  Position position() {
    return position;
  }

  /**
   * Reads on.
   *
   * @throws IOException if the journal cannot be read any more
   */
  Look look() throws IOException {
    List<Path> ready = new ArrayList<>();
    String missing = gap;
    gap = "";
    for (int i = 0; i < BATCHES_A_LOOK; i++) {
      UsnVolume.Batch batch;
      try {
        batch = volume.read(position.journal(), position.next());
      } catch (UsnVolume.RefusedException e) {
        // Whatever the error, the journal itself says whether anything is missing.
        UsnVolume.Journal journal = volume.query();
        String why = missing(position, journal);
        if (why.isEmpty() && e.code() != UsnVolume.ENTRY_DELETED) {
          throw e;
        }
        position = new Position(journal.id(), journal.first());
        return new Look(ready, why.isEmpty() ? "entries of the journal are gone" : why, true);
      }
      batch.records().forEach(record -> take(record, ready));
      if (batch.next() == position.next()) {
        return new Look(ready, missing, false);
      }
      position = new Position(position.journal(), batch.next());
    }
    return new Look(ready, missing, true);
  }

  private void take(UsnRecord record, List<Path> ready) {
    if (record.movesFolders()) {
      folders.clear(); // each below it has another path
    }
    if (record.isReady()) {
      path(record).ifPresent(ready::add);
    }
  }

  /** A file that is gone has no path; that of its folder and its name have one. */
  private Optional<Path> path(UsnRecord record) {
    Path folder = folders.get(record.parent());
    if (folder == null) {
      Optional<Path> asked = volume.folder(record.parent());
      if (asked.isEmpty()) {
        return asked;
      }
      folder = asked.get();
      folders.put(record.parent(), folder);
    }
    try {
      return Optional.of(folder.resolve(record.name()));
    } catch (InvalidPathException e) {
      return Optional.empty(); // a name that Windows itself could not open by its path
    }
  }
}
