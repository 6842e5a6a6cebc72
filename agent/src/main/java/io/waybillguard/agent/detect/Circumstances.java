package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.OperatorSignedOff;
import io.waybillguard.agent.event.OperatorSignedOn;
import io.waybillguard.agent.event.Presence;
import io.waybillguard.agent.event.PresenceChanged;
import io.waybillguard.agent.event.SensorBlind;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.VisitorExpected;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What holds at the desk while something happens, and what that makes of a finding: a fold over the
 * log's records. Rules judge the act; the same act weighs one level more at a desk where nobody
 * works, outside the working hours, while a visitor is expected, or where somebody must be signed
 * on and is not. Several of these raise it once. Not knowing raises nothing. Not thread-safe.
 */
public final class Circumstances {
  /** Stages at which it matters who was there. Images are read by many a program by itself. */
  private static final Set<Stage> WEIGHED =
      Set.of(Stage.DEVICE, Stage.PROGRAM, Stage.AUTOSTART, Stage.LOGIN, Stage.UPLOAD);

  /** A visitor's own doing; logins and uploads are not. */
  private static final Set<Stage> VISITORS_DOING =
      Set.of(Stage.DEVICE, Stage.PROGRAM, Stage.AUTOSTART);

  /**
   * What the company has settled.
   *
   * @param workFrom the time of day at which work begins, included
   * @param workUntil the time of day at which it ends; the same as {@code workFrom} when any time
   *     is as good as another
   * @param zone in which these are meant
   * @param operatorRequired whether somebody must be signed on by name while the desk is used
   */
  public record Terms(
      LocalTime workFrom, LocalTime workUntil, ZoneId zone, boolean operatorRequired) {
    /** Any time, and nobody needs to sign on. */
    public static final Terms NONE =
        new Terms(LocalTime.MIDNIGHT, LocalTime.MIDNIGHT, ZoneId.of("UTC"), false);
  }

  /** What it wants to hear again after a restart. */
  static final Detector.Memory MEMORY =
      new Detector.Memory(
          Set.of(
              "presence.change", "sensor.blind", "operator.on", "operator.off", "visitor.expected"),
          Duration.ofDays(2));

  private Terms terms;
  private Presence presence = Presence.UNSEEN;
  private String operator = "";
  private @Nullable VisitorExpected visitor;

  public Circumstances(Terms terms) {
    this.terms = terms;
  }

  /** Enters a record; most are not about what holds at the desk. */
  void enter(Event event) {
    if (event instanceof PresenceChanged change) {
      presence = change.presence();
    } else if (event instanceof SensorBlind blind && blind.sensor().equals("presence")) {
      presence = Presence.UNSEEN;
    } else if (event instanceof OperatorSignedOn on) {
      operator = on.operator();
    } else if (event instanceof OperatorSignedOff) {
      operator = "";
    } else if (event instanceof VisitorExpected expected) {
      visitor = expected;
    }
  }

  /** From now on the company has settled this. */
  void settle(Terms settled) {
    terms = settled;
  }

  /** Who is signed on, or "" for nobody. */
  String operator() {
    return operator;
  }

  /** The finding with what held when it was made, and what it weighs then. */
  Finding weigh(Finding finding) {
    Stage stage = Stage.of(finding.rule());
    if (!WEIGHED.contains(stage)) {
      return finding;
    }
    Json.Obj facts = finding.facts().copy();
    boolean worse = false;
    if (presence.state() != Presence.State.UNKNOWN) {
      facts.put("presence", presence.state().word());
      worse = presence.state().isUnattended();
    }
    if (!operator.isEmpty()) {
      facts.put("operator", operator);
    } else if (terms.operatorRequired()) {
      facts.put("operator_missing", "true");
      worse = true;
    }
    if (isOutsideHours(finding.at())) {
      facts.put("hours", "outside");
      worse = true;
    }
    if (visitor != null && visitor.covers(finding.at()) && VISITORS_DOING.contains(stage)) {
      facts.put("visitor", visitor.visitor());
      worse = true;
    }
    Severity severity = worse ? oneLevelUp(finding.severity()) : finding.severity();
    return new Finding(finding.at(), finding.rule(), severity, finding.about(), facts);
  }

  private boolean isOutsideHours(Instant at) {
    return !Hours.include(
        terms.workFrom(), terms.workUntil(), at.atZone(terms.zone()).toLocalTime());
  }

  private static Severity oneLevelUp(Severity severity) {
    return switch (severity) {
      case INFORMATIONAL -> Severity.LOW;
      case LOW -> Severity.MEDIUM;
      case MEDIUM -> Severity.HIGH;
      case HIGH, CRITICAL -> Severity.CRITICAL;
    };
  }
}
