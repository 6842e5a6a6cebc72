package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.platform.MountedVolume;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What only the moment could tell of a program: kept while its hash and origin are worked out.
 *
 * @param at when it was seen
 * @param file where
 * @param kind its kind, as the record spells it
 * @param owner the account that owns it, or ""
 * @param medium the removable volume it lies on, or null
 * @param hidden whether it lies where nobody looks
 * @param by who wrote it, or the process that was started
 * @param parent who started that process; null when the program was written, not started
 */
record Sighting(
    Instant at,
    Path file,
    String kind,
    String owner,
    @Nullable MountedVolume medium,
    boolean hidden,
    ProcessRef by,
    @Nullable ProcessRef parent) {

  boolean isOnMedium() {
    return medium != null;
  }

  String passport() {
    return medium == null ? "" : medium.passport();
  }

  /** The same, first seen earlier. */
  Sighting seenAt(Instant first) {
    return new Sighting(first, file, kind, owner, medium, hidden, by, parent);
  }
}
