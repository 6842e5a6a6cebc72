package io.waybillguard.agent.event;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Many ordinary changes to what starts by itself, as a package upgrade makes them, in one record.
 * What is not ordinary has a record of its own and is not among them.
 *
 * @param at when it ended
 * @param began when it began
 * @param appeared how many entries came
 * @param changed how many are otherwise now
 * @param vanished how many are gone
 * @param points the points that they belong to, in order
 * @param names the first names, at most {@link #MOST_NAMES}
 * @param digest SHA-256 over the canonical form of every change, in the order seen; lower-case hex
 * @param whileAway whether some of it happened while nobody watched
 */
public record AutostartBurst(
    Instant at,
    Instant began,
    long appeared,
    long changed,
    long vanished,
    List<String> points,
    List<String> names,
    String digest,
    boolean whileAway)
    implements Observation {
  /** So many names are in the record. */
  public static final int MOST_NAMES = 32;

  public AutostartBurst {
    points = List.copyOf(points);
    names = List.copyOf(names);
  }

  @Override
  public String type() {
    return "autostart.burst";
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
  public Json.Obj leaf() {
    return Json.object().put("count", appeared + changed + vanished);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.DEVICE_CONFIG_STATE_CHANGE, 1, Severity.INFORMATIONAL, at)
        .with("count", appeared + changed + vanished)
        .with("start_time", began.toEpochMilli())
        .with("end_time", at.toEpochMilli())
        .lasting(Duration.between(began, at))
        .unmapped("appeared", appeared)
        .unmapped("changed", changed)
        .unmapped("vanished", vanished)
        .unmapped("points", points)
        .unmapped("entries", names)
        .unmapped("digest_sha256", digest)
        .unmapped("while_away", whileAway);
  }

  /** Read back from its OCSF event. */
  static AutostartBurst recalled(Recalled event) throws JsonException {
    Recalled unmapped = event.unmapped();
    return new AutostartBurst(
        event.at(),
        event.moment("start_time"),
        unmapped.number("appeared"),
        unmapped.number("changed"),
        unmapped.number("vanished"),
        unmapped.texts("points"),
        unmapped.texts("entries"),
        unmapped.text("digest_sha256"),
        unmapped.flag("while_away"));
  }
}
