package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Many programs that packages of the system brought within a short while, as one record: an upgrade
 * writes thousands. What belongs to no package, or lies where people put programs, is none of them
 * and has a record of its own.
 *
 * @param at when the last of them was seen
 * @param from when the first was
 * @param by the highest process of those that installed
 * @param count how many program files, each once
 * @param unhashed how many of them could not be hashed
 * @param bytes sizes of all of them together
 * @param folders where most of them lie, the fullest first; at most {@link #MOST_FOLDERS}
 * @param packages names of the packages, in order; at most {@link #MOST_PACKAGES}
 * @param packageCount how many packages there were
 * @param digest SHA-256, lower-case hex, over a line for each file, sorted by its bytes: path, a
 *     blank, SHA-256 or "-", line feed
 */
public record ProgramsAppeared(
    Instant at,
    Instant from,
    ProcessRef by,
    long count,
    long unhashed,
    long bytes,
    List<Share> folders,
    List<String> packages,
    long packageCount,
    String digest)
    implements Observation {
  /** Most folders in a record. */
  public static final int MOST_FOLDERS = 8;

  /** Most names of packages in a record. */
  public static final int MOST_PACKAGES = 32;

  /**
   * How many of them lie in one folder.
   *
   * @param folder the whole path
   */
  public record Share(String folder, long count) {}

  public ProgramsAppeared {
    folders = List.copyOf(folders);
    packages = List.copyOf(packages);
  }

  @Override
  public String type() {
    return "program.burst";
  }

  @Override
  public Urgency urgency() {
    return Urgency.ROUTINE;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.TECHNICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("count", count);
  }

  @Override
  public Ocsf ocsf() {
    String folder = folders.isEmpty() ? "/" : folders.get(0).folder();
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.FILE_SYSTEM_ACTIVITY, 1, Severity.INFORMATIONAL, at)
            .with("start_time", from.toEpochMilli())
            .with("end_time", at.toEpochMilli())
            .with("count", count)
            .with(
                "file",
                Json.object()
                    .put("name", FileRef.nameOf(folder))
                    .put("path", folder)
                    .put("type_id", Ocsf.FILE_FOLDER));
    if (by.isKnown()) {
      ocsf.by(by.json());
    }
    return ocsf.unmapped("unhashed", unhashed)
        .unmapped("bytes", bytes)
        .unmapped(
            "folders",
            folders.stream()
                .map(s -> Json.object().put("folder", s.folder()).put("count", s.count()))
                .toList())
        .unmapped("packages", packages)
        .unmapped("package_count", packageCount)
        .unmapped("digest", digest)
        .unmapped("came_by", Origin.Way.PACKAGE.word());
  }

  static ProgramsAppeared recalled(Recalled event) throws JsonException {
    Recalled unmapped = event.unmapped();
    List<Share> folders = new ArrayList<>();
    for (Recalled one : unmapped.parts("folders")) {
      folders.add(new Share(one.text("folder"), one.number("count")));
    }
    return new ProgramsAppeared(
        event.at(),
        event.moment("start_time"),
        ProcessRef.recalled(event.in("actor.process")),
        event.number("count"),
        unmapped.number("unhashed"),
        unmapped.number("bytes"),
        folders,
        unmapped.texts("packages"),
        unmapped.number("package_count"),
        unmapped.text("digest"));
  }
}
