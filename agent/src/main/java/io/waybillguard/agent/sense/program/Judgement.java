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
 */
final class Judgement {
  private Sighting sighting;
  private FileHash hash;
  private @Nullable Instant begun;
  private boolean compared;
  private @Nullable Origin origin;

  Judgement(Sighting sighting, FileHash hash) {
    this.sighting = sighting;
    this.hash = hash;
  }

  Sighting sighting() {
    return sighting;
  }

  FileHash hash() {
    return hash;
  }

  boolean isStart() {
    return sighting.parent() != null;
  }

  /** Begins anew: the file was written again or moved before its record was made. */
  void restart(Sighting again, FileHash anew) {
    sighting = again;
    hash = anew;
    compared = false;
  }

  /** Where it came from, once that is known: then the judgement is done. */
  Optional<Origin> origin() {
    return Optional.ofNullable(origin);
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
    boolean late = Duration.between(begun, now).compareTo(settings.hashPatience()) > 0;
    if (!hash.isDone()) {
      if (!late) {
        return hash.advance(budget, buffer);
      }
      hash.giveUp("not hashed: not read within " + settings.hashPatience().toSeconds() + " s");
    }
    if (sighting.isOnMedium()) {
      origin = new Origin(Origin.Medium.REMOVABLE, "on_medium", "", sighting.passport());
      return 0;
    }
    Optional<Origin> sameBytes = media.byHash(hash.sha256());
    if (sameBytes.isPresent()) {
      origin = sameBytes.get();
      return 0;
    }
    if (!hash.sha256().isEmpty() && !late) {
      if (!media.isIndexed()) {
        return media.index(now, cut);
      }
      if (!compared) {
        media.compareWith(hash.stamp().size());
        compared = true;
      }
      if (media.isComparing(hash.stamp().size())) {
        return media.hash(budget, buffer);
      }
    }
    origin =
        isStart()
            ? Origin.NOT_SEEN_ON_MEDIUM
            : media.byReader(sighting.by().pid(), sighting.at()).orElse(Origin.NOT_SEEN_ON_MEDIUM);
    return 0;
  }
}
