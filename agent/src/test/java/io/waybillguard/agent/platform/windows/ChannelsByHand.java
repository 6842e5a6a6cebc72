package io.waybillguard.agent.platform.windows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An event log that a test writes, with the ways of the real one: a bookmark is of an event, and is
 * lost when that event is.
 */
final class ChannelsByHand implements EventChannels {
  private final Map<String, List<String>> channels = new HashMap<>();

  /** How many events of a channel are gone from its beginning. */
  private final Map<String, Integer> gone = new HashMap<>();

  /** Why the next read fails, or "". */
  String broken = "";

  int opened;

  void make(String channel) {
    channels.put(channel, new ArrayList<>());
  }

  void write(String channel, String xml) {
    channels.getOrDefault(channel, new ArrayList<>()).add(xml);
  }

  void clear(String channel) {
    gone.put(channel, events(channel).size());
  }

  private List<String> events(String channel) {
    return channels.getOrDefault(channel, List.of());
  }

  private Reading from(String channel, int place) throws IOException {
    if (!channels.containsKey(channel)) {
      throw new IOException("this system has no event log " + channel);
    }
    opened++;
    return new Reading() {
      private int next = place;

      @Override
      public List<String> next(int most) throws IOException {
        if (!broken.isEmpty()) {
          String why = broken;
          broken = "";
          throw new IOException(why);
        }
        List<String> all = events(channel);
        int end = Math.min(all.size(), next + most);
        List<String> some = List.copyOf(all.subList(Math.min(next, end), end));
        next = end;
        return some;
      }

      @Override
      public Optional<Bookmark> bookmark() {
        return next == 0 ? Optional.empty() : Optional.of(new Bookmark("<b>" + next));
      }

      @Override
      public void close() {
        next = Integer.MAX_VALUE / 2;
      }
    };
  }

  @Override
  public Reading after(String channel, Bookmark bookmark) throws IOException {
    int place = Integer.parseInt(bookmark.text().substring(3));
    if (place <= gone.getOrDefault(channel, 0) && gone.containsKey(channel)) {
      throw new BookmarkLost(channel + " holds no more what was read last");
    }
    return from(channel, place);
  }

  @Override
  public Reading fromOldest(String channel) throws IOException {
    return from(channel, gone.getOrDefault(channel, 0));
  }

  @Override
  public Reading fromNow(String channel) throws IOException {
    return from(channel, events(channel).size());
  }
}
