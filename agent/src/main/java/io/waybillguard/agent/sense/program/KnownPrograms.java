package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.memory.Recent;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The programs that appeared while this agent ran, by where they lie and by the file system's own
 * identity of the file: a folder that is moved takes its programs along without a word of the
 * kernel.
 */
final class KnownPrograms {
  private static final int REMEMBERED = 4096;

  /**
   * @param stamp the file as it was hashed
   */
  record Known(Stamp stamp, FileRef file, Origin origin) {}

  private final Map<Path, Known> byPath = Recent.byUse(REMEMBERED);
  private final Map<Object, Known> byKey = Recent.byUse(REMEMBERED);

  void add(Path path, Known known) {
    byPath.put(path, known);
    Object key = known.stamp().key();
    if (key != null) {
      byKey.put(key, known);
    }
  }

  /**
   * What is known of the program at this path.
   *
   * @param now the file as it is, or {@link Stamp#GONE}: then what was last recorded at the path is
   *     what lay there, since writes and starts are told in order
   */
  Optional<Known> find(Path path, Stamp now) {
    Known there = byPath.get(path);
    if (there != null && (now.equals(Stamp.GONE) || there.stamp().equals(now))) {
      return Optional.of(there);
    }
    Object key = now.key();
    Known same = key == null ? null : byKey.get(key);
    return Optional.ofNullable(same).filter(known -> known.stamp().equals(now));
  }

  /**
   * Whether a record of this program would say nothing new: the same file with the same bytes, or
   * one that still cannot be hashed, for the same reason. That it came off a medium after all is
   * new.
   */
  boolean says(Path path, Stamp now, FileRef file, Origin origin) {
    Known there = byPath.get(path);
    if (there == null
        || !Objects.equals(there.stamp().key(), now.key())
        || !there.file().sha256().equals(file.sha256())) {
      return false;
    }
    return file.sha256().isEmpty()
        ? there.file().equals(file) && there.stamp().equals(now) && there.origin().equals(origin)
        : there.origin().isRemovable() || !origin.isRemovable();
  }

  /** Whether a program appeared at this path, whatever lies there now. */
  boolean hasPath(Path path) {
    return byPath.containsKey(path);
  }
}
