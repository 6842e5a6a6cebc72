package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.FileTraits;
import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.platform.MountedVolume;
import io.waybillguard.agent.platform.Packages;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What only the moment could tell of a program: kept while its hash and origin are worked out.
 *
 * @param at when it was seen
 * @param file where
 * @param kind its kind, as the record spells it
 * @param owner the account that owns it, or ""
 * @param mode its permission bits, or -1
 * @param belongs the package that its path belongs to
 * @param medium the removable volume it lies on, or null
 * @param place why its place or name is unusual, or ""
 * @param by who wrote it, or the process that was started
 * @param above who started that process, the nearest first
 * @param started whether it was started, not written
 * @param way how it came, as far as who wrote it and where tells
 * @param host what it was downloaded from, or ""
 * @param command how the process that was started was called, or ""
 */
record Sighting(
    Instant at,
    Path file,
    String kind,
    String owner,
    int mode,
    Packages.Owner belongs,
    @Nullable MountedVolume medium,
    String place,
    ProcessRef by,
    List<ProcessRef> above,
    boolean started,
    Origin.Way way,
    String host,
    String command) {
  Sighting {
    above = List.copyOf(above);
  }

  boolean isOnMedium() {
    return medium != null;
  }

  /** The same, of this package. */
  Sighting of(Packages.Owner owned) {
    return new Sighting(
        at, file, kind, owner, mode, owned, medium, place, by, above, started, way, host, command);
  }

  /** The same, called with this line. */
  Sighting called(String line) {
    return new Sighting(
        at, file, kind, owner, mode, belongs, medium, place, by, above, started, way, host, line);
  }

  boolean hidden() {
    return !place.isEmpty();
  }

  /**
   * What is known of the file beside its content.
   *
   * @param md5 of its content, or ""
   * @param imprint what it says of itself
   */
  FileTraits traits(String md5, Imprint imprint) {
    FileTraits.Packaged packaged =
        switch (belongs.known()) {
          case UNKNOWN -> FileTraits.Packaged.UNKNOWN;
          case NONE -> FileTraits.Packaged.NO;
          case OWNED ->
              belongs.md5().isEmpty() || md5.isEmpty()
                  ? FileTraits.Packaged.OWNED
                  : belongs.md5().equals(md5)
                      ? FileTraits.Packaged.AS_PACKAGED
                      : FileTraits.Packaged.CHANGED;
        };
    return new FileTraits(mode, belongs.name(), packaged, place, imprint);
  }

  String passport() {
    return medium == null ? "" : medium.passport();
  }

  /** The same, first seen earlier. */
  Sighting seenAt(Instant first) {
    return new Sighting(
        first, file, kind, owner, mode, belongs, medium, place, by, above, started, way, host,
        command);
  }
}
