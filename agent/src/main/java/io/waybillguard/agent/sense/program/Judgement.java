package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.Origin;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Works out, in slices, what bytes a program that was seen has and where they came from.
 *
 * <p>The order: its own hash; then, unless that hash is known from a medium, the names and sizes on
 * the mounted media; then the hashes of the few files there that are as long; and when none of them
 * is the same, who wrote it.
 *
 * <p>Others wait behind it, so it ends when patience does, with what it knows by then. {@link
 * #goOn} takes the rest of its time.
 */
final class Judgement {
  private final boolean patient;
  private Sighting sighting;
  private FileHash hash;
  private @Nullable Instant begun;
  private boolean compared;
  private boolean unfinished;
  private @Nullable Origin origin;

  Judgement(Sighting sighting, FileHash hash) {
    this(sighting, hash, false);
  }

  private Judgement(Sighting sighting, FileHash hash, boolean patient) {
    this.sighting = sighting;
    this.hash = hash;
    this.patient = patient;
  }

  Sighting sighting() {
    return sighting;
  }

  FileHash hash() {
    return hash;
  }

  boolean isStart() {
    return sighting.started();
  }

  /** Begins anew: the file was written again or moved before its record was made. */
  void restart(Sighting again, FileHash anew) {
    sighting = again;
    hash = anew;
    compared = false;
  }

  /** Where it came from, as far as was found out: then the judgement has ended. */
  Optional<Origin> origin() {
    return Optional.ofNullable(origin);
  }

  /** Whether it ended because patience did, and more can be found out. */
  boolean isUnfinished() {
    return unfinished;
  }

  /** The same, from where it was left, without a limit of time. */
  Judgement goOn() {
    return new Judgement(sighting, hash, true);
  }

  /**
   * Goes on.
   *
   * @param budget most bytes to read
   * @param cut takes what could not be looked at on a medium
   * @return what was done, counted in bytes
   */
  long advance(
      long budget,
      Instant now,
      ProgramSettings settings,
      Media media,
      ByteBuffer buffer,
      List<String> cut) {
    if (begun == null) {
      begun = now;
    }
    boolean late = !patient && Duration.between(begun, now).compareTo(settings.hashPatience()) > 0;
    if (!hash.isDone() && !late) {
      return hash.advance(budget, buffer);
    }
    Optional<Origin> certain = certain(media);
    if (certain.isPresent()) {
      origin = certain.get();
      unfinished = !hash.isDone();
    } else if (!hash.sha256().isEmpty() && isSomethingToCompare(media)) {
      if (!late) {
        return media.isIndexed() ? media.hash(budget, buffer) : media.index(now, cut);
      }
      Origin found = likely(media);
      origin = found;
      unfinished = !found.isRemovable();
    } else {
      origin = likely(media);
      unfinished = !hash.isDone();
    }
    return 0;
  }

  private Optional<Origin> certain(Media media) {
    return sighting.isOnMedium()
        ? Optional.of(new Origin(Origin.Medium.REMOVABLE, "on_medium", "", sighting.passport()))
        : media.byHash(hash.sha256());
  }

  private boolean isSomethingToCompare(Media media) {
    if (!media.isIndexed()) {
      return true;
    }
    if (!compared) {
      media.compareWith(hash.stamp().size());
      compared = true;
    }
    return media.isComparing(hash.stamp().size());
  }

  private Origin likely(Media media) {
    return isStart()
        ? Origin.NOT_SEEN_ON_MEDIUM
        : media.byReader(sighting.by().pid(), sighting.at()).orElse(Origin.NOT_SEEN_ON_MEDIUM);
  }
}
