package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * The agent ended in good order.
 *
 * @param reason who or what asked: {@code signal}, {@code service}, {@code shutdown}, {@code
 *     upgrade}, {@code uninstall}
 */
public record AgentStopped(Instant at, String version, String reason) implements Note {
  @Override
  public String type() {
    return "log.stop";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object().put("reason", reason);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(Ocsf.Kind.APPLICATION_LIFECYCLE, 4, Severity.INFORMATIONAL, at)
        .with("app", Ocsf.product(version))
        .with("status_detail", "clean")
        .unmapped("reason", reason);
  }
}
