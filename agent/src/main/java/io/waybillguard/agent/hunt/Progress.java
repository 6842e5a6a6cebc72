package io.waybillguard.agent.hunt;

import io.waybillguard.agent.event.HuntFinding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far a hunt is: what stands in its state file beside the order.
 *
 * @param stage what is being looked at
 * @param record the next record to look at
 * @param file the last file that was looked at, or ""
 * @param began when it began; the epoch when it has not
 * @param files how many files were looked at
 * @param unread how many files and folders could not be
 * @param findings what was found, as listed
 * @param unlisted how many more
 */
record Progress(
    Stage stage,
    long record,
    String file,
    Instant began,
    long files,
    long unread,
    List<HuntFinding> findings,
    long unlisted) {
  static final Progress NONE =
      new Progress(Stage.RECORDS, 0, "", Instant.EPOCH, 0, 0, List.of(), 0);

  Progress {
    findings = List.copyOf(findings);
  }

  /** What is looked at, in this order. */
  enum Stage {
    RECORDS,
    NOW,
    FILES,
    DONE;

    Stage next() {
      return switch (this) {
        case RECORDS -> NOW;
        case NOW -> FILES;
        case FILES, DONE -> DONE;
      };
    }
  }

  boolean hasBegun() {
    return began.isAfter(Instant.EPOCH);
  }

  Json.Obj json() {
    return Json.object()
        .put("stage", stage.name().toLowerCase(Locale.ROOT))
        .put("record", record)
        .put("file", file)
        .put("began", began.toEpochMilli())
        .put("files", files)
        .put("unread", unread)
        .put("findings", findings.stream().map(HuntFinding::json).toList())
        .put("unlisted", unlisted);
  }

  /**
   * What {@link #json} wrote.
   *
   * @throws IllegalArgumentException if it names a stage that there is not
   */
  static Progress of(Json.Obj json) throws JsonException {
    List<HuntFinding> findings = new ArrayList<>();
    for (Json.Obj each : json.objects("findings")) {
      findings.add(HuntFinding.of(each));
    }
    return new Progress(
        Stage.valueOf(json.text("stage").toUpperCase(Locale.ROOT)),
        json.number("record"),
        json.text("file"),
        Instant.ofEpochMilli(json.number("began")),
        json.number("files"),
        json.number("unread"),
        findings,
        json.number("unlisted"));
  }
}
