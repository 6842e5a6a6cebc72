package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Locale;

/**
 * An installer put the agent on this PC, changed it, or took it away. Written by the installer
 * while no agent runs, so that nobody changes the program without a word in the log.
 *
 * @param version of the agent that writes this
 * @param from the version before, or "" when none was installed
 * @param to the version after, or "" when none is
 * @param code of a removal that took HQ's code, the day that the code was for ({@code 2026-11-28},
 *     by UTC); of one that was refused, why: {@code missing}, {@code wrong}, {@code used} or {@code
 *     unknown_here}; else ""
 */
public record AgentInstalled(
    Instant at, String version, Act act, String from, String to, String code) implements Note {
  /** What was done. */
  public enum Act {
    /** Where no log was. */
    INSTALLED(1),
    /** Where an earlier installation had left its log. */
    REINSTALLED(1),
    UPGRADED(8),
    /** The new version did not become ready; the one before is back. */
    ROLLED_BACK(8),
    REMOVED(2),
    /** Somebody tried to, without the code that HQ has to give; the agent runs on. */
    REMOVAL_REFUSED(2);

    private final int activity;

    Act(int activity) {
      this.activity = activity;
    }

    /** Lower case, as commands and records spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A step that takes no code. */
  public AgentInstalled(Instant at, String version, Act act, String from, String to) {
    this(at, version, act, from, to, "");
  }

  /** The leaf's type of these. */
  public static final String TYPE = "agent.install";

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Json.Obj leaf() {
    return Json.object()
        .put("act", act.word())
        .putUnlessEmpty("from", from)
        .putUnlessEmpty("to", to)
        .putUnlessEmpty("code", code);
  }

  @Override
  public Ocsf ocsf() {
    Severity severity =
        switch (act) {
          case INSTALLED, UPGRADED -> Severity.INFORMATIONAL;
          case REINSTALLED -> Severity.LOW;
          case ROLLED_BACK, REMOVED -> Severity.MEDIUM;
          case REMOVAL_REFUSED -> Severity.HIGH;
        };
    return Ocsf.of(Ocsf.Kind.APPLICATION_LIFECYCLE, act.activity, severity, at)
        .with("app", Ocsf.product(version))
        .with("status_detail", act.word())
        .unmapped("from", from)
        .unmapped("to", to)
        .unmapped("code", code);
  }
}
