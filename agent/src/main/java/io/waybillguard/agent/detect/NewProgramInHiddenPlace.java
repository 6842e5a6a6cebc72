package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.event.ProgramStarted;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.memory.Recent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * A program appeared or was started in a hidden place, and did not come off a stick: that is {@link
 * ProgramFromRemovableMedia}'s. Updaters do so too, so alone it weighs nothing; it is what later
 * steps are joined to. Each content at each path is told once for each of the two steps, as far as
 * the last {@value #MOST} go, and again after a restart of the agent.
 */
public final class NewProgramInHiddenPlace implements Detector {
  /** Steps that are remembered as told. */
  static final int MOST = 1024;

  private final Set<String> told = Collections.newSetFromMap(Recent.byArrival(MOST));

  /**
   * An updater or a compiler makes hundreds; each is a record of its own. Of the two steps each has
   * its own count, so that many that appear hide none that starts.
   */
  static final int MOST_AN_HOUR = 16;

  private static final Duration HOUR = Duration.ofHours(1);

  private final Deque<Instant> appeared = new ArrayDeque<>();
  private final Deque<Instant> started = new ArrayDeque<>();
  private final AllowedFiles allowed;

  /**
   * @param allowed programs on which it is silent
   */
  public NewProgramInHiddenPlace(AllowedFiles allowed) {
    this.allowed = allowed;
  }

  @Override
  public String rule() {
    return "program-in-hidden-place";
  }

  @Override
  public List<Finding> on(long seq, Observation seen) {
    if (seen instanceof ProgramAppeared p && !p.origin().isRemovable()) {
      return finding(seq, seen, p.file(), "appeared");
    }
    if (seen instanceof ProgramStarted p && !p.origin().isRemovable()) {
      return finding(seq, seen, p.file(), "started");
    }
    return List.of();
  }

  private List<Finding> finding(long seq, Observation seen, FileRef file, String step) {
    if (!file.hidden()
        || file.removable()
        || allowed.include(file)
        || !told.add(step + " " + file.sha256() + " " + file.path())) {
      return List.of();
    }
    if (isFlood(step.equals("started") ? started : appeared, seen.at())) {
      return List.of();
    }
    Json.Obj facts =
        Json.object()
            .put("step", step)
            .put("path", file.path())
            .putUnlessEmpty("sha256", file.sha256());
    return List.of(new Finding(seen.at(), rule(), Severity.INFORMATIONAL, List.of(seq), facts));
  }

  /** Whether so many were told of within the hour that one more tells nobody anything. */
  private static boolean isFlood(Deque<Instant> told, Instant at) {
    while (!told.isEmpty() && told.peekFirst().isBefore(at.minus(HOUR))) {
      told.removeFirst();
    }
    if (told.size() >= MOST_AN_HOUR) {
      return true;
    }
    told.addLast(at);
    return false;
  }
}
