package io.waybillguard.agent.notify;

import io.waybillguard.agent.event.NoticeAnswered.Answer;
import io.waybillguard.agent.event.RemoteSession;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.event.Story;
import java.text.MessageFormat;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;

/**
 * What notices say, in one language. Chinese is written first, in {@code notice_zh.properties};
 * {@code notice_en.properties} says the same.
 */
final class NoticeWords {
  // Without this, a missing key of one language would be looked up in the language of the machine.
  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

  /** Of an incident's story, the newest: a notice is no report. */
  private static final int MOST_SENTENCES = 3;

  private final Locale locale;
  private final ZoneId zone;
  private final String phone;
  private final ResourceBundle words;
  private final Story story;

  /** How an answer gets on with HQ. */
  enum Delivery {
    /** On its way. */
    SENDING,
    /** HQ holds it. */
    ARRIVED,
    /** HQ cannot be reached now. */
    AWAY,
    /** This PC belongs to no HQ. */
    NO_HQ
  }

  /**
   * @param phone HQ's telephone number, or ""
   */
  NoticeWords(Locale language, ZoneId zone, String phone) {
    this.locale = language;
    this.zone = zone;
    this.phone = phone;
    this.story = new Story(language, zone);
    this.words =
        ResourceBundle.getBundle(
            NoticeWords.class.getPackageName() + ".notice", language, THIS_LANGUAGE_ONLY);
  }

  /** The first sentence of a notice; also what its record says was shown. */
  String title(Matter matter) {
    String key = "title." + matter.newest().rule();
    return say(words.containsKey(key) ? key : "title");
  }

  /**
   * The question.
   *
   * @param codes digits to scan for the first two choices; none when there is no scanner
   * @param waiting how many other notices have not been seen yet
   */
  Sheet ask(Matter matter, List<String> codes, int waiting, Instant now) {
    return new Sheet(
        Sheet.Mode.ASK,
        say("head"),
        MINUTE.format(matter.at().atZone(zone)),
        title(matter),
        lines(matter, now),
        say(matter.login().isPresent() ? "advice.login" : "advice"),
        List.of(say("choice.1"), say("choice.2"), say("choice.3")),
        codes.isEmpty() ? "" : say("hint"),
        codes,
        more(matter.steps(), waiting),
        matter.severity().compareTo(Severity.HIGH) >= 0);
  }

  /**
   * What became of an answer.
   *
   * @param at when HQ had it; of use only when it has arrived
   */
  Sheet told(Matter matter, Answer answer, Delivery delivery, Instant at, int waiting) {
    String call = phone.isEmpty() ? "" : ".call";
    String advice =
        answer == Answer.EXPECTED
            ? say("told.expected")
            : switch (delivery) {
              case ARRIVED -> say("told.arrived" + call, SECOND.format(at.atZone(zone)), phone);
              case SENDING -> say("told.sending" + call, "", phone);
              case AWAY -> say("told.away" + call, "", phone);
              case NO_HQ -> say("told.no_hq" + call, "", phone);
            };
    return new Sheet(
        Sheet.Mode.TOLD,
        say("head"),
        MINUTE.format(matter.at().atZone(zone)),
        say("told.title." + answer.word()),
        List.of(),
        advice,
        List.of(say("choice.close")),
        "",
        List.of(),
        more(1, waiting),
        answer == Answer.UNKNOWN && delivery != Delivery.ARRIVED && delivery != Delivery.SENDING);
  }

  /** The count at the edge. */
  Sheet folded(int count) {
    return new Sheet(
        Sheet.Mode.FOLDED,
        say("head"),
        "",
        say("folded", count),
        List.of(),
        "",
        List.of(),
        "",
        List.of(),
        "",
        false);
  }

  private List<String> lines(Matter matter, Instant now) {
    List<Story.Sentence> told = story.sentences(matter.incident());
    if (matter.login().isEmpty()) {
      return told.subList(Math.max(0, told.size() - MOST_SENTENCES), told.size()).stream()
          .map(Story.Sentence::text)
          .toList();
    }
    RemoteSession login = matter.login().get();
    List<String> how = new ArrayList<>();
    how.add(login.toolName());
    if (!login.account().isEmpty()) {
      how.add(say("login.account", login.account()));
    }
    how.add(
        !login.tunnel().isEmpty()
            ? say("login.tunnel")
            : login.peer().isEmpty() ? say("login.somewhere") : say("login.from", login.peer()));
    List<String> lines = new ArrayList<>();
    lines.add(String.join(" · ", how));
    lines.add(say("login.since", time(login.began(), now)));
    told.stream()
        .filter(sentence -> sentence.seq() > matter.newest().seq())
        .map(Story.Sentence::text)
        .forEach(lines::add);
    return lines;
  }

  /** A time of today without the date. */
  private String time(Instant at, Instant now) {
    LocalDate day = LocalDate.ofInstant(at, zone);
    String time = SECOND.format(at.atZone(zone));
    return day.equals(LocalDate.ofInstant(now, zone))
        ? time
        : say("date", day.getMonthValue(), day.getDayOfMonth(), time);
  }

  private String more(long steps, int waiting) {
    List<String> more = new ArrayList<>();
    if (steps > 1) {
      more.add(say("steps", steps));
    }
    if (waiting > 0) {
      more.add(say("waiting", waiting));
    }
    return String.join(" · ", more);
  }

  private String say(String key, Object... values) {
    return new MessageFormat(words.getString(key), locale).format(values);
  }
}
