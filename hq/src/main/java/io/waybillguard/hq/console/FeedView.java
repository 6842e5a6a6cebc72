package io.waybillguard.hq.console;

import io.waybillguard.hq.store.FeedRows;
import java.time.Duration;
import java.util.Locale;

/**
 * A feed as the page of feeds shows it.
 *
 * @param lag how old the oldest is of what has not gone out
 */
public record FeedView(FeedRows.Row row, State state, Duration lag) {
  /** How it does, the worst last. */
  public enum State {
    WORKING,
    BEHIND,
    FAILING;

    /** As keys of words spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it does, in words. */
  public String standing(Reader reader) {
    return reader.say("feeds.state." + state.word());
  }

  /** How far it is behind, in words. */
  public String behind(Reader reader) {
    return row.waiting() == 0 ? reader.say("feeds.level") : reader.span(lag);
  }

  /** Why it failed last, in words; "" when it never did. */
  public String failure(Reader reader) {
    return row.trouble().isEmpty() ? "" : reader.say("feeds.trouble." + row.trouble());
  }
}
