package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Locale;

/**
 * What one program did to waybill images over a while, summed up. An image is a file: however often
 * a program reads it, it counts once a day.
 *
 * @param at when the last of it happened
 * @param from when the first did
 * @param by the process that did the last of it
 * @param parent the process that started that one, as far as it could be asked
 * @param allowed whether the settings name the program as one that scans or uploads
 * @param images how many images it had not done this to before, today
 * @param imagesToday how many it has done this to today, with these
 * @param times how often it was done, repeats included
 * @param bytes sizes of those {@code images} together
 * @param folder where they lay: the folder that holds them all
 * @param result the copy or archive that came of it last, or ""
 * @param place what the result's place is, where it is known to lead out: the id of a destination;
 *     or ""
 */
public record ImagesHandled(
    Instant at,
    Instant from,
    Act act,
    ProcessRef by,
    ProcessRef parent,
    boolean allowed,
    long images,
    long imagesToday,
    long times,
    long bytes,
    String folder,
    String result,
    String place)
    implements Observation {

  /** What was done. */
  public enum Act {
    /** Put into a scan folder. */
    MADE(1),
    /** Read, or opened to be read: the image, or a copy or an archive of it. */
    READ(2),
    /** The same bytes appeared outside the scan folders. */
    COPIED(1),
    /** Renamed, or moved out of the scan folders. */
    MOVED(5),
    /** A program that had read images wrote an archive. */
    PACKED(1);

    private final int activity;

    Act(int activity) {
      this.activity = activity;
    }

    /** The type of a record about it. */
    public String type() {
      return "image." + name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public String type() {
    return act.type();
  }

  @Override
  public Urgency urgency() {
    return Urgency.ROUTINE;
  }

  /** Daily work says who works when; what others do to images is a step of the crime. */
  @Override
  public BodyClass bodyClass() {
    return allowed ? BodyClass.PERSONAL : BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("images", images);
  }

  @Override
  public Ocsf ocsf() {
    Ocsf ocsf =
        Ocsf.of(Ocsf.Kind.FILE_SYSTEM_ACTIVITY, act.activity, Severity.INFORMATIONAL, at)
            .with("start_time", from.toEpochMilli())
            .with("end_time", at.toEpochMilli())
            .with("count", times)
            .with("file", file(folder, Ocsf.FILE_FOLDER));
    if (!result.isEmpty()) {
      ocsf.with("file_result", file(result, Ocsf.FILE_REGULAR));
    }
    if (by.isKnown()) {
      Json.Obj process = by.json();
      if (parent.isKnown()) {
        process.put("parent_process", parent.json());
      }
      ocsf.by(process);
    }
    return ocsf.unmapped("images", images)
        .unmapped("images_today", imagesToday)
        .unmapped("bytes", bytes)
        .unmapped("allowed", allowed)
        .unmapped("place", place);
  }

  private static Json.Obj file(String path, int type) {
    return Json.object()
        .put("name", path.isEmpty() ? "none" : FileRef.nameOf(path))
        .putUnlessEmpty("path", path)
        .put("type_id", type);
  }

  static ImagesHandled recalled(Recalled event) {
    Recalled more = event.unmapped();
    String type = event.text("metadata.event_code");
    return new ImagesHandled(
        event.at(),
        event.moment("start_time"),
        Act.valueOf(type.substring(type.indexOf('.') + 1).toUpperCase(Locale.ROOT)),
        ProcessRef.recalled(event.in("actor.process")),
        ProcessRef.recalled(event.in("actor.process.parent_process")),
        more.flag("allowed"),
        more.number("images"),
        more.number("images_today"),
        event.number("count"),
        more.number("bytes"),
        event.text("file.path"),
        event.text("file_result.path"),
        more.text("place"));
  }
}
