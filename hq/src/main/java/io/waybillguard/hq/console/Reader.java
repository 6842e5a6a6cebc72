package io.waybillguard.hq.console;

import io.waybillguard.agent.event.Story;
import io.waybillguard.agent.event.Summary;
import io.waybillguard.agent.evidence.Statement;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.IncidentRows;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.stream.Collectors;

/**
 * The person a page is for: in which language and time zone things are said. Chinese is written
 * first, in {@code words_zh.properties}.
 */
public final class Reader {
  // Without this, a missing key of one language would be looked up in the language of the machine.
  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT);
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm", Locale.ROOT);
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS xxx", Locale.ROOT);

  private final boolean chinese;
  private final ZoneId zone;
  private final Instant now;
  private final ResourceBundle words;
  private final Summary summary;
  private final Story story;

  Reader(boolean chinese, ZoneId zone, Instant now) {
    this.chinese = chinese;
    this.zone = zone;
    this.now = now;
    this.words =
        ResourceBundle.getBundle(
            Reader.class.getPackageName() + ".words", locale(), THIS_LANGUAGE_ONLY);
    this.summary = new Summary(locale(), zone);
    this.story = new Story(locale(), zone);
  }

  Locale locale() {
    return chinese ? Locale.SIMPLIFIED_CHINESE : Locale.ENGLISH;
  }

  /** The {@code lang} of the page. */
  public String lang() {
    return chinese ? "zh-CN" : "en";
  }

  /** The other language, as {@code ?lang=} names it. */
  public String otherLanguage() {
    return chinese ? "en" : "zh";
  }

  /** A sentence. */
  public String say(String key, Object... args) {
    return new MessageFormat(words.getString(key), locale()).format(args);
  }

  /** Whether there are words for this; what a desk says may be anything. */
  public boolean knows(String key) {
    return words.containsKey(key);
  }

  /** Sentences about records. */
  public Summary summary() {
    return summary;
  }

  /** What some sensors watch, in words. */
  public String sensors(List<String> names) {
    return names.stream().map(summary::sensor).collect(Collectors.joining(say("comma")));
  }

  /** Stories of incidents. */
  public Story story() {
    return story;
  }

  /** Whether somebody has looked at an alarm, who, and what they found. */
  public String standing(Alarms.Alarm alarm) {
    return alarm.cleared().isPresent()
        ? say("alarms.cleared", alarm.clearedBy(), alarm.reason())
        : say("alarms.open");
  }

  /** What an incident is called. */
  public String title(IncidentRows.Row incident) {
    return chinese ? incident.chinese() : incident.english();
  }

  /** A number with thousands separators. */
  public String count(long number) {
    return NumberFormat.getIntegerInstance(locale()).format(number);
  }

  /** A time, without the date when it is of today. */
  public String time(Instant at) {
    ZonedDateTime local = at.atZone(zone);
    return local.toLocalDate().equals(LocalDate.ofInstant(now, zone))
        ? CLOCK.format(local)
        : DATE.format(local) + " " + CLOCK.format(local);
  }

  /** A time of day. */
  public String clock(Instant at) {
    return CLOCK.format(at.atZone(zone));
  }

  /** The day of a moment, without its year. */
  public String day(Instant at) {
    return day(LocalDate.ofInstant(at, zone));
  }

  /** A day without its year. */
  public String day(LocalDate date) {
    return DateTimeFormatter.ofPattern(say("day.pattern"), locale()).format(date);
  }

  /** The moment the page is made. */
  Instant now() {
    return now;
  }

  /** When a day begins. */
  Instant begin(LocalDate date) {
    return date.atStartOfDay(zone).toInstant();
  }

  /** An hour of a day by the clock; 24 is where the next day begins. */
  Instant at(LocalDate date, int hour) {
    return hour == 24 ? begin(date.plusDays(1)) : date.atTime(hour, 0).atZone(zone).toInstant();
  }

  /** The day it is now. */
  LocalDate today() {
    return LocalDate.ofInstant(now, zone);
  }

  /** How long something lasted, in its two largest units. */
  public String span(Duration span) {
    long seconds = span.toSeconds();
    if (seconds < 60) {
      return say("span.seconds", seconds);
    }
    if (seconds < 3600) {
      return say("span.minutes", seconds / 60);
    }
    if (seconds < 86_400) {
      long minutes = seconds / 60 % 60;
      return minutes == 0
          ? say("span.hours", seconds / 3600)
          : say("span.hours.minutes", seconds / 3600, minutes);
    }
    long hours = seconds / 3600 % 24;
    return hours == 0
        ? say("span.days", seconds / 86_400)
        : say("span.days.hours", seconds / 86_400, hours);
  }

  /** A size as people read it. */
  public String size(long bytes) {
    if (bytes < 1024) {
      return say("size.bytes", bytes);
    }
    return bytes < 1 << 20
        ? say("size.kib", Math.round(bytes / 1024.0))
        : say("size.mib", Math.round(bytes / 104857.6) / 10.0);
  }

  /** A time with date, milliseconds and zone. */
  public String exactly(Instant at) {
    return EXACT.format(at.atZone(zone));
  }

  /** The day of a moment. */
  LocalDate date(Instant at) {
    return LocalDate.ofInstant(at, zone);
  }

  /** A day as addresses write it, such as {@code 2026-06-12}; empty when it is none of ours. */
  Optional<LocalDate> date(String text) {
    try {
      return text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")
          ? Optional.of(LocalDate.parse(text))
          : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** A moment as {@code input type=datetime-local} writes it. */
  String minute(Instant at) {
    return MINUTE.format(at.atZone(zone));
  }

  /** A moment as {@code input type=datetime-local} sends it; empty when it is none. */
  Optional<Instant> moment(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text).atZone(zone).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** A statement of a verdict. */
  String statement(Statement statement) {
    return statement.text(locale(), zone);
  }

  /** When a day begins, such as {@code 2026-06-12}; empty when it is no day. */
  Optional<Instant> day(String text) {
    try {
      return Optional.of(LocalDate.parse(text).atStartOfDay(zone).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** When the day after a day begins; empty when it is no day. */
  Optional<Instant> dayAfter(String text) {
    try {
      return Optional.of(LocalDate.parse(text).plusDays(1).atStartOfDay(zone).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** How long ago, roughly enough to be read at a glance. */
  public String ago(Instant at) {
    Duration since = Duration.between(at, now);
    if (since.toSeconds() < 90) {
      return say("ago.now");
    }
    if (since.toMinutes() < 90) {
      return say("ago.minutes", since.toMinutes());
    }
    return since.toHours() < 48
        ? say("ago.hours", since.toHours())
        : say("ago.days", since.toDays());
  }
}
