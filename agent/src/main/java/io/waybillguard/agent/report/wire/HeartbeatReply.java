package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Answer to a heartbeat.
 *
 * @param hqTime HQ's clock, to the millisecond
 * @param hqSize size of the newest head that HQ has cosigned; an agent whose log is smaller has
 *     been rolled back
 * @param mirrorSize size up to which HQ holds the bytes
 * @param nextAfter how long to wait before the next heartbeat, to the second
 * @param commands what HQ has this desk do, oldest first
 * @param head the newest head that HQ has cosigned, a C2SP signed note, when it is not the one that
 *     the heartbeat named; else ""
 * @param restricted whether HQ takes reports only, until a person there has looked
 * @param removal what codes for the agent's removal are checked by, for this year and the next;
 *     empty from an HQ that knows of none
 */
public record HeartbeatReply(
    Instant hqTime,
    long hqSize,
    long mirrorSize,
    Duration nextAfter,
    List<Command.Message> commands,
    String head,
    boolean restricted,
    List<RemovalAnchor> removal) {

  public HeartbeatReply {
    commands = List.copyOf(commands);
    removal = List.copyOf(removal);
  }

  /** The answer to a workstation in good standing whose head HQ knows. */
  public HeartbeatReply(
      Instant hqTime,
      long hqSize,
      long mirrorSize,
      Duration nextAfter,
      List<Command.Message> commands) {
    this(hqTime, hqSize, mirrorSize, nextAfter, commands, "", false, List.of());
  }

  /** The message as sent. */
  public byte[] encode() {
    Json.Obj reply =
        Json.object()
            .put("hq_time", hqTime.toEpochMilli())
            .put("hq_size", hqSize)
            .put("mirror_size", mirrorSize)
            .put("next_after", nextAfter.toSeconds())
            .put("commands", commands.stream().map(Command.Message::json).toList())
            .putUnlessEmpty("head", head)
            .putUnlessEmpty("standing", restricted ? Refusal.RESTRICTED : "");
    if (!removal.isEmpty()) {
      reply.put("removal", removal.stream().map(RemovalAnchor::json).toList());
    }
    return reply.canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect or lacks a field
   */
  public static HeartbeatReply decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      return new HeartbeatReply(
          Instant.ofEpochMilli(json.number("hq_time")),
          json.number("hq_size"),
          json.number("mirror_size", 0),
          Duration.ofSeconds(json.number("next_after")),
          commands(json.objects("commands")),
          json.text("head", ""),
          json.text("standing", "").equals(Refusal.RESTRICTED),
          json.has("removal") ? anchors(json.objects("removal")) : List.of());
    } catch (IllegalArgumentException e) {
      throw new WireException(
          WireException.Fault.MALFORMED, "heartbeat reply: " + e.getMessage(), e);
    } catch (JsonException e) {
      throw JsonFault.of("heartbeat reply", e);
    }
  }

  private static List<RemovalAnchor> anchors(List<Json.Obj> objects) throws JsonException {
    List<RemovalAnchor> anchors = new ArrayList<>();
    for (Json.Obj each : objects) {
      anchors.add(RemovalAnchor.of(each));
    }
    return anchors;
  }

  private static List<Command.Message> commands(List<Json.Obj> objects) throws JsonException {
    List<Command.Message> commands = new ArrayList<>();
    for (Json.Obj each : objects) {
      commands.add(new Command.Message(each.text("note"), each.object("args")));
    }
    return commands;
  }
}
