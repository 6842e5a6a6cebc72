package io.waybillguard.agent.platform.windows;

import io.waybillguard.agent.platform.StateFile;
import io.waybillguard.agent.platform.TextLogs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Channels of the Windows event log, an event a line: its time, its number, and what it tells, as
 * {@code 2026-11-28T04:00:00.123Z 21 User=PC\\desk SessionID=2 Address=203.0.113.7}. Texts that the
 * system makes for people are never read: they are in the system's language.
 *
 * <p>A channel that is not there, or may not be read, is tried again every minute; what was written
 * while nobody looked is read from the stored bookmark on. One thread.
 */
public final class EventLogs implements TextLogs {
  /** What a pattern for a channel begins with. */
  public static final String SCHEME = "event:";

  private static final Logger LOG = LoggerFactory.getLogger(EventLogs.class);
  private static final Duration AGAIN = Duration.ofMinutes(1);
  private static final int AT_ONCE = 64;

  /** Events of one channel read in one look. */
  private static final int PIECE = 512;

  private final EventChannels channels;
  private final Path memory;
  private final InstantSource clock;
  private final Map<String, Channel> all = new LinkedHashMap<>();

  /** What was lost, to be told at the next look. */
  private final List<String> lost = new ArrayList<>();

  /** A channel, whether it can be read just now or not. */
  private static final class Channel {
    private EventChannels.@Nullable Reading reading;
    private Optional<EventChannels.Bookmark> bookmark = Optional.empty();

    /** The time of the last event that was told, in milliseconds. */
    private long told = -1;

    private Instant next = Instant.EPOCH;
    private String refused = "";
  }

  /**
   * @param patterns {@link #SCHEME} and the name of a channel
   * @param memory where it is kept how far was read
   */
  public EventLogs(List<String> patterns, Path memory, InstantSource clock) {
    this(new WindowsEventChannels(Libraries.HERE), patterns, memory, clock);
  }

  /** Whether this system has an event log. Wine has none, and ends whoever asks it for one. */
  public static boolean areHere() {
    return !WindowsVersion.isWine();
  }

  EventLogs(EventChannels channels, List<String> patterns, Path memory, InstantSource clock) {
    this.channels = channels;
    this.memory = memory;
    this.clock = clock;
    for (String pattern : patterns) {
      all.put(pattern.substring(SCHEME.length()), new Channel());
    }
  }

  @Override
  public List<StateFile.Damage> open() throws IOException {
    List<StateFile.Damage> damages = new ArrayList<>();
    if (Files.exists(memory)) {
      // Bytes that are no text must not stop it: a damaged disk writes anything.
      String text = new String(Files.readAllBytes(memory), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        if (!recall(line)) {
          damages.add(StateFile.setAside(memory, "\"" + StateFile.shown(line) + "\""));
          all.values().forEach(channel -> channel.bookmark = Optional.empty());
          all.values().forEach(channel -> channel.told = -1);
          break;
        }
      }
    }
    for (Map.Entry<String, Channel> each : all.entrySet()) {
      begin(each.getKey(), each.getValue());
    }
    return damages;
  }

  /** A line is the last event's time in milliseconds, the channel, and the bookmark in Base64. */
  private boolean recall(String line) {
    String[] part = line.split("\t", 3);
    if (part.length != 3
        || !part[0].matches("[0-9]{1,18}")
        || !part[2].matches("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")) {
      return false;
    }
    Channel channel = all.get(part[1]);
    if (channel != null) {
      byte[] bookmark = Base64.getDecoder().decode(part[2]);
      channel.bookmark =
          Optional.of(new EventChannels.Bookmark(new String(bookmark, StandardCharsets.UTF_8)));
      channel.told = Long.parseLong(part[0]);
    }
    return true;
  }

  private void begin(String name, Channel channel) {
    Instant now = clock.instant();
    if (channel.reading != null || now.isBefore(channel.next)) {
      return;
    }
    try {
      channel.reading = begun(name, channel);
      channel.refused = "";
    } catch (IOException e) {
      channel.next = now.plus(AGAIN);
      String why = String.valueOf(e.getMessage());
      if (!why.equals(channel.refused)) {
        LOG.info("channel={} is not read: {}", name, why);
        channel.refused = why;
      }
    }
  }

  private EventChannels.Reading begun(String name, Channel channel) throws IOException {
    if (channel.bookmark.isEmpty()) {
      return channel.told < 0 ? channels.fromNow(name) : channels.fromOldest(name);
    }
    try {
      return channels.after(name, channel.bookmark.get());
    } catch (EventChannels.BookmarkLost e) {
      lost.add(
          "the event log "
              + name
              + " was cleared or has come round; what it held since "
              + Instant.ofEpochMilli(channel.told)
              + " and holds no more could not be read");
      channel.bookmark = Optional.empty();
      return channels.fromOldest(name);
    }
  }

  @Override
  public Added look() {
    List<Line> lines = new ArrayList<>();
    boolean more = false;
    for (Map.Entry<String, Channel> each : all.entrySet()) {
      begin(each.getKey(), each.getValue());
      more |= read(each.getKey(), each.getValue(), lines);
    }
    Added added = new Added(lines, lost, more);
    lost.clear();
    return added;
  }

  /**
   * @return whether there is more
   */
  private boolean read(String name, Channel channel, List<Line> lines) {
    EventChannels.Reading reading = channel.reading;
    if (reading == null) {
      return false;
    }
    try {
      for (int read = 0; read < PIECE; ) {
        List<String> events = reading.next(AT_ONCE);
        if (events.isEmpty()) {
          return false;
        }
        read += events.size();
        for (String xml : events) {
          take(name, channel, xml, lines);
        }
        channel.bookmark = reading.bookmark();
      }
      return true;
    } catch (IOException e) {
      // What it gave is told; the rest is read from the bookmark on.
      LOG.info("channel={} is opened anew: {}", name, e.getMessage());
      reading.close();
      channel.reading = null;
      return false;
    }
  }

  /** After a lost bookmark the oldest come again: those that were told are passed over. */
  private static void take(String name, Channel channel, String xml, List<Line> lines) {
    try {
      LogEvent event = LogEvent.of(xml);
      long at = event.at().toEpochMilli();
      if (channel.bookmark.isPresent() || at > channel.told) {
        channel.told = Math.max(channel.told, at);
        lines.add(new Line(SCHEME + name, Path.of(name.replace('/', '-')), text(event)));
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("channel={} holds an event that is none: {}", name, e.getMessage());
    }
  }

  /** An event as a line. */
  static String text(LogEvent event) {
    StringBuilder text = new StringBuilder();
    text.append(event.at().truncatedTo(ChronoUnit.MILLIS)).append(' ').append(event.id());
    event
        .data()
        .forEach(
            (key, value) ->
                text.append(' ').append(key).append('=').append(value.replaceAll("\\s+", " ")));
    return text.toString();
  }

  /** Channels lie in no folder that could be watched. */
  @Override
  public Set<Path> folders() {
    return Set.of();
  }

  @Override
  public void save() throws IOException {
    StringBuilder kept = new StringBuilder();
    all.forEach(
        (name, channel) -> channel.bookmark.ifPresent(mark -> line(name, channel, mark, kept)));
    StateFile.replace(memory, kept.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void line(
      String name, Channel channel, EventChannels.Bookmark bookmark, StringBuilder kept) {
    kept.append(channel.told).append('\t').append(name).append('\t');
    byte[] text = bookmark.text().getBytes(StandardCharsets.UTF_8);
    kept.append(Base64.getEncoder().encodeToString(text)).append('\n');
  }
}
