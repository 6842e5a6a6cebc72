package io.waybillguard.agent.notify;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.NoticeAnswered;
import io.waybillguard.agent.event.NoticeAnswered.Answer;
import io.waybillguard.agent.event.NoticeImpossible;
import io.waybillguard.agent.event.NoticeShown;
import io.waybillguard.agent.event.NoticeUnanswered;
import io.waybillguard.agent.event.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which notice the desk sees, and what became of each: one card an incident, one card open at a
 * time. Pure: time comes in, records go out. At most {@value #MOST} cards, the oldest is forgotten;
 * a card without news is forgotten after {@link #FORGET}. One thread.
 */
final class Board {
  static final int MOST = 32;
  static final Duration FORGET = Duration.ofHours(24);

  /** How long what became of an answer is shown, unless it is closed before. */
  static final Duration TOLD = Duration.ofSeconds(60);

  /**
   * @param least from which severity on anything is shown
   * @param foldAfter how long a card stays open without an answer
   * @param remindAfter how long until it opens again
   * @param repeats how many times it does at most
   * @param quietFrom begin of the hours in which no card opens; the same as the end for no such
   */
  record Settings(
      Severity least,
      Duration foldAfter,
      Duration remindAfter,
      int repeats,
      LocalTime quietFrom,
      LocalTime quietUntil) {}

  /** Where a card is. */
  enum State {
    /** Nobody has seen it yet, or not its news. */
    WAITING,
    /** On its way to the screen, or there. */
    OPEN,
    /** Nobody answered in time, or it is a quiet hour. */
    FOLDED,
    /** Somebody wants to answer later. */
    LATER,
    /** Answered; what became of it is on the screen. */
    TOLD,
    /** Answered. */
    DONE
  }

  /** A notice of one incident. */
  static final class Card {
    private Matter matter;
    private State state = State.WAITING;
    private Instant since;
    private @Nullable Instant seen;
    private @Nullable Answer answer;
    private Severity known = Severity.INFORMATIONAL;
    private int opened;
    private boolean unanswered;
    private boolean impossible;

    /** Somebody asked for it, so that it opens in a quiet hour too. */
    private boolean wanted;

    private Card(Matter matter, Instant now) {
      this.matter = matter;
      this.since = now;
    }

    Matter matter() {
      return matter;
    }

    State state() {
      return state;
    }

    /** When it came to the screen; empty while it has not. */
    Optional<Instant> seen() {
      return Optional.ofNullable(seen);
    }

    Optional<Answer> answer() {
      return Optional.ofNullable(answer);
    }

    private void become(State next, Instant now) {
      state = next;
      since = now;
    }

    private boolean lasts(Duration atLeast, Instant now) {
      return !now.isBefore(since.plus(atLeast));
    }
  }

  private final Settings settings;
  private final ZoneId zone;
  private final Map<String, Card> cards = new LinkedHashMap<>();

  Board(Settings settings, ZoneId zone) {
    this.settings = settings;
    this.zone = zone;
  }

  /** An incident began or went on. */
  void matter(Matter news, Instant now) {
    // A remote login is shown whatever it weighs: the desk is to hear of each that nobody arranged.
    if (news.login().isEmpty() && news.severity().compareTo(settings.least()) < 0) {
      return;
    }
    Card card = cards.get(news.uid());
    if (news.isRemark()) {
      // A login that ended, or this desk's own answer: part of the story, and no news to the desk.
      if (card != null) {
        card.matter = news;
        card.known = Severity.max(card.known, news.severity());
      }
      return;
    }
    if (card == null) {
      cards.put(news.uid(), new Card(news, now));
      cards.keySet().stream()
          .limit(Math.max(0, cards.size() - MOST))
          .toList()
          .forEach(cards::remove);
      return;
    }
    boolean isAnother = isAnotherLogin(card.matter, news);
    boolean isWorse = news.severity().compareTo(card.known) > 0;
    card.matter = news;
    if (isAnother) {
      // However often: each login is somebody else's until the desk says otherwise.
      card.opened = 0;
    }
    switch (card.state) {
      case FOLDED, LATER -> reopen(card, now);
      case TOLD, DONE -> {
        // Who arranged a login has not arranged that images leave.
        if (isWorse || isAnother) {
          reopen(card, now);
        }
      }
      default -> {}
    }
  }

  private static boolean isAnotherLogin(Matter before, Matter news) {
    return news.login()
        .filter(login -> before.login().filter(b -> b.uid().equals(login.uid())).isEmpty())
        .isPresent();
  }

  /** Nothing more comes of an incident. */
  void closed(String incident) {
    Card card = cards.get(incident);
    if (card != null && card.state != State.OPEN && card.state != State.TOLD) {
      cards.remove(incident);
    }
  }

  /** What the log says was shown before this run. */
  void wasShown(String incident, Instant at) {
    Card card = cards.get(incident);
    if (card != null) {
      card.opened++;
      card.seen = at;
      card.unanswered = false;
      card.known = card.matter.severity();
      card.become(State.FOLDED, at);
    }
  }

  /** What the log says had no answer in its time, before this run. */
  void wasUnanswered(String incident) {
    Card card = cards.get(incident);
    if (card != null) {
      card.unanswered = true;
    }
  }

  /** What the log says was answered before this run. */
  void wasAnswered(String incident, Answer answer, Instant at) {
    Card card = cards.get(incident);
    if (card != null) {
      card.answer = answer;
      card.known = card.matter.severity();
      card.become(answer == Answer.LATER ? State.LATER : State.DONE, at);
    }
  }

  private void reopen(Card card, Instant now) {
    if (card.opened <= settings.repeats() && !isQuiet(now)) {
      card.become(State.WAITING, now);
      card.answer = null;
    }
  }

  /** The card that is open; empty when none is. */
  Optional<Card> front() {
    return cards.values().stream()
        .filter(card -> card.state == State.OPEN || card.state == State.TOLD)
        .findFirst();
  }

  /** How many wait folded for an answer. */
  int folded() {
    return (int)
        cards.values().stream()
            .filter(card -> card.state == State.FOLDED || card.state == State.LATER)
            .count();
  }

  /** How many have not been seen yet, beside the open one. */
  int waiting() {
    return (int) cards.values().stream().filter(card -> card.state == State.WAITING).count();
  }

  /** Moves on what time moves on. */
  List<Event> tick(Instant now) {
    cards.values().removeIf(card -> card.state != State.OPEN && card.lasts(FORGET, now));
    Optional<Event> unanswered = Optional.empty();
    Optional<Card> open = front();
    if (open.isPresent()) {
      Card card = open.get();
      if (card.state == State.TOLD && (card.lasts(TOLD, now) || isLoginWaiting(card.since))) {
        card.become(State.DONE, now);
      } else if (card.state == State.OPEN && card.seen != null) {
        unanswered = unanswered(card, now);
      }
    }
    for (Card card : cards.values()) {
      boolean rests = card.state == State.FOLDED || card.state == State.LATER;
      if (rests && card.lasts(settings.remindAfter(), now)) {
        reopen(card, now);
      } else if (card.state == State.FOLDED && !card.unanswered && card.seen != null) {
        // Folded from the start, in a quiet hour.
        unanswered = unanswered.or(() -> unanswered(card, now));
      }
    }
    if (front().isEmpty()) {
      next().ifPresent(card -> open(card, now));
    }
    return unanswered.stream().toList();
  }

  private Optional<Event> unanswered(Card card, Instant now) {
    Instant seen = card.seen == null ? now : card.seen;
    if (now.isBefore(seen.plus(settings.foldAfter()))) {
      return Optional.empty();
    }
    card.unanswered = true;
    if (card.state == State.OPEN) {
      card.become(State.FOLDED, now);
    }
    return Optional.of(
        new NoticeUnanswered(now, card.matter.uid(), account, Duration.between(seen, now)));
  }

  /** Whether somebody logged in since then: that comes before what became of an answer. */
  private boolean isLoginWaiting(Instant since) {
    return cards.values().stream()
        .anyMatch(
            card ->
                card.state == State.WAITING
                    && card.matter.login().isPresent()
                    && !card.since.isBefore(since));
  }

  private Optional<Card> next() {
    return cards.values().stream()
        .filter(card -> card.state == State.WAITING)
        .max(Comparator.comparing(card -> card.matter.severity()));
  }

  private void open(Card card, Instant now) {
    card.seen = null;
    card.unanswered = false;
    card.become(State.OPEN, now);
  }

  /** Whether the open card is no more than a count, for the hour. */
  boolean opensFolded(Card card, Instant now) {
    return isQuiet(now) && !card.wanted;
  }

  // -- what the screen says ----------------------------------------------------------------------

  private String account = "";

  /** Whose session it is that cards are shown in. */
  void shownIn(String account) {
    this.account = account;
  }

  /** The open card is on the screen. */
  List<Event> shown(NoticeShown.Way way, String title, Instant now) {
    Optional<Card> open = front().filter(c -> c.state == State.OPEN && c.seen == null);
    if (open.isEmpty()) {
      return List.of();
    }
    Card card = open.get();
    card.seen = now;
    card.opened++;
    card.known = card.matter.severity();
    boolean quiet = opensFolded(card, now);
    if (quiet) {
      card.become(State.FOLDED, now);
    }
    Duration after = Duration.between(card.matter.at(), now);
    return List.of(
        new NoticeShown(
            now,
            card.matter.uid(),
            title,
            card.matter.steps(),
            quiet ? NoticeShown.Way.FOLDED : way,
            account,
            after.isNegative() ? Duration.ZERO : after));
  }

  /** Nothing can be shown now: told once a card, of those that nobody has seen. */
  List<Event> impossible(String why, Instant now) {
    List<Event> told = new ArrayList<>();
    for (Card card : cards.values()) {
      boolean unseen =
          card.state == State.WAITING || (card.state == State.OPEN && card.seen == null);
      if (unseen && !card.impossible) {
        card.impossible = true;
        told.add(new NoticeImpossible(now, card.matter.uid(), why));
      }
    }
    return told;
  }

  /** Somebody chose on the open card. */
  Optional<NoticeAnswered> answer(
      Answer answer,
      String operator,
      NoticeAnswered.How how,
      NoticeAnswered.Place place,
      Instant now) {
    Optional<Card> open = front().filter(c -> c.state == State.OPEN && c.seen != null);
    if (open.isEmpty()) {
      return Optional.empty();
    }
    Card card = open.get();
    Instant seen = card.seen == null ? now : card.seen;
    card.answer = answer;
    card.become(answer == Answer.LATER ? State.LATER : State.TOLD, now);
    Duration after = Duration.between(seen, now);
    return Optional.of(
        new NoticeAnswered(
            now,
            card.matter.uid(),
            answer,
            account,
            operator,
            how,
            place,
            after.isNegative() ? Duration.ZERO : after));
  }

  /** Somebody has read what became of the answer. */
  void read(Instant now) {
    front().filter(c -> c.state == State.TOLD).ifPresent(c -> c.become(State.DONE, now));
  }

  /** Somebody wants to see what was folded; the newest of it opens. */
  void unfold(Instant now) {
    if (front().isPresent()) {
      return;
    }
    Card last = null;
    for (Card card : cards.values()) {
      if (card.state == State.FOLDED || card.state == State.LATER) {
        last = card;
      }
    }
    if (last != null) {
      last.answer = null;
      last.wanted = true;
      open(last, now);
    }
  }

  private boolean isQuiet(Instant now) {
    LocalTime from = settings.quietFrom();
    LocalTime until = settings.quietUntil();
    if (from.equals(until)) {
      return false;
    }
    LocalTime time = now.atZone(zone).toLocalTime();
    boolean begun = !time.isBefore(from);
    boolean over = !time.isBefore(until);
    return from.isBefore(until) ? begun && !over : begun || !over;
  }
}
