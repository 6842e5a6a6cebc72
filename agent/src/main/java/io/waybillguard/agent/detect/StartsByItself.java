package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.AutostartChanged;
import io.waybillguard.agent.event.AutostartEntry;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.memory.Recent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A program was made to start by itself that came off a stick, lies hidden, or can be changed by an
 * ordinary account: how the crime stays on the desk. What belongs to the system or its
 * administrators and lies in the open is ordinary.
 */
public final class StartsByItself implements Detector {
  /** Programs off sticks that are remembered, by path and by hash. */
  private static final int REMEMBERED = 4_096;

  private final Map<String, Came> fromSticks = Recent.byArrival(REMEMBERED);

  private record Came(long seq, Origin origin) {}

  private final AllowedFiles allowed;

  /**
   * @param allowed programs on which it is silent
   */
  public StartsByItself(AllowedFiles allowed) {
    this.allowed = allowed;
  }

  @Override
  public String rule() {
    return "starts-by-itself";
  }

  @Override
  public Memory memory() {
    return new Memory(Set.of("program.new"), Duration.ofDays(30));
  }

  @Override
  public List<Finding> on(long seq, Observation seen) {
    if (seen instanceof ProgramAppeared p && p.origin().isRemovable()) {
      Came came = new Came(seq, p.origin());
      fromSticks.put(p.file().path(), came);
      if (!p.file().sha256().isEmpty()) {
        fromSticks.put(p.file().sha256(), came);
      }
    }
    return seen instanceof AutostartChanged c
            && c.change() != AutostartChanged.Change.VANISHED
            && c.entry().enabled()
            && !c.entry().program().path().isEmpty()
            && !allowed.include(c.entry().program())
        ? judged(seq, c)
        : List.of();
  }

  private List<Finding> judged(long seq, AutostartChanged changed) {
    AutostartEntry entry = changed.entry();
    FileRef program = entry.program();
    Came came = cameFrom(program);
    if (came != null) {
      return List.of(
          finding(changed, "removable", Severity.HIGH, List.of(came.seq(), seq), came.origin()));
    }
    if (program.hidden()) {
      return List.of(
          finding(changed, "hidden", Severity.HIGH, List.of(seq), Origin.NOT_SEEN_ON_MEDIUM));
    }
    if (program.isOwnedByAnOrdinaryAccount()) {
      return List.of(
          finding(changed, "writable", Severity.MEDIUM, List.of(seq), Origin.NOT_SEEN_ON_MEDIUM));
    }
    return List.of();
  }

  private @Nullable Came cameFrom(FileRef program) {
    Came byHash = program.sha256().isEmpty() ? null : fromSticks.get(program.sha256());
    return byHash == null ? fromSticks.get(program.path()) : byHash;
  }

  private Finding finding(
      AutostartChanged changed, String step, Severity severity, List<Long> because, Origin origin) {
    AutostartEntry entry = changed.entry();
    FileRef program = entry.program();
    Json.Obj facts =
        Json.object()
            .put("step", step)
            .put("path", program.path())
            .putUnlessEmpty("sha256", program.sha256())
            .put("point", entry.point())
            .put("file", entry.file())
            .put("entry", entry.name())
            .putUnlessEmpty("account", entry.user())
            .putUnlessEmpty("source", origin.source())
            .putUnlessEmpty("device", origin.passport())
            .put("hidden", String.valueOf(program.hidden() && !step.equals("hidden")));
    return new Finding(changed.at(), rule(), severity, because, facts);
  }
}
