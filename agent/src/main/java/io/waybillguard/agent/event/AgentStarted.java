package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * The agent began, and says what it found of the time before.
 *
 * @param version of the agent
 * @param osBoot the system's own boot id, or ""
 * @param uptimeSeconds how long the system has been up
 * @param agentSha256 hash of the program that runs, or "" when it does not run from one file
 * @param policySha256 hash of the configuration it runs with
 * @param zone the desk's time zone, such as {@code Asia/Shanghai}
 * @param before how the last run ended: {@code first} (none before), {@code clean}, {@code unclean}
 *     (killed or power lost) or {@code watchdog}
 * @param lastCheckpointSize size of the newest checkpoint found in the log, 0 when none
 * @param detail what the last run left behind about its end, or ""
 */
public record AgentStarted(
    Instant at,
    String version,
    String osBoot,
    long uptimeSeconds,
    String agentSha256,
    String policySha256,
    String zone,
    String before,
    long lastCheckpointSize,
    String detail)
    implements Note {
  @Override
  public String type() {
    return "log.start";
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .putUnlessEmpty("os_boot", osBoot)
        .put("uptime", uptimeSeconds)
        .putUnlessEmpty("agent", agentSha256)
        .putUnlessEmpty("policy", policySha256)
        .put("zone", zone)
        .put("before", before)
        .put("checkpoint", lastCheckpointSize);
  }

  @Override
  public Ocsf ocsf() {
    return Ocsf.of(
            Ocsf.Kind.APPLICATION_LIFECYCLE,
            3,
            before.equals("first") || before.equals("clean")
                ? Severity.INFORMATIONAL
                : Severity.MEDIUM,
            at)
        .with("app", Ocsf.product(version))
        .with("status_detail", before)
        .unmapped("last_checkpoint_size", lastCheckpointSize)
        .unmapped("detail", detail);
  }
}
