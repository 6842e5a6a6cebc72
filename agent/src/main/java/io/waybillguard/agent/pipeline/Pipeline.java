package io.waybillguard.agent.pipeline;

import io.waybillguard.agent.detect.Circumstances;
import io.waybillguard.agent.detect.Detector;
import io.waybillguard.agent.detect.Judge;
import io.waybillguard.agent.event.ClockJumped;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Observation;
import io.waybillguard.agent.event.RecordsLost;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.event.Urgency;
import io.waybillguard.agent.evidence.Erasure;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.LogRefusedException;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.Storage;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only writer of the log, and sole owner of the rules: drains the inbox, logs, judges, logs,
 * commits once a batch. So an observation is in the log before a rule sees it, and a finding before
 * anybody hears of it.
 */
public final class Pipeline implements Duty, LogClerk {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

  /** Between tries to write while the disk takes nothing. */
  private static final Duration RETRY = Duration.ofSeconds(1);

  /**
   * When a batch is full.
   *
   * @param records most records in one commit
   * @param gather longest time that a record waits for company
   */
  public record BatchLimits(int records, Duration gather) {}

  private final Inbox inbox;
  private EvidenceLog log;
  private final Judge judge;
  private final BatchLimits limits;
  private final InstantSource wall;
  private final LongSupplier monoMicros;
  private final ClockWatch clock;
  private final Consumer<Set<String>> heralds;
  private final ConcurrentLinkedQueue<Asked<?>> asked = new ConcurrentLinkedQueue<>();
  private final List<Answer> answers = new ArrayList<>();

  /** Answers that wait until nothing of what was erased is left in the log's files. */
  private final List<Answer> wiped = new ArrayList<>();

  private final Refused refused = new Refused();
  private Supplier<Optional<Event>> introduction = Optional::empty;
  private boolean tidying;
  private boolean diskRefuses;
  private long retryAt;
  private volatile Storage storage;
  private volatile @Nullable Supplier<Event> lastWord;

  /** Types of the records that others should hear of at once, and that wait for their commit. */
  private final Set<String> urgent = new LinkedHashSet<>();

  /**
   * @param heralds told the types of critical records and findings once they are durable; must not
   *     wait
   */
  public Pipeline(
      Inbox inbox,
      EvidenceLog log,
      Judge judge,
      BatchLimits limits,
      InstantSource wall,
      LongSupplier monoMicros,
      Consumer<Set<String>> heralds) {
    this.inbox = inbox;
    this.log = log;
    this.judge = judge;
    judge.begin(log.logId());
    this.limits = limits;
    this.wall = wall;
    this.monoMicros = monoMicros;
    this.clock = new ClockWatch(wall.instant(), monoMicros.getAsLong());
    this.heralds = heralds;
    this.storage = log.storage();
  }

  /**
   * What a log that takes another's place is told first of this run. Set before the first step.
   *
   * @param introduction made when it is needed
   */
  public void introduceWith(Supplier<Optional<Event>> introduction) {
    this.introduction = introduction;
  }

  /**
   * Tells the rules again what they want to remember of earlier runs. Once, before the first step;
   * what they make of it was logged then. Content that was erased meanwhile is not told.
   *
   * @param before the log as it was when this run began
   * @throws IOException if it cannot be read
   */
  public void remember(LogReader before) throws IOException {
    int told = new Memories(before, wall.instant()).tell(judge.memory(), judge::remember);
    LOG.info("rules were told again records={}", told);
  }

  /** Closes the log; once no step is taken any more. */
  public void closeLog() throws IOException {
    log.close();
  }

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public void wake() {
    inbox.wake();
  }

  @Override
  public int step() throws Exception {
    if (log.isClosed()) {
      reopen();
    }
    List<Observation> batch = inbox.take(limits.records(), idle(), limits.gather());
    countWhatWasRefused();
    Optional<ClockJumped> jump = clock.look(wall.instant(), monoMicros.getAsLong());
    jump.ifPresent(this::take);
    batch.forEach(this::take);
    Optional<RecordsLost> losses = inbox.takeLosses(wall.instant());
    if (losses.isPresent()) {
      LOG.warn("inbox full lost={}", losses.get().counts());
      append(losses.get());
      urgent.add(losses.get().type());
    }
    doWhatIsAsked();
    if (mayWrite()) {
      write();
    }
    return batch.size();
  }

