package io.waybillguard.agent.platform;

import java.time.Duration;

/**
 * A machine and its operating system.
 *
 * @param hostname the machine's own name, without a domain where the system keeps none
 * @param osTypeId the family in the numbers of OCSF {@code os.type_id}: 100 Windows, 200 Linux, 99
 *     other
 * @param osName such as {@code Debian GNU/Linux}
 * @param osVersion such as {@code 12}, or ""
 * @param osBoot an id that the system made when it booted; "" where it makes none
 * @param uptime since it booted, sleep included
 */
public record HostFacts(
    String hostname,
    int osTypeId,
    String osName,
    String osVersion,
    String osBoot,
    Duration uptime) {
  /** OCSF {@code os.type_id} of Windows. */
  public static final int WINDOWS = 100;

  /** OCSF {@code os.type_id} of Linux. */
  public static final int LINUX = 200;

  /** OCSF {@code os.type_id} of anything else. */
  public static final int OTHER = 99;
}
