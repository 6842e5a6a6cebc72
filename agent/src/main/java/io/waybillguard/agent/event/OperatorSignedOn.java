package io.waybillguard.agent.event;

import java.time.Instant;

/**
 * Somebody took the desk over by name; whoever had it before has left it.
 *
 * @param operator the name as it was given, never empty
 * @param by the account of this PC that said so, or "" when it cannot be told
 * @param how by what it was said
 */
public record OperatorSignedOn(Instant at, String operator, String by, How how)
    implements Observation {

  /** By what somebody signs on or off. */
  public enum How {
    /** The command of this PC. */
    COMMAND("command", 99, "Command"),
    /** The page of this PC, by somebody at its screen. */
    PAGE("page", 99, "Page"),
    /** A badge or face terminal that speaks to the agent. */
    TERMINAL("terminal", 99, "Identity terminal");

    private final String word;
    private final int factor;
    private final String caption;

    How(String word, int factor, String caption) {
      this.word = word;
      this.factor = factor;
      this.caption = caption;
    }

    static How of(String word) {
      for (How each : values()) {
        if (each.word.equals(word)) {
          return each;
        }
      }
      throw new IllegalArgumentException("nobody signs on by " + word);
    }
  }

  @Override
  public String type() {
    return "operator.on";
  }

  @Override
  public Urgency urgency() {
    return Urgency.CRITICAL;
  }

  /** Real names at the desk are what HQ asks for. */
  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Ocsf ocsf() {
    return ocsf(1, at, operator, by, how);
  }

  /** OCSF Authentication: {@code logon_type_id} 2 is interactive, at the desk itself. */
  static Ocsf ocsf(int activity, Instant at, String operator, String by, How how) {
    return Ocsf.of(Ocsf.Kind.AUTHENTICATION, activity, Severity.INFORMATIONAL, at)
        .with("user", Json.object().put("name", operator).put("type_id", 1))
        .with("service", Json.object().put("name", "waybill-guard desk"))
        .with("is_remote", false)
        .with("logon_type_id", 2)
        .with(
            "auth_factors",
            java.util.List.of(
                Json.object().put("factor_type_id", how.factor).put("factor_type", how.caption)))
        .unmapped("how", how.word)
        .unmapped("said_by", by);
  }

  static OperatorSignedOn recalled(Recalled event) {
    return new OperatorSignedOn(
        event.at(),
        event.text("user.name"),
        event.unmapped().text("said_by"),
        How.of(event.unmapped().text("how")));
  }
}
