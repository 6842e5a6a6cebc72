package io.waybillguard.agent.detect;

import io.waybillguard.agent.event.Finding;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.RemoteSessionStarted;
import io.waybillguard.agent.event.Severity;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * Somebody logged in remotely whom the company did not arrange. Expected is only what comes from an
 * allowed peer, by an allowed tool, as an allowed account, at an allowed time; a peer that cannot
 * be told is no allowed one.
 */
public final class UnexpectedRemoteSession implements Detector {
  private final Allowed allowed;
  private final Peers peers;
  private final ZoneId zone;

  /**
   * What the company arranged.
   *
   * @param peers addresses, networks or host names; none when empty
   * @param tools ids as in {@code config/remote-tools.yaml}; none when empty
   * @param accounts names; any when empty
   * @param from the time of day from which it is allowed, included
   * @param until the time of day at which that ends; the same as {@code from} for the whole day,
   *     before it for a time that passes midnight
   */
  public record Allowed(
      List<String> peers,
      List<String> tools,
      List<String> accounts,
      LocalTime from,
      LocalTime until) {
    public Allowed {
      peers = List.copyOf(peers);
      tools = List.copyOf(tools);
      accounts = List.copyOf(accounts);
    }
  }

  /**
   * @param zone in which the times of day are meant
   * @throws IllegalArgumentException if an allowed peer has a slash and is no network
   */
  public UnexpectedRemoteSession(Allowed allowed, ZoneId zone) {
    this.allowed = allowed;
    this.peers = new Peers(allowed.peers());
    this.zone = zone;
  }

  @Override
  public String rule() {
    return "unexpected-remote-session";
  }

  @Override
  public List<Finding> on(long seq, Observation seen) {
    if (!(seen instanceof RemoteSessionStarted start)) {
      return List.of();
    }
    RemoteSession session = start.session();
    List<String> unexpected = unexpected(start);
    if (unexpected.isEmpty()) {
      return List.of();
    }
    boolean tunnel = !session.tunnel().isEmpty();
    Json.Obj facts =
        Json.object()
            .put("step", tunnel ? "tunnel" : session.peer().isEmpty() ? "somewhere" : "peer")
            .put("path", session.toolName())
            .put("tool", session.tool())
            .putUnlessEmpty("session", session.uid())
            .putUnlessEmpty("source", tunnel ? session.tunnel() : session.peer())
            .putUnlessEmpty("account", session.account())
            .put("unexpected", String.join(",", unexpected));
    return List.of(
        new Finding(
            start.at(), rule(), tunnel ? Severity.HIGH : Severity.MEDIUM, List.of(seq), facts));
  }

  private List<String> unexpected(RemoteSessionStarted start) {
    RemoteSession session = start.session();
    List<String> unexpected = new ArrayList<>();
    if (!peers.contains(session.peer()) || !session.tunnel().isEmpty()) {
      unexpected.add("peer");
    }
    if (!allowed.tools().contains(session.tool())) {
      unexpected.add("tool");
    }
    if (!allowed.accounts().isEmpty() && !allowed.accounts().contains(session.account())) {
      unexpected.add("account");
    }
    if (!Hours.include(allowed.from(), allowed.until(), start.at().atZone(zone).toLocalTime())) {
      unexpected.add("hours");
    }
    return unexpected;
  }
}
