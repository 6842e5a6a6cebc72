package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.Severity;
import java.time.Instant;
import java.util.List;

/**
 * A program came off a stick: copied to this PC, or started. In a hidden place, or started, it
 * weighs more; that is how the crime begins.
 */
public final class ProgramFromRemovableMedia implements Detector {
  private final AllowedFiles allowed;

  /**
   * @param allowed programs on which it is silent
   */
  public ProgramFromRemovableMedia(AllowedFiles allowed) {
    this.allowed = allowed;
  }

  @Override
  public String rule() {
    return "program-from-removable-media";
  }

  @Override
  public List<Finding> on(long seq, Observation seen) {
    if (seen instanceof ProgramAppeared p
        && p.origin().isRemovable()
        && !p.file().removable()
        && !allowed.include(p.file())) {
      return List.of(
          finding(
              p.at(),
              seq,
              p.file(),
              p.origin(),
              "copied",
              p.file().hidden() ? Severity.HIGH : Severity.MEDIUM));
    }
    if (seen instanceof ProgramStarted p
        && (p.origin().isRemovable() || p.file().removable())
        && !allowed.include(p.file())) {
      return List.of(finding(p.at(), seq, p.file(), p.origin(), "started", Severity.HIGH));
    }
    return List.of();
  }

  private Finding finding(
      Instant at, long seq, FileRef file, Origin origin, String step, Severity severity) {
    Json.Obj facts =
        Json.object()
            .put("step", step)
            .put("path", file.path())
            .putUnlessEmpty("sha256", file.sha256())
            .putUnlessEmpty("source", origin.source())
            .putUnlessEmpty("device", origin.passport())
            .put("hidden", String.valueOf(file.hidden()));
    return new Finding(at, rule(), severity, List.of(seq), facts);
  }
}
