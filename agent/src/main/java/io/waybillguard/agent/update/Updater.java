package io.waybillguard.agent.update;

import io.waybillguard.agent.event.AgentUpdate;
import io.waybillguard.agent.event.CommandEnded;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.Release;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates this PC on HQ's order, one at a time. What it does itself is fetching and judging; the
 * installing is done by a program of the package outside of the agent's limits, which takes over at
 * {@code go}, puts the version before back unless the new one is healthy in time, and leaves an
 * outcome. Whichever version runs then tells HQ.
 *
 * <p>{@link #prepare} and {@link #begin} are safe from any thread.
 */
public final class Updater implements Duty {
  /** HQ's command. */
  public static final String UPDATE = "update";

  private static final Logger LOG = LoggerFactory.getLogger(Updater.class);

  /** An installer that has not begun by then will not. */
  private static final Duration TAKEN_WITHIN = Duration.ofMinutes(10);

  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

  /** Room that is left over when package, its copy and what is in it are on the disk. */
  private static final long MARGIN = 64L << 20;

  private static final int COPIES = 4;

  private static final long FIRST_PAUSE = 5_000;
  private static final long LONGEST_PAUSE = 300_000;

  private final Here here;
  private final Installing installing;
  private final Handover handover;
  private final Path data;
  private final LogClerk clerk;
  private final Source source;
  private final Supplier<Condition> condition;
  private final InstantSource clock;
  private final LongSupplier monoMicros;
  private final Runnable told;
  private final Semaphore signal = new Semaphore(0);

  private boolean looked;
  private @Nullable Plan plan;
  private long handedOverAt;
  private OptionalLong outcomeAt = OptionalLong.empty();
  private boolean toldInstalled;
  private String lastTold = "";
  private long pause = FIRST_PAUSE;

  /**
   * The version that runs.
   *
   * @param version its own
   * @param platform as a {@link Release} names it
   * @param key whose packages this PC installs; absent where its package named none
   * @param freeBytes how much room there is where the package is kept
   */
  public record Here(
      String version, String platform, Optional<VerifierKey> key, LongSupplier freeBytes) {}

  /**
   * How the running agent is.
   *
   * @param seeing names of the sensors that see all that they could
   * @param notSeeing why the others do not, by name
   * @param heard whether HQ has taken a report of this run
   */
  public record Condition(Set<String> seeing, Map<String, String> notSeeing, boolean heard) {
    public Condition {
      seeing = Set.copyOf(seeing);
      notSeeing = Map.copyOf(notSeeing);
    }
  }

  /** Where packages come from. */
  @FunctionalInterface
  public interface Source {
    /**
     * What follows at an offset, in bytes; nothing at the end.
     *
     * @throws IOException if it did not come this time
     * @throws Gone if it will not come
     */
    byte[] piece(String sha256, long from) throws IOException, Gone;
  }

  /** There is no such package. */
  public static final class Gone extends Exception {
    private static final long serialVersionUID = 1L;

    /** The message says which. */
    public Gone(String message) {
      super(message);
    }
  }

  /** It cannot be done; the message says why, for HQ. */
  private static final class NotDone extends Exception {
    private static final long serialVersionUID = 1L;

    NotDone(String message) {
      super(message);
    }
  }

  /**
   * @param data the agent's data folder
   * @param installing who puts the package in place
   * @param clock for what people read, and for the end of an order
   * @param monoMicros what waits are measured by, in µs; never runs backwards
   * @param told when there is something that HQ should know at once; must not wait
   */
  public Updater(
      Path data,
      Here here,
      Installing installing,
      LogClerk clerk,
      Source source,
      Supplier<Condition> condition,
      InstantSource clock,
      LongSupplier monoMicros,
      Runnable told) {
    this.data = data;
    this.here = here;
    this.installing = installing;
    this.handover = new Handover(data);
    this.clerk = clerk;
    this.source = source;
    this.condition = condition;
    this.clock = clock;
    this.monoMicros = monoMicros;
    this.told = told;
  }

  /**
   * Looks at an order and keeps it, durably; nothing is done yet.
   *
   * @throws IllegalArgumentException if this PC will not do it; the message says why
   * @throws IOException if it cannot be kept
   */
  public synchronized void prepare(Command command) throws IOException {
    String refusal = installing.refusal();
    if (!refusal.isEmpty()) {
      throw new IllegalArgumentException(refusal);
    }
    VerifierKey key =
        here.key()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the package that was installed here names no release key, so nothing is"
                            + " installed on HQ's word"));
    Optional<Plan> before = handover.plan();
    if (before.isPresent()
        && before.get().stage() != Plan.Stage.PREPARED
        && !before.get().id().equals(command.id())) {
      throw new IllegalArgumentException(
          "an update to " + before.get().release().version() + " is under way");
    }
    handover.keep(Plan.of(command, here.platform(), here.version(), key));
  }

  /**
   * Has an order carried out that was prepared, in this run of the agent or an earlier one.
   *
   * @return false if nothing was kept of it
   */
  public synchronized boolean begin(String id) throws IOException {
    Optional<Plan> kept = handover.plan().filter(p -> p.id().equals(id));
    if (kept.isEmpty()) {
      return false;
    }
    if (kept.get().stage() == Plan.Stage.PREPARED) {
      handover.keep(kept.get().at(Plan.Stage.FETCHING));
    }
    looked = false;
    signal.release();
    return true;
  }

  @Override
  public String name() {
    return "update";
  }

  @Override
  public void wake() {
    signal.release();
  }

  @Override
  public int step() throws Exception {
    Plan doing = current();
    if (doing == null) {
      await(LONGEST_WAIT);
      return 0;
    }
    try {
      if (doing.stage() == Plan.Stage.FETCHING) {
        return fetch(doing);
      }
      return judge(doing);
    } catch (NotDone | Gone e) {
      end(doing, CommandEnded.Outcome.FAILED, String.valueOf(e.getMessage()));
      return 1;
    }
  }

  private synchronized @Nullable Plan current() throws IOException {
    if (!looked) {
      plan = handover.plan().filter(p -> p.stage() != Plan.Stage.PREPARED).orElse(null);
      handedOverAt = monoMicros.getAsLong();
      lastTold = "";
      outcomeAt = OptionalLong.empty();
      toldInstalled = false;
      looked = true;
    }
    return plan;
  }

  private synchronized void goOn(Plan next) throws IOException {
    handover.keep(next);
    plan = next;
  }

  private void await(Duration wait) throws InterruptedException {
    if (signal.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
      signal.drainPermits();
    }
  }

  // -- fetching ----------------------------------------------------------------------------------

  private int fetch(Plan doing)
      throws IOException, InterruptedException, NotDone, Gone, EvidenceException {
    int newer = Release.compare(doing.release().version(), here.version());
    if (newer == 0) {
      end(doing, CommandEnded.Outcome.DONE, "version " + here.version() + " was here already");
      return 1;
    }
    if (newer < 0) {
      throw new NotDone("version " + here.version() + ", which is here by now, is newer");
    }
    if (!clock.instant().isBefore(doing.expires())) {
      throw new NotDone("the package was not here when the order ended, at " + doing.expires());
    }
    long size = doing.release().size();
    long there = handover.fetched();
    if (there < size) {
      add(doing, there);
      return 1;
    }
    String got = there == size ? handover.sha256() : "";
    if (!got.equals(doing.release().sha256())) {
      handover.forgetPart();
      throw new NotDone(
          there == size
              ? "the package has SHA-256 " + got + ", signed is " + doing.release().sha256()
              : "the package has " + there + " bytes or more, signed are " + size);
    }
    handOver(doing);
    return 1;
  }

  private void add(Plan doing, long there) throws IOException, NotDone, Gone {
    long size = doing.release().size();
    long needed = COPIES * size - there + MARGIN;
    long free = here.freeBytes().getAsLong();
    if (free < needed) {
      throw new NotDone("the disk has " + free + " bytes free, and the update needs " + needed);
    }
    byte[] piece = source.piece(doing.release().sha256(), there);
    if (piece.length == 0) {
      throw new NotDone("HQ's package ends after " + there + " bytes, signed are " + size);
    }
    handover.add(piece);
    pause = FIRST_PAUSE;
  }

  /** The record first: whatever the installer does comes after it in the log. */
  private void handOver(Plan doing) throws IOException, InterruptedException, EvidenceException {
    tell(doing, AgentUpdate.Step.FETCHED);
    goOn(doing.handedOver(condition.get().seeing()));
    handover.go(doing);
    handedOverAt = monoMicros.getAsLong();
    attend(doing);
    LOG.info("update={} version={} is handed over", doing.id(), doing.release().version());
  }

  // -- judging -----------------------------------------------------------------------------------

  private int judge(Plan doing)
      throws IOException, InterruptedException, NotDone, EvidenceException {
    Optional<Handover.Outcome> outcome = handover.outcome().filter(o -> o.id().equals(doing.id()));
    if (outcome.isPresent()) {
      long now = monoMicros.getAsLong();
      if (outcomeAt.isEmpty()) {
        outcomeAt = OptionalLong.of(now);
      }
      if (!installing.isOver() && now - outcomeAt.getAsLong() < TAKEN_WITHIN.toNanos() / 1000) {
        await(LOOK_EVERY);
        return 0;
      }
      finish(doing, outcome.get());
      return 1;
    }
    if (here.version().equals(doing.release().version())) {
      if (!toldInstalled) {
        tell(doing, AgentUpdate.Step.INSTALLED);
        toldInstalled = true;
      }
      sayHow(doing);
    } else if (!handover.waits() && !handover.isTaken()) {
      handover.go(doing); // cut short before
    } else if (monoMicros.getAsLong() - handedOverAt > TAKEN_WITHIN.toNanos() / 1000
        && handover.withdraw()) {
      throw new NotDone(
          "nobody took the package within "
              + TAKEN_WITHIN.toMinutes()
              + " minutes; "
              + installing.advice());
    }
    attend(doing);
    await(LOOK_EVERY);
    return 0;
  }

  /** An installer that cannot be brought to work now may be at the next look. */
  private void attend(Plan doing) {
    try {
      installing.attend(doing.from(), handover.isTaken());
    } catch (IOException e) {
      LOG.warn("update={} nobody installs it yet: {}", doing.id(), e.toString());
    }
  }

  /** What the installer goes by; written when it changes. */
  private void sayHow(Plan doing) throws IOException {
    Condition now = condition.get();
    Set<String> blind = new TreeSet<>(doing.seeing());
    blind.removeAll(now.seeing());
    String why =
        blind.stream()
            .map(
                each ->
                    "sensor " + each + ": " + now.notSeeing().getOrDefault(each, "is not there"))
            .collect(Collectors.joining("; "));
    String said = now.heard() + " " + why;
    if (!said.equals(lastTold)) {
      handover.tell(doing.id(), here.version(), now.heard() && why.isEmpty(), now.heard(), why);
      lastTold = said;
    }
  }

  private void finish(Plan doing, Handover.Outcome outcome)
      throws IOException, InterruptedException, EvidenceException {
    CommandEnded.Outcome ended =
        switch (outcome.result()) {
          case "healthy" -> CommandEnded.Outcome.DONE;
          case "rolled_back" -> CommandEnded.Outcome.ROLLED_BACK;
          default -> CommandEnded.Outcome.FAILED;
        };
    end(doing, ended, outcome.why());
  }

  // -- telling -----------------------------------------------------------------------------------

  private void tell(Plan doing, AgentUpdate.Step step)
      throws IOException, InterruptedException, EvidenceException {
    if (isWritten(AgentUpdate.TYPE, doing.id(), step.word())) {
      return;
    }
    long unused =
        clerk.write(
            new AgentUpdate(
                clock.instant(),
                doing.id(),
                step,
                doing.from(),
                doing.release().version(),
                doing.release().sha256()));
    told.run();
  }

  /** Each part may be repeated: a crash between two leaves what is looked for here. */
  private void end(Plan doing, CommandEnded.Outcome outcome, String why)
      throws IOException, InterruptedException, EvidenceException {
    if (!isWritten("hq.result", doing.id(), "")) {
      long unused =
          clerk.write(
              new CommandEnded(clock.instant(), doing.id(), UPDATE, outcome, why, Map.of()));
    }
    synchronized (this) {
      handover.clear();
      plan = null;
      looked = false;
    }
    try {
      installing.clear();
    } catch (IOException e) {
      // It takes room and does no harm; the next setup program takes it away.
      LOG.warn("update={} left something behind: {}", doing.id(), e.toString());
    }
    LOG.info("update={} {} {}", doing.id(), outcome, why);
    told.run();
  }

  /** Whether the log tells this of a command. */
  private boolean isWritten(String type, String id, String step)
      throws IOException, EvidenceException {
    try (LogReader log = LogReader.open(data)) {
      for (Entry entry : log.find(type, Instant.EPOCH, Instant.MAX, -1)) {
        if (entry.leaf().fields().text("id", "").equals(id)
            && entry.leaf().fields().text("step", "").equals(step)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("the update waits {} s: {}", pause / 1000, cause.toString());
    long now = pause;
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
    return now;
  }
}
