package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.memory.Recent;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.PathText;
import io.waybillguard.agent.platform.ProcessFacts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The removable media: what is mounted, what lies on it, who read from it, and the hashes that were
 * learned from it. Hashes outlive the medium: a program is often moved to its place when the stick
 * is long gone.
 */
final class Media {
  private static final Logger LOG = LoggerFactory.getLogger(Media.class);
  private static final int REMEMBERED_HASHES = 4096;
  private static final int REMEMBERED_READERS = 1024;
  private static final int WAITING_READS = 256;

  /** Parent of whatever lost its own; it is nobody's accomplice. */
  private static final long INIT = 1;

  /** What a look into a folder counts as, next to bytes read: a cluster or two of the medium. */
  private static final long FOLDER_COST = 64 << 10;

  private record Reading(Path file, String passport, Instant at) {}

  /**
   * A file of a medium that is to be hashed.
   *
   * @param anyway false when only a program is worth it
   */
  private record Wanted(Path file, Stamp stamp, String passport, boolean anyway) {}

  private final ProgramSettings settings;
  private final Map<Path, MediumIndex> mounted = new HashMap<>();
  private final Map<String, Origin> byHash = Recent.byUse(REMEMBERED_HASHES);
  private final Map<Long, Reading> readers = Recent.byUse(REMEMBERED_READERS);
  private final Map<Long, Reading> parentsOfReaders = Recent.byUse(REMEMBERED_READERS);
  private final Deque<Wanted> wanted = new ArrayDeque<>();

  /** What was hashed, or cannot be, as it was then. */
  private final Map<Path, Stamp> looked = Recent.byUse(REMEMBERED_HASHES);

  private @Nullable Wanted current;
  private @Nullable FileHash hash;

  Media(ProgramSettings settings) {
    this.settings = settings;
  }

  /** Takes note of what is mounted now. */
  void are(List<MountedVolume> volumes) {
    Map<Path, MediumIndex> before = new HashMap<>(mounted);
    mounted.clear();
    for (MountedVolume volume : volumes) {
      if (volume.removable()) {
        MediumIndex known = before.get(volume.mountPoint());
        mounted.put(
            volume.mountPoint(),
            known != null && known.volume().equals(volume)
                ? known
                : new MediumIndex(volume, settings));
      }
    }
  }

  /** The removable volume that a file lies on. */
  Optional<MountedVolume> of(Path file) {
    MountedVolume nearest = null;
    for (MediumIndex index : mounted.values()) {
      MountedVolume volume = index.volume();
      if (file.startsWith(volume.mountPoint())
          && (nearest == null || volume.mountPoint().startsWith(nearest.mountPoint()))) {
        nearest = volume;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /**
   * A process read a file of a medium.
   *
   * <p>Its parent is remembered too: a shell opens the file that its child's output goes to, and
   * closes it after the child has ended.
   */
  void wasRead(Path file, ProcessFacts by, Instant now) {
    Optional<MountedVolume> volume = of(file);
    if (volume.isPresent()) {
      Reading reading = new Reading(file, volume.get().passport(), now);
      readers.put(by.pid(), reading);
      if (by.parentPid() > INIT) {
        parentsOfReaders.put(by.parentPid(), reading);
      }
      // Who reads a program is likely to copy it. It is in the cache now, and may be out of reach
      // when its copy is found.
      if (wanted.size() < WAITING_READS && wanted.stream().noneMatch(w -> w.file().equals(file))) {
        want(file, volume.get().passport(), false).ifPresent(wanted::addLast);
      }
    }
  }

  /** A program was written to, or changed on, a medium. */
  void wasWritten(Path file, long size) {
    of(file)
        .map(volume -> mounted.get(volume.mountPoint()))
        .ifPresent(index -> index.add(file, size));
  }

  /** Remembers where the bytes with this hash came from. */
  void learn(String sha256, Origin origin) {
    if (!sha256.isEmpty()) {
      byHash.putIfAbsent(sha256, origin);
    }
  }

  /** Where bytes with this hash came from, when they were seen on a medium. */
  Optional<Origin> byHash(String sha256) {
    return Optional.ofNullable(byHash.get(sha256));
  }

  /** What a process brings along that read from a medium not long ago. */
  Optional<Origin> byReader(long pid, Instant now) {
    return Stream.of(readers, parentsOfReaders)
        .map(readings -> readings.get(pid))
        .filter(Objects::nonNull)
        .filter(r -> Duration.between(r.at(), now).compareTo(settings.readerMemory()) <= 0)
        .findFirst()
        .map(
            reading ->
                new Origin(
                    Origin.Medium.REMOVABLE,
                    "same_process",
                    PathText.of(reading.file()),
                    reading.passport()));
  }

  /** Puts all files of the mounted media that are this long before everything else to be hashed. */
  void compareWith(long size) {
    if (current != null && current.stamp().size() != size) {
      wanted.addLast(current); // from the start, later: a program is waiting
      current = null;
      hash = null;
    }
    for (MediumIndex index : mounted.values()) {
      for (Path file : index.ofSize(size)) {
        want(file, index.volume().passport(), true).ifPresent(wanted::addFirst);
      }
    }
  }

  /** Whether a file of this size is still to be hashed. */
  boolean isComparing(long size) {
    return (current != null && current.stamp().size() == size)
        || wanted.stream().anyMatch(w -> w.anyway() && w.stamp().size() == size);
  }

  private Optional<Wanted> want(Path file, String passport, boolean anyway) {
    try {
      return Stamp.of(file)
          .filter(stamp -> !stamp.equals(looked.get(file)))
          .map(stamp -> new Wanted(file, stamp, passport, anyway));
    } catch (IOException e) {
      LOG.debug("file={} of a medium is gone: {}", file, e.toString());
      return Optional.empty();
    }
  }

  /** Whether the names and sizes on every medium are known. */
  boolean isIndexed() {
    return mounted.values().stream().allMatch(MediumIndex::isDone);
  }

  boolean isIdle() {
    return current == null && wanted.isEmpty() && isIndexed();
  }

  /**
   * Goes through one folder more.
   *
   * @param cut takes what was left out, when the end of a medium is reached
   * @return what that counts as, in bytes
   */
  long index(Instant now, List<String> cut) {
    for (MediumIndex index : mounted.values()) {
      if (!index.isDone()) {
        index.advance(now);
        if (index.isDone() && !index.cut().isEmpty()) {
          cut.add(index.cut());
        }
        break;
      }
    }
    return FOLDER_COST;
  }

  /**
   * Hashes on what is wanted.
   *
   * @return the bytes read, or what else was done counts as
   */
  long hash(long budget, ByteBuffer buffer) {
    Wanted file = current;
    FileHash running = hash;
    if (file == null || running == null) {
      begin(buffer);
      return FOLDER_COST;
    }
    long spent = running.advance(budget, buffer);
    if (running.isDone()) {
      looked.put(file.file(), file.stamp());
      learn(
          running.sha256(),
          new Origin(
              Origin.Medium.REMOVABLE, "same_hash", PathText.of(file.file()), file.passport()));
      current = null;
      hash = null;
    }
    return spent;
  }

  private void begin(ByteBuffer buffer) {
    Wanted next = wanted.poll();
    if (next == null || next.stamp().equals(looked.get(next.file()))) {
      return;
    }
    if (!next.anyway() && ProgramFile.kind(next.file(), buffer).isEmpty()) {
      looked.put(next.file(), next.stamp());
      return;
    }
    current = next;
    hash = new FileHash(next.file(), next.stamp(), settings.hashLimit(), false, false);
  }
}
