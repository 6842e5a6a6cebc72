package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The channels of the system's event log. */
interface EventChannels {
  /** How an event is known that a channel was read to. Only the system can read it. */
  record Bookmark(String text) {}

  /** A channel no longer holds what was read last: it was cleared, or has come round. */
  final class BookmarkLost extends IOException {
    private static final long serialVersionUID = 1L;

    BookmarkLost(String message) {
      super(message);
    }
  }

  /** A channel that is being read. One thread. */
  interface Reading extends AutoCloseable {
    /**
     * The next events as XML, oldest first; none when there are no more now.
     *
     * @param most 1 to 64
     * @throws IOException if it must be opened anew
     */
    List<String> next(int most) throws IOException;

    /** Where the last of {@link #next} stands; empty before the first. */
    Optional<Bookmark> bookmark() throws IOException;

    @Override
    void close();
  }

  /**
   * Begins to read after a bookmark.
   *
   * @throws BookmarkLost if it is not there any more
   * @throws IOException if the channel cannot be read, or there is none of this name
   */
  Reading after(String channel, Bookmark bookmark) throws IOException;

  /**
   * Begins to read at the oldest event.
   *
   * @throws IOException as for {@link #after}
   */
  Reading fromOldest(String channel) throws IOException;

  /**
   * Begins to read what is written from now on.
   *
   * @throws IOException as for {@link #after}
   */
  Reading fromNow(String channel) throws IOException;
}
