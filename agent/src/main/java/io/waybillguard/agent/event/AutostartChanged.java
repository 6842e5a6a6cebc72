package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Set;

/**
 * Something that starts by itself appeared, changed or vanished.
 *
 * @param at when it was seen; it happened before that, while the agent was away when {@code
 *     whileAway}
 * @param entry as it is now, or as it was before it vanished
 * @param by the program that did it, or "" where the system does not tell
 * @param whileAway whether it happened while nobody watched
 */
public record AutostartChanged(
    Instant at, Change change, AutostartEntry entry, String by, boolean whileAway)
    implements Observation {
  /** Points whose entries OCSF calls scheduled jobs; the others are files that say what starts. */
  private static final Set<String> JOBS = Set.of("cron", "systemd_timers");

  /** What became of it; with the activities of OCSF classes 1006 and 1001. */
  public enum Change {
    APPEARED("autostart.new", 1, 1),
    CHANGED("autostart.changed", 2, 3),
    VANISHED("autostart.gone", 3, 4);

    private final String type;
    private final int ofJob;
    private final int ofFile;

    Change(String type, int ofJob, int ofFile) {
      this.type = type;
      this.ofJob = ofJob;
      this.ofFile = ofFile;
    }
  }

  /** One that was seen as it happened, or shortly after. */
  public AutostartChanged(Instant at, Change change, AutostartEntry entry, String by) {
    this(at, change, entry, by, false);
  }

  @Override
  public String type() {
    return change.type;
  }

  @Override
  public Urgency urgency() {
    return Urgency.CRITICAL;
  }

  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Ocsf ocsf() {
    Ocsf ocsf =
        JOBS.contains(entry.point())
            ? Ocsf.of(Ocsf.Kind.SCHEDULED_JOB_ACTIVITY, change.ofJob, Severity.INFORMATIONAL, at)
                .with("job", job())
            : Ocsf.of(Ocsf.Kind.FILE_SYSTEM_ACTIVITY, change.ofFile, Severity.INFORMATIONAL, at)
                .with("file", entry.fileJson());
    return entry.unmappedInto(ocsf).unmapped("by", by).unmapped("while_away", whileAway);
  }

  private Json.Obj job() {
    Json.Obj job =
        Json.object()
            .put("name", entry.name())
            .putUnlessEmpty("cmd_line", entry.command())
            .put("file", entry.fileJson());
    if (!entry.user().isEmpty()) {
      job.put("user", Json.object().put("name", entry.user()));
    }
    return job;
  }

  /** Read back from its OCSF event. */
  static AutostartChanged recalled(Recalled event) {
    Recalled unmapped = event.unmapped();
    long activity = event.number("activity_id");
    boolean isJob = event.has("job");
    String file = event.text(isJob ? "job.file.path" : "file.path");
    for (Change change : Change.values()) {
      if (activity == (isJob ? change.ofJob : change.ofFile)) {
        return new AutostartChanged(
            event.at(),
            change,
            AutostartEntry.recalled(file, unmapped),
            unmapped.text("by"),
            unmapped.flag("while_away"));
      }
    }
    throw new IllegalArgumentException("no change has the activity " + activity);
  }
}