  /** Goes on with a change of log that the disk interrupted. */
  private void reopen() throws IOException {
    log = log.reopened();
    judge.begin(log.logId());
    introduction.get().ifPresent(this::append);
    LOG.info("log={} takes the place of the one before", log.origin());
  }

  private Duration idle() {
    if (!asked.isEmpty() || tidying) {
      return Duration.ZERO;
    }
    return diskRefuses || log.isTidyDue() || !wiped.isEmpty() ? RETRY : LONGEST_WAIT;
  }

  /**
   * While the disk takes nothing, it is tried now and then only: the sensors go on all the time.
   */
  private boolean mayWrite() {
    return !diskRefuses || monoMicros.getAsLong() >= retryAt;
  }

  private void write() {
    try {
      log.commit();
      tell(answers);
      if (!urgent.isEmpty()) {
        Set<String> durable = Set.copyOf(urgent);
        urgent.clear();
        heralds.accept(durable);
      }
      if (log.keyChangeDue()) {
        log.changeKey();
      }
      tidying = log.tidy();
      if (!log.isErasing()) {
        tell(wiped);
      }
      if (diskRefuses) {
        diskRefuses = false;
        LOG.info("the log takes records again pending={}", log.pendingSize());
      }
    } catch (IOException e) {
      tidying = false;
      retryAt = monoMicros.getAsLong() + RETRY.toNanos() / 1000;
      if (!diskRefuses) {
        diskRefuses = true;
        LOG.error(
            "the log takes nothing pending={} refused={}", log.pendingSize(), refused.total(), e);
      }
    }
    storage = log.storage();
  }

  private static void tell(List<Answer> answers) {
    List<Answer> told = List.copyOf(answers);
    answers.clear();
    told.forEach(Answer::tell);
  }

  /** How the log gets on with its disk, as of the last step. Safe from any thread. */
  public Storage storage() {
    return storage;
  }

  /** Logs it, and what follows from it. */
  private void take(Event event) {
    append(event).ifPresent(seq -> follow(seq, event));
  }

  private void follow(long seq, Event event) {
    if (event.urgency() == Urgency.CRITICAL) {
      urgent.add(event.type());
    }
    judge.on(seq, event).forEach(this::take);
  }

  /**
   * Gives the record its place. The disk may take nothing for hours; what the log then refuses is
   * counted, and the count is the first thing written when there is room again. A record that
   * cannot be put into bytes is counted too: it must not cost those that come with it.
   */
  private OptionalLong append(Event event) {
    try {
      appendCounts();
      return OptionalLong.of(log.append(event));
    } catch (LogRefusedException e) {
      refused.count(event, e.reason());
      LOG.debug("record of type {} refused: {}", event.type(), e.getMessage());
    } catch (RuntimeException e) {
      refused.count(event, "cannot be written: " + e.getClass().getSimpleName());
      LOG.error("record of type {} cannot be written", event.type(), e);
    }
    return OptionalLong.empty();
  }

  private void countWhatWasRefused() {
    try {
      appendCounts();
    } catch (LogRefusedException e) {
      LOG.debug("no room yet for the count of what was refused: {}", e.getMessage());
    }
  }

  /** Writes down what was refused, if anything was: always before the next record. */
  private void appendCounts() throws LogRefusedException {
    while (!refused.isEmpty()) {
      Event counted = refused.first(wall.instant());
      log.append(counted);
      refused.removeFirst();
      urgent.add(counted.type());
    }
  }

  @Override
  public long failed(Exception cause) {
    LOG.error(
        "the log takes nothing pending={} refused={}", log.pendingSize(), refused.total(), cause);
    return 1000;
  }

  /** What the log's last record is to say when this ends in good order. Safe from any thread. */
  public void endWith(Supplier<Event> word) {
    lastWord = word;
  }

  /**
   * Writes down what is still in the inbox, then the last word, and seals. Nobody is left waiting
   * for an answer.
   */
  @Override
  public void end() throws Exception {
    inbox.wake();
    try {
      do {
        step();
      } while (inbox.size() > 0 || !asked.isEmpty());
      Supplier<Event> word = lastWord;
      if (word != null) {
        append(word.get());
      }
      log.seal();
      tell(answers);
    } catch (Exception e) {
      refuse(e);
      throw e;
    }
    refuse(
        new IOException(
            "the agent ends before the log's files were wiped; the next start goes on"));
  }

