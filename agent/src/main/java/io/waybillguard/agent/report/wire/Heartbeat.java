package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;

/**
 * Body of {@code POST /v1/heartbeat}. What it says of the log is a claim; HQ takes it as a reason
 * to look, never as evidence.
 *
 * @param origin the log's name
 * @param size leaves in the log
 * @param root root of that size, base64
 * @param witnessed size up to which the agent holds a mirror cosignature
 * @param version the agent's version
 * @param policy SHA-256 of its configuration, or ""
 * @param freeDisk bytes free where the log lies; -1 when not known
 * @param boot UUID of this start of the agent
 * @param wall the desk's wall clock, ms since 1970 UTC
 * @param mono µs since the agent's start
 * @param policyVersion of HQ's policy that its rules go by; 0 for its own settings
 */
public record Heartbeat(
    String origin,
    long size,
    String root,
    long witnessed,
    String version,
    String policy,
    long freeDisk,
    String boot,
    long wall,
    long mono,
    long policyVersion) {

  /** Of a desk that goes by its own settings. */
  public Heartbeat(
      String origin,
      long size,
      String root,
      long witnessed,
      String version,
      String policy,
      long freeDisk,
      String boot,
      long wall,
      long mono) {
    this(origin, size, root, witnessed, version, policy, freeDisk, boot, wall, mono, 0);
  }

  /** The message as sent. */
  public byte[] encode() {
    Json.Obj json =
        Json.object()
            .put("origin", origin)
            .put("size", size)
            .put("root", root)
            .put("witnessed", witnessed)
            .put("version", version)
            .putUnlessEmpty("policy", policy)
            .put("free_disk", freeDisk)
            .put("boot", boot)
            .put("wall", wall)
            .put("mono", mono);
    if (policyVersion > 0) {
      json.put("policy_version", policyVersion);
    }
    return json.canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect, lacks origin, size or root, or names a
   *     negative size
   */
  public static Heartbeat decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      Heartbeat read =
          new Heartbeat(
              json.text("origin"),
              json.number("size"),
              json.text("root"),
              json.number("witnessed", 0),
              json.text("version", ""),
              json.text("policy", ""),
              json.number("free_disk", -1),
              json.text("boot", ""),
              json.number("wall", 0),
              json.number("mono", 0),
              json.number("policy_version", 0));
      if (read.size < 0) {
        throw WireException.malformed("heartbeat: size is " + read.size + "; a log has 0 or more");
      }
      return read;
    } catch (JsonException e) {
      throw JsonFault.of("heartbeat", e);
    }
  }
}
