package io.waybillguard.agent.event;

import io.waybillguard.agent.event.IncidentChanged.Step;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What could be done about an incident on its PC: pure. The desk does by itself what its settings
 * want of these; HQ's people choose from the same ones.
 */
public final class Remedies {
  private Remedies() {}

  /**
   * One thing that could be done.
   *
   * @param name what it is done to, as people know it: a device's model, a login's origin, a file's
   *     path, a destination's name; "" when the step has none
   */
  public record Remedy(Disposal what, String name) {}

  /** Each thing that the steps name exactly enough, once, in the order of the steps. */
  public static List<Remedy> of(IncidentChanged incident) {
    Map<Disposal, Remedy> found = new LinkedHashMap<>();
    for (Step step : incident.steps()) {
      of(step).ifPresent(each -> found.putIfAbsent(each.what(), each));
    }
    return List.copyOf(found.values());
  }

  /** What a step names exactly enough; a path that was masked or a place without digits is none. */
  private static Optional<Remedy> of(Step step) {
    try {
      return switch (CrimeStep.of(step.rule())) {
        case REMOTE_LOGIN -> remedy(step, "session", Disposal.EndSession::new, "source");
        case STICK, KEYBOARD -> remedy(step, "device", Disposal.HoldStick::new, "path");
        case PROGRAM ->
            remedy(
                step,
                "sha256",
                sha256 -> new Disposal.Quarantine(step.fact("path"), sha256),
                "path");
        case UPLOAD ->
            remedy(step, "peer", peer -> new Disposal.BlockAddress(host(peer), 0), "destination");
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<Remedy> remedy(
      Step step, String exact, Function<String, Disposal> disposal, String name) {
    return Optional.of(step.fact(exact))
        .filter(value -> !value.isEmpty())
        .map(value -> new Remedy(disposal.apply(value), step.fact(name)));
  }

  /**
   * The address of {@code 203.0.113.7:443}, of {@code pan.example (203.0.113.7):443}, or of an
   * address alone. An IPv6 address with a port behind cannot be told from a longer one: none.
   */
  static String host(String peer) {
    int open = peer.indexOf('(');
    int close = peer.indexOf(')');
    if (open >= 0 && close > open) {
      return peer.substring(open + 1, close);
    }
    int colon = peer.indexOf(':');
    return colon < 0 ? peer : colon == peer.lastIndexOf(':') ? peer.substring(0, colon) : "";
  }
}
