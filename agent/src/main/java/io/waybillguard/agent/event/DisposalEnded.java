package io.waybillguard.agent.event;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/**
 * What became of a disposal, or of its undoing.
 *
 * @param order what, and by whose word
 * @param outcome how it ended
 * @param detail what else there is to say: why it failed, what it was done to; or ""
 */
public record DisposalEnded(Instant at, DisposalOrder order, Outcome outcome, String detail)
    implements Note {

  /** How it ended; the number is OCSF's {@code status_id} of a remediation. */
  public enum Outcome {
    /** It holds, or is undone. */
    DONE(1),
    /** The system would not; {@code detail} says why. Nothing of it holds. */
    FAILED(2),
    /** There is no such thing here. */
    ABSENT(3),
    /** This system cannot do it. */
    UNSUPPORTED(5),
    /** It must not be done to this thing; nothing was done. */
    REFUSED(2),
    /** The agent ended before it was done: looked at afterwards, it does not hold. */
    INTERRUPTED(6);

    private final int status;

    Outcome(int status) {
      this.status = status;
    }

    /** As leaves and HQ spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The outcome that is spelled so.
     *
     * @throws IllegalArgumentException if none is
     */
    public static Outcome of(String word) {
      return Arrays.stream(values())
          .filter(outcome -> outcome.word().equals(word))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no outcome is called " + word));
    }
  }

  @Override
  public String type() {
    return "disposal.end";
  }

  /** As {@link DisposalBegun#bodyClass}. */
  @Override
  public BodyClass bodyClass() {
    return BodyClass.CRITICAL;
  }

  @Override
  public Json.Obj leaf() {
    return order.leaf().put("outcome", outcome.word());
  }

  @Override
  public Ocsf ocsf() {
    return order
        .ocsf(outcome == Outcome.DONE ? Severity.MEDIUM : Severity.LOW, at)
        .with("status_id", outcome.status)
        .with("status_detail", detail)
        .unmapped("outcome", outcome.word());
  }
}
