package io.waybillguard.hq.feeds;

import java.util.List;

/**
 * A receiver of records. Used by one thread; {@link #close} may be called by another, and ends what
 * is under way.
 */
public interface Feed extends AutoCloseable {
  /** Longest that a call may take, in seconds; a feed is held for longer than that. */
  int MOST_SECONDS = 30;

  /**
   * Hands records over, in this order, and returns when the receiver has said that it has them.
   * What it was sent before it may get once more.
   *
   * @param records at least one
   * @return what it has taken
   * @throws NotTaken if it did not say so of all that it will take
   */
  Taken send(List<Outgoing> records) throws NotTaken;

  @Override
  void close();

  /**
   * A receiver's word.
   *
   * @param refused how many of the records it will never take, as they are
   * @param why what it says of them, or ""
   */
  record Taken(long refused, String why) {
    static final Taken ALL = new Taken(0, "");
  }
}
