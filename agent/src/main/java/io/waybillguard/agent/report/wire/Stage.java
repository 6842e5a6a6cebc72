package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.evidence.Hash;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which of the desks that a command is sent to it is meant for: some outlets, and of these some
 * percent. Which desks these are is the same wherever it is worked out, and those of a small
 * percentage are among those of any larger one of the same {@code name}.
 *
 * @param outlets codes of outlets; empty for all
 * @param percent 1 to 100
 * @param name what the choice is drawn from: one stage after another of the same thing share it
 */
public record Stage(List<String> outlets, int percent, String name) {
  /** Everybody. */
  public static final int ALL = 100;

  /**
   * @throws IllegalArgumentException if percent is none
   */
  public Stage {
    outlets = List.copyOf(outlets);
    if (percent < 1 || percent > ALL) {
      throw new IllegalArgumentException("percent should be 1 to 100, not " + percent);
    }
  }

  /**
   * What a command's arguments say; all desks where they say nothing.
   *
   * @param id of the command, from which the choice is drawn where they name nothing else
   * @throws IllegalArgumentException if they make no sense
   */
  public static Stage of(Json.Obj args, String id) {
    try {
      return new Stage(
          args.texts("outlets"),
          Math.toIntExact(args.number("percent", ALL)),
          args.text("stage", id));
    } catch (JsonException | ArithmeticException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Writes it among a command's arguments. */
  public Json.Obj into(Json.Obj args) {
    if (!outlets.isEmpty()) {
      args.put("outlets", outlets);
    }
    return percent == ALL ? args : args.put("percent", percent).put("stage", name);
  }

  /** Whether it is meant for this desk. */
  public boolean holds(String origin, String outlet) {
    return (outlets.isEmpty() || outlets.contains(outlet)) && draw(origin) < percent;
  }

  /** 0 to 99, as if by lot: the first 8 bytes of SHA-256 over name, LF and origin, modulo 100. */
  private int draw(String origin) {
    byte[] hash = Hash.sha256((name + "\n" + origin).getBytes(StandardCharsets.UTF_8)).bytes();
    long first = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      first = (first << 8) | (hash[i] & 0xff);
    }
    return (int) Long.remainderUnsigned(first, ALL);
  }
}
