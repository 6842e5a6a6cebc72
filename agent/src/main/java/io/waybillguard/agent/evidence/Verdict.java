package io.waybillguard.agent.evidence;

import java.util.ArrayList;
import java.util.List;

/**
 * What checking found. Evidence holds when nothing was refused; what was not proved is said all the
 * same.
 *
 * @param size records under the newest checkpoint that was checked
 * @param records records that were looked at
 * @param proved what is proved
 * @param notProved what is not, and why
 * @param refused what contradicts itself or its signatures
 */
public record Verdict(
    long size,
    long records,
    List<Statement> proved,
    List<Statement> notProved,
    List<Refused> refused) {
  public Verdict {
    proved = List.copyOf(proved);
    notProved = List.copyOf(notProved);
    refused = List.copyOf(refused);
  }

  /**
   * Something that does not hold.
   *
   * @param what the file or record
   * @param why what was found and what was expected
   */
  public record Refused(String what, String why) {}

  /** Whether nothing was refused. */
  public boolean holds() {
    return refused.isEmpty();
  }

  /** Gathers a verdict. Used by one thread. */
  public static final class Draft {
    private static final int MOST_REFUSALS = 100;
    private static final List<String> LIMITS =
        List.of("limit_live_epoch", "limit_tail", "limit_clock", "limit_truth");

    private final List<Statement> proved = new ArrayList<>();
    private final List<Statement> notProved = new ArrayList<>();
    private final List<Refused> refused = new ArrayList<>();

    /** Says what is proved. */
    public void proved(String key, Object... values) {
      proved.add(Statement.of(key, values));
    }

    /** Says what is not proved. */
    public void notProved(String key, Object... values) {
      notProved.add(Statement.of(key, values));
    }

    /**
     * Says what no check of any log can prove, whatever it found. Each has its row in the table of
     * attacks, and a test.
     */
    public void limits() {
      LIMITS.forEach(this::notProved);
    }

    /** Refuses something; after a hundred, only that there is more. */
    public void refuse(String what, String why) {
      if (refused.size() < MOST_REFUSALS) {
        refused.add(new Refused(what, why));
      } else if (refused.size() == MOST_REFUSALS) {
        refused.add(
            new Refused("…", "more was refused; only the first " + MOST_REFUSALS + " are listed"));
      }
    }

    /** Whether anything was refused so far. */
    public boolean anyRefused() {
      return !refused.isEmpty();
    }

    /** The verdict. Nothing counts as proved when something was refused. */
    public Verdict done(long size, long records) {
      return new Verdict(size, records, refused.isEmpty() ? proved : List.of(), notProved, refused);
    }
  }
}
