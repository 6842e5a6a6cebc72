package io.waybillguard.agent.notify;

import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.NoticeAnswered;
import io.waybillguard.agent.event.NoticeAnswered.Answer;
import io.waybillguard.agent.event.NoticeAnswered.How;
import io.waybillguard.agent.event.NoticeAnswered.Place;
import io.waybillguard.agent.event.Severity;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.notify.NoticeWords.Delivery;
import io.waybillguard.agent.platform.CodeReader;
import io.waybillguard.agent.platform.DeskSigns;
import io.waybillguard.agent.platform.Desktop;
import io.waybillguard.agent.platform.Desktop.Seat;
import io.waybillguard.agent.platform.Presences;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the person at the desk what happens, and writes down the answer. It hears of an incident
 * from the log alone, so never before it is durable. What is shown runs in a program of its own, in
 * the person's session and with the person's rights, only while there is something to show.
 */
public final class Notifier implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);

  /** Between tries to show something. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  /** Between looks at the program and the scanner while something is shown. */
  private static final Duration BUSY = Duration.ofMillis(100);

  /** Nothing typed for so long: the focus takes nobody's keys away. */
  private static final Duration QUIET_KEYS = Duration.ofSeconds(3);

  /** A choice sooner than this was meant for what was shown before. */
  private static final Duration READING = Duration.ofMillis(700);

  /** HQ is taken for away when it has not acknowledged an answer for so long. */
  private static final Duration SENDING = Duration.ofSeconds(10);

  private static final int CODE_DIGITS = 6;
  private static final String FOCUS = "focus";

  /**
   * How the desk is spoken to.
   *
   * @param least from which severity on
   * @param foldAfter how long a notice stays open
   * @param remindAfter how long until it opens again
   * @param repeats how many times at most
   * @param quietFrom begin of quiet hours
   * @param quietUntil their end; the same for none
   * @param phone HQ's telephone number, or ""
   * @param program the program that shows notices, and its arguments
   */
  public record Settings(
      Severity least,
      Duration foldAfter,
      Duration remindAfter,
      int repeats,
      LocalTime quietFrom,
      LocalTime quietUntil,
      String phone,
      List<String> program) {
    public Settings {
      program = List.copyOf(program);
    }
  }

  private final DeskLog log;
  private final Board board;
  private final LogClerk clerk;
  private final Settings settings;
  private final Desktop desktop;
  private final CodeReader scanner;
  private final Presences keys;
  private final Supplier<HqLink> hq;
  private final Runnable hurry;
  private final Function<Map<String, String>, Locale> language;
  private final InstantSource clock;
  private final ZoneId zone;
  private final RandomGenerator random;
  private final Semaphore signal = new Semaphore(1);

  private boolean begun;
  private boolean watchesKeys;
  private @Nullable Screen screen;
  private @Nullable NoticeWords words;
  private @Nullable Sheet sent;
  private String sentOf = "";
  private boolean focused;
  private List<String> codes = List.of();
  private String codesOf = "";
  private Instant retry = Instant.MIN;
  private Instant nextLook = Instant.MIN;

  private @Nullable CompletableFuture<Long> answer;
  private Instant answeredAt = Instant.MIN;
  private Optional<Instant> arrivedAt = Optional.empty();

  /**
   * @param data the agent's data folder: the log is read there
   * @param clerk the log's writer
   * @param keys when the keyboard of this PC was used last
   * @param hq how HQ can be told
   * @param hurry makes the reporter tell HQ at once; safe from any thread
   * @param language of a person, by the environment of the session
   */
  public Notifier(
      Path data,
      LogClerk clerk,
      Settings settings,
      Desktop desktop,
      CodeReader scanner,
      Presences keys,
      Supplier<HqLink> hq,
      Runnable hurry,
      Function<Map<String, String>, Locale> language,
      InstantSource clock,
      ZoneId zone,
      RandomGenerator random) {
    this.log = new DeskLog(data);
    this.board =
        new Board(
            new Board.Settings(
                settings.least(),
                settings.foldAfter(),
                settings.remindAfter(),
                settings.repeats(),
                settings.quietFrom(),
                settings.quietUntil()),
            zone);
    this.clerk = clerk;
    this.settings = settings;
    this.desktop = desktop;
    this.scanner = scanner;
    this.keys = keys;
    this.hq = hq;
    this.hurry = hurry;
    this.language = language;
    this.clock = clock;
    this.zone = zone;
    this.random = random;
  }

  @Override
  public String name() {
    return "notify";
  }

  @Override
  public void wake() {
    signal.release();
  }

  /**
   * Told which types of records are durable now; only what the desk may have to be told ends the
   * wait. Safe from any thread.
   *
   * @param types as an event tells its own
   */
  public void hear(Set<String> types) {
    if (DeskLog.KINDS.stream().anyMatch(types::contains)) {
      wake();
    }
  }

  @Override
  public int step() throws Exception {
    boolean woken = awaitNews();
    Instant now = clock.instant();
    if (!begun) {
      log.begin(now.minus(Board.FORGET), listener(now));
      begun = true;
    } else if (woken || !now.isBefore(nextLook)) {
      log.look(listener(now));
      nextLook = now.plus(board.front().isPresent() ? Duration.ofMillis(500) : LONGEST_WAIT);
    }
    hear(now);
    scan(now);
    write(board.tick(now));
    show(now);
    return board.front().isPresent() ? 1 : 0;
  }

  private boolean awaitNews() throws InterruptedException {
    Duration most = screen != null ? BUSY : board.front().isPresent() ? AGAIN : LONGEST_WAIT;
    boolean woken = signal.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS);
    signal.drainPermits();
    return woken;
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("notices wait: {}", cause.toString());
    return 1000;
  }

  @Override
  public void end() {
    closeScreen();
    scanner.close();
  }

  private DeskLog.Listener listener(Instant now) {
    return new DeskLog.Listener() {
      @Override
      public void incident(Matter matter) {
        board.matter(matter, now);
      }

      @Override
      public void closed(String incident) {
        board.closed(incident);
      }

      @Override
      public void shown(String incident, Instant at) {
        board.wasShown(incident, at);
      }

      @Override
      public void unanswered(String incident) {
        board.wasUnanswered(incident);
      }

      @Override
      public void answered(String incident, Answer given, Instant at) {
        board.wasAnswered(incident, given, at);
      }
    };
  }

  // -- answers -----------------------------------------------------------------------------------

  private void hear(Instant now) throws IOException {
    Screen shown = screen;
    if (shown == null) {
      return;
    }
    for (Said said : shown.heard()) {
      if (said instanceof Said.Shown on) {
        onScreen(on, now);
      } else if (said instanceof Said.Chosen chosen) {
        chosen(chosen.number(), chosen.how(), now);
      } else if (said instanceof Said.Unfolded) {
        board.unfold(now);
      } else if (said instanceof Said.Cannot cannot) {
        impossible(cannot.why(), now);
        return;
      }
    }
    if (!shown.isAlive()) {
      impossible(
          "the program that shows notices ended with status "
              + shown.status()
              + "; it is started again",
          now);
    }
  }

  private void onScreen(Said.Shown on, Instant now) {
    Optional<Board.Card> front = board.front();
    NoticeWords spoken = words;
    if (spoken != null && front.isPresent() && front.get().matter().uid().equals(sentOf)) {
      write(board.shown(on.way(), spoken.title(front.get().matter()), now));
    }
  }

  private void chosen(int number, How how, Instant now) {
    Optional<Board.Card> front = board.front();
    if (front.isEmpty()) {
      return;
    }
    if (front.get().state() == Board.State.TOLD) {
      board.read(now);
      return;
    }
    boolean isRead =
        front.get().seen().filter(seen -> !now.isBefore(seen.plus(READING))).isPresent();
    if (isRead) {
      Answer given =
          switch (number) {
            case 1 -> Answer.EXPECTED;
            case 2 -> Answer.UNKNOWN;
            default -> Answer.LATER;
          };
      give(given, how, log.isShared() ? Place.SHARED : Place.CONSOLE, now);
    }
  }

  private void scan(Instant now) {
    OptionalInt code = scanner.read();
    if (code.isPresent()) {
      give(code.getAsInt() == 0 ? Answer.EXPECTED : Answer.UNKNOWN, How.SCANNER, Place.LOCAL, now);
    }
  }

  private void give(Answer given, How how, Place place, Instant now) {
    Optional<NoticeAnswered> answered = board.answer(given, log.operator(), how, place, now);
    if (answered.isPresent()) {
      answeredAt = now;
      arrivedAt = Optional.empty();
      answer = write(answered.get());
    }
  }

  private void write(List<Event> events) {
    for (Event event : events) {
      CompletableFuture<Long> unused = write(event);
    }
  }

  /** Asks for the record, and lets HQ have it as soon as it is durable. */
  private CompletableFuture<Long> write(Event event) {
    CompletableFuture<Long> written = clerk.record(event);
    CompletableFuture<Long> unused =
        written.whenComplete(
            (seq, failure) -> {
              if (failure == null) {
                hurry.run();
              } else {
                LOG.error("a record of type {} was not written", event.type(), failure);
              }
            });
    return written;
  }

  private Delivery delivery(Instant now) {
    CompletableFuture<Long> written = answer;
    if (arrivedAt.isPresent()) {
      return Delivery.ARRIVED;
    }
    if (written != null
        && written.isDone()
        && !written.isCompletedExceptionally()
        && log.hqHolds(written.join())) {
      arrivedAt = Optional.of(now);
      return Delivery.ARRIVED;
    }
    return switch (hq.get()) {
      case NONE -> Delivery.NO_HQ;
      case AWAY -> Delivery.AWAY;
      case REACHED -> now.isBefore(answeredAt.plus(SENDING)) ? Delivery.SENDING : Delivery.AWAY;
    };
  }

  // -- the screen --------------------------------------------------------------------------------

  private void show(Instant now) throws IOException {
    Optional<Board.Card> front = board.front();
    if (front.isEmpty() && board.folded() == 0) {
      closeScreen();
      return;
    }
    if (screen == null && (now.isBefore(retry) || !open(now))) {
      return;
    }
    NoticeWords spoken = words;
    Screen shown = screen;
    if (spoken == null || shown == null) {
      return;
    }
    expectCodes(front);
    Sheet sheet = sheet(spoken, front, now);
    if (!sheet.equals(sent)) {
      try {
        shown.send(sheet.line());
      } catch (IOException e) {
        impossible("the program that shows notices takes nothing: " + e.getMessage(), now);
        return;
      }
      sent = sheet;
      sentOf = front.map(card -> card.matter().uid()).orElse("");
      focused = false;
    }
    focusWhenNobodyTypes(shown, sheet, now);
  }

  private Sheet sheet(NoticeWords spoken, Optional<Board.Card> front, Instant now) {
    if (front.isEmpty()) {
      return spoken.folded(board.folded());
    }
    Board.Card card = front.get();
    if (card.state() == Board.State.TOLD) {
      return spoken.told(
          card.matter(),
          card.answer().orElse(Answer.LATER),
          delivery(now),
          arrivedAt.orElse(now),
          board.waiting());
    }
    return board.opensFolded(card, now)
        ? spoken.folded(board.folded() + 1)
        : spoken.ask(card.matter(), codes, board.waiting(), now);
  }

  /** New codes for each card; none while the scanner is not there. */
  private void expectCodes(Optional<Board.Card> front) {
    boolean asks = front.filter(card -> card.state() == Board.State.OPEN).isPresent();
    String of = asks ? front.get().matter().uid() : "";
    if (!of.equals(codesOf)) {
      codesOf = of;
      codes = asks ? List.of(code(), code()) : List.of();
      scanner.expect(codes);
      if (asks) {
        OptionalInt unused = scanner.read();
        if (!scanner.unseen().isEmpty()) {
          LOG.info("no answer by scanner: {}", scanner.unseen());
          codes = List.of();
        }
      }
    }
  }

  private String code() {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < CODE_DIGITS; i++) {
      digits.append((char) ('0' + random.nextInt(10)));
    }
    return digits.toString();
  }

  private boolean open(Instant now) {
    try {
      Seat seat = desktop.seats().get(0);
      screen = new Screen(seat, desktop.start(seat, settings.program()));
      words = new NoticeWords(language.apply(seat.environment()), zone, settings.phone());
      board.shownIn(seat.user());
      sent = null;
      return true;
    } catch (IOException e) {
      impossible(String.valueOf(e.getMessage()), now);
      return false;
    }
  }

  private void impossible(String why, Instant now) {
    closeScreen();
    retry = now.plus(AGAIN);
    List<Event> told = board.impossible(why, now);
    if (!told.isEmpty()) {
      LOG.warn("nobody at the desk can be told: {}", why);
      write(told);
    }
  }

  private void closeScreen() {
    Screen gone = screen;
    screen = null;
    sent = null;
    sentOf = "";
    if (gone != null) {
      gone.close();
    }
    if (watchesKeys) {
      keys.close();
      watchesKeys = false;
    }
    if (!codesOf.isEmpty()) {
      scanner.expect(List.of());
      codesOf = "";
      codes = List.of();
    }
  }

  /** Where it cannot be seen whether somebody types, the focus is never taken. */
  private void focusWhenNobodyTypes(Screen shown, Sheet sheet, Instant now) throws IOException {
    if (focused || sheet.mode() == Sheet.Mode.FOLDED) {
      return;
    }
    try {
      if (!watchesKeys) {
        watchesKeys = true;
        String unseen = keys.open();
        LOG.debug("keys are watched; not seen: {}", unseen);
      }
      DeskSigns signs = keys.look();
      Instant quiet = now.minus(QUIET_KEYS);
      boolean isQuiet =
          signs.inputUnseen().isEmpty()
              && signs.watchedSince().filter(since -> !since.isAfter(quiet)).isPresent()
              && signs.lastInput().filter(last -> last.isAfter(quiet)).isEmpty();
      if (isQuiet) {
        shown.send(FOCUS);
        focused = true;
      }
    } catch (IOException e) {
      LOG.info("the notice takes no focus by itself: {}", e.getMessage());
      focused = true;
    }
  }
}
