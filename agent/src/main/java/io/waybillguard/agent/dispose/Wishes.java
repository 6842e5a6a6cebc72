package io.waybillguard.agent.dispose;

import io.waybillguard.agent.event.CrimeStep;
import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Disposal.Kind;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.DisposalOrder.By;
import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.IncidentChanged.Step;
import io.waybillguard.agent.event.Severity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What this desk's settings want done about an incident: pure, and the same each time. */
final class Wishes {
  private static final int ID_BYTES = 16;

  private Wishes() {}

  /**
   * What is wanted. An order's id follows from the incident and what is done, so that nothing is
   * done twice for one incident, also when it was undone.
   *
   * @param kinds what may be done without being told
   */
  static List<DisposalOrder> about(IncidentChanged incident, Set<Kind> kinds) {
    List<DisposalOrder> wanted = new ArrayList<>();
    if (incident.severity() != Severity.CRITICAL
        || incident.change() == IncidentChanged.Change.CLOSE) {
      return wanted;
    }
    for (Step step : incident.steps()) {
      Optional<Disposal> what = about(step).filter(each -> kinds.contains(each.kind()));
      if (what.isPresent()) {
        String id = id(incident.uid(), what.get());
        if (wanted.stream().noneMatch(each -> each.id().equals(id))) {
          wanted.add(new DisposalOrder(id, id, what.get(), false, By.POLICY, "", incident.uid()));
        }
      }
    }
    return wanted;
  }

  /** What a step names exactly enough; a path that was masked or a place without digits is none. */
  private static Optional<Disposal> about(Step step) {
    try {
      return switch (CrimeStep.of(step.rule())) {
        case REMOTE_LOGIN -> fact(step, "session").map(Disposal.EndSession::new);
        case STICK, KEYBOARD -> fact(step, "device").map(Disposal.HoldStick::new);
        case PROGRAM ->
            fact(step, "sha256").map(sha256 -> new Disposal.Quarantine(step.fact("path"), sha256));
        case UPLOAD -> fact(step, "peer").map(peer -> new Disposal.BlockAddress(host(peer), 0));
        default -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> fact(Step step, String name) {
    return Optional.of(step.fact(name)).filter(value -> !value.isEmpty());
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

  private static String id(String incident, Disposal what) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((incident + '\n' + what.json()).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