  private void refuse(Exception cause) {
    for (List<Answer> waiting : List.of(answers, wiped)) {
      waiting.forEach(answer -> answer.fail(cause));
      waiting.clear();
    }
    asked.forEach(request -> request.answer().completeExceptionally(cause));
    asked.clear();
  }

  // -- asked by other threads ------------------------------------------------------------------

  /** Work for this thread, and the future that somebody waits on. */
  private record Asked<T>(Callable<T> work, CompletableFuture<T> answer, List<Answer> when) {
    /** Does it now. What came of it is told when it may be; that it failed, at once. */
    void perform() {
      try {
        when.add(new Promised<>(work.call(), answer));
      } catch (Exception e) {
        answer.completeExceptionally(e);
      }
    }
  }

  /** What somebody is to be told when the commit has made it true. */
  private interface Answer {
    void tell();

    void fail(Exception cause);
  }

  private record Promised<T>(T value, CompletableFuture<T> answer) implements Answer {
    @Override
    public void tell() {
      answer.complete(value);
    }

    @Override
    public void fail(Exception cause) {
      answer.completeExceptionally(cause);
    }
  }

  private void doWhatIsAsked() {
    for (Asked<?> each = asked.poll(); each != null; each = asked.poll()) {
      each.perform();
    }
  }

  private <T> CompletableFuture<T> ask(Callable<T> work) {
    return ask(work, answers);
  }

  /**
   * @param when the answers that this one is told with; touched by this thread only
   */
  private <T> CompletableFuture<T> ask(Callable<T> work, List<Answer> when) {
    Asked<T> request = new Asked<>(work, new CompletableFuture<>(), when);
    asked.add(request);
    inbox.wake();
    return request.answer();
  }

  @Override
  public CompletableFuture<Long> seal() {
    return ask(
        () -> {
          log.seal();
          return log.sealedSize();
        });
  }

  @Override
  public CompletableFuture<Long> accept(
      EvidenceLog.Witness witness, long size, NoteSignature line) {
    return ask(
        () -> {
          log.accept(witness, size, line);
          return size;
        });
  }

  @Override
  public CompletableFuture<Long> record(Event event) {
    return ask(
        () -> {
          long seq = log.append(event);
          follow(seq, event);
          return seq;
        });
  }

  /** Opens the log for reading. */
  @FunctionalInterface
  public interface Opener {
    /**
     * @throws IOException if it cannot be read
     */
    LogReader open() throws IOException;
  }

  /**
   * Has the rules go by others between two records: those before the note were judged by the rules
   * that held then, those after it are judged by these. Safe from any thread.
   *
   * @param note says so in the log
   * @param rules makes them, none of which has seen anything
   * @param terms what the company has settled of the desk
   * @param past the log, of which they are told what they want to remember
   * @return the note's place once it is durable; fails where the rules cannot be made or the log
   *     cannot be read or written, and all is as it was then
   */
  public CompletableFuture<Long> adopt(
      Event note, Supplier<List<Detector>> rules, Circumstances.Terms terms, Opener past) {
    return ask(
        () -> {
          log.commit();
          judge.adopt(
              rules,
              terms,
              (types, listener) -> {
                try (LogReader before = past.open()) {
                  int told = new Memories(before, wall.instant()).tell(types, listener);
                  LOG.info("new rules were told again records={}", told);
                }
              });
          long seq = log.append(note);
          follow(seq, note);
          return seq;
        });
  }

  @Override
  public CompletableFuture<String> succeed(SignedNote atHq, String why) {
    return ask(
        () -> {
          log = log.succeeded(Optional.of(atHq), why);
          judge.begin(log.logId());
          introduction.get().ifPresent(this::append);
          LOG.warn("log={} takes the place of the one before: {}", log.origin(), why);
          return log.origin();
        });
  }

  @Override
  public CompletableFuture<byte[]> attest(byte[] statement) {
    return ask(() -> log.attest(statement));
  }

  @Override
  public CompletableFuture<Boolean> hold(String caseNo, Span records) {
    return ask(() -> log.hold(caseNo, records));
  }

  @Override
  public CompletableFuture<Boolean> release(String caseNo, Span records) {
    return ask(() -> log.release(caseNo, records));
  }

  @Override
  public CompletableFuture<Long> changeKey() {
    return ask(
        () -> {
          log.changeKey();
          return log.keys().last().number();
        });
  }

  @Override
  public CompletableFuture<Erasure> erase(SortedSet<Long> records, String request) {
    return ask(() -> log.erase(records, request), wiped);
  }
}
