package io.waybillguard.agent.desk;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.time.Instant;

/** What somebody at the desk says to the agent: one line of JSON. */
public sealed interface Saying {
  /** Longest name, in UTF-16 code units. */
  int LONGEST = 64;

  /**
   * Somebody takes the desk over.
   *
   * @param operator by this name
   */
  record SignOn(String operator) implements Saying {
    public SignOn {
      name(operator);
    }
  }

  /**
   * Somebody leaves the desk.
   *
   * @param operator by this name, or "" for whoever has it
   */
  record SignOff(String operator) implements Saying {
    public SignOff {
      if (!operator.isEmpty()) {
        name(operator);
      }
    }
  }

  /**
   * Somebody from outside is expected.
   *
   * @param visitor who
   * @param from when that begins
   * @param until when that ends
   */
  record Expect(String visitor, Instant from, Instant until) implements Saying {
    public Expect {
      name(visitor);
      if (!from.isBefore(until)) {
        throw new IllegalArgumentException("the visit ends before it begins");
      }
    }
  }

  /**
   * A disposal is to be undone.
   *
   * @param disposal its id
   * @param key that only this PC's administrator can read
   */
  record Undo(String disposal, String key) implements Saying {
    public Undo {
      if (!disposal.matches("[0-9a-f]{32}")) {
        throw new IllegalArgumentException(
            "\"" + disposal + "\" is no disposal: 32 hex digits are meant");
      }
    }
  }

  /**
   * The agent's removal was refused to somebody, which an installer found out.
   *
   * @param why {@code missing}, {@code wrong}, {@code used}, {@code unknown_here}
   * @param key that only this PC's administrator can read
   */
  record RemovalRefused(String why, String key) implements Saying {
    public RemovalRefused {
      if (!why.matches("[a-z_]{1,16}")) {
        throw new IllegalArgumentException("\"" + why + "\" is no reason");
      }
    }
  }

  private static void name(String name) {
    if (name.isBlank()
        || name.length() > LONGEST
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "a name has 1 to " + LONGEST + " characters and no control characters");
    }
  }

  /** As it goes over the socket. */
  default Json.Obj json() {
    if (this instanceof SignOn on) {
      return Json.object().put("do", "sign_on").put("name", on.operator());
    }
    if (this instanceof SignOff off) {
      return Json.object().put("do", "sign_off").put("name", off.operator());
    }
    if (this instanceof Undo undo) {
      return Json.object().put("do", "undo").put("id", undo.disposal()).put("key", undo.key());
    }
    if (this instanceof RemovalRefused refused) {
      return Json.object()
          .put("do", "removal_refused")
          .put("why", refused.why())
          .put("key", refused.key());
    }
    Expect expect = (Expect) this;
    return Json.object()
        .put("do", "expect")
        .put("name", expect.visitor())
        .put("from", expect.from().toEpochMilli())
        .put("until", expect.until().toEpochMilli());
  }

  /**
   * What {@link #json} wrote.
   *
   * @throws JsonException if it is no JSON
   * @throws IllegalArgumentException if it is nothing that can be said
   */
  static Saying parse(byte[] line) throws JsonException {
    Json.Obj said = Json.parse(line);
    String name = said.text("name", "");
    return switch (said.text("do", "")) {
      case "sign_on" -> new SignOn(name);
      case "sign_off" -> new SignOff(name);
      case "undo" -> new Undo(said.text("id", ""), said.text("key", ""));
      case "removal_refused" -> new RemovalRefused(said.text("why", ""), said.text("key", ""));
      case "expect" ->
          new Expect(
              name,
              Instant.ofEpochMilli(said.number("from", 0)),
              Instant.ofEpochMilli(said.number("until", 0)));
      default ->
          throw new IllegalArgumentException("\"" + said.text("do", "") + "\" cannot be said");
    };
  }
}
