package io.waybillguard.agent.dispose;

import io.waybillguard.agent.dispose.Kept.Stage;
import io.waybillguard.agent.event.CommandEnded;
import io.waybillguard.agent.event.Disposal;
import io.waybillguard.agent.event.Disposal.Kind;
import io.waybillguard.agent.event.DisposalBegun;
import io.waybillguard.agent.event.DisposalEnded;
import io.waybillguard.agent.event.DisposalEnded.Outcome;
import io.waybillguard.agent.event.DisposalOrder;
import io.waybillguard.agent.event.DisposalOrder.By;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.platform.Firewall;
import io.waybillguard.agent.platform.Packages;
import io.waybillguard.agent.platform.RemoteLines;
import io.waybillguard.agent.platform.UnsupportedHere;
import io.waybillguard.agent.platform.UsbGate;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries disposals out, one after another, and sees to it that what stands goes on to hold.
 *
 * <p>In this order: the order is on disk; that it begins is in the log; it is done; that it stands
 * is on disk; its outcome is in the log; whoever ordered it is told. After a crash the log says
 * whether it was begun. What was begun and not ended is looked at in the world, and the record says
 * which of the two holds; it is not begun again.
 *
 * <p>{@link #prepare}, {@link #begin} and {@link #undo} are safe from any thread.
 */
public final class Disposer implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Disposer.class);

  /** HQ's commands. */
  public static final String DISPOSE = "dispose";

  /** HQ's commands. */
  public static final String UNDO = "undo";

  /** How often it is looked whether a USB device came back; a record of one wakes at once. */
  private static final long LOOK_MS = 2_000;

  private static final long RULES_EVERY_MICROS = 30_000_000;
  private static final int ID_BYTES = 16;
  private static final String USB_CAME = "usb.attach";

  private final LogClerk clerk;
  private final Docket docket;
  private final DisposalLog log;
  private final Hands hands;
  private final Consent consent;
  private final Clocks clocks;
  private final Firewall firewall;
  private final Runnable told;
  private final Queue<String> waiting = new ConcurrentLinkedQueue<>();
  private final Map<String, CompletableFuture<DisposalEnded>> asked = new ConcurrentHashMap<>();
  private final Semaphore signal = new Semaphore(0);
  private boolean resumed;
  private long nextRules;

  /**
   * What this desk's settings allow.
   *
   * @param allowed what HQ may order
   * @param automatic what is done by itself in a critical incident; nothing that is not allowed
   */
  public record Consent(Set<Kind> allowed, Set<Kind> automatic) {
    public Consent {
      allowed = Set.copyOf(allowed);
      automatic = Set.copyOf(automatic);
    }
  }

  /**
   * Time, and chance.
   *
   * @param wall for what people read
   * @param monoMicros what waits are measured by, in µs; never runs backwards
   * @param random for ids of orders
   */
  public record Clocks(InstantSource wall, LongSupplier monoMicros, RandomGenerator random) {}

  /**
   * What the system offers for it.
   *
   * @param lines remote logins
   * @param firewall what is let out
   * @param usb USB devices
   * @param packages whose a file is
   */
  public record Ports(RemoteLines lines, Firewall firewall, UsbGate usb, Packages packages) {}

  /**
   * @param data the agent's data folder
   * @param told when something has ended of which HQ should hear; must not wait
   */
  public Disposer(
      Path data,
      LogClerk clerk,
      Ports ports,
      Untouchable untouchable,
      Consent consent,
      Clocks clocks,
      Runnable told) {
    this.clerk = clerk;
    this.docket = new Docket(data);
    this.log = new DisposalLog(data);
    this.consent = consent;
    this.clocks = clocks;
    this.firewall = ports.firewall();
    this.told = told;
    this.hands =
        new Hands(
            new Hands.Tools(ports.lines(), ports.firewall(), ports.usb(), ports.packages()),
            new Vault(data),
            untouchable,
            log);
  }

  // -- orders ------------------------------------------------------------------------------------

  /**
   * Looks at a command of HQ's and keeps it, durably; nothing is done yet.
   *
   * @param type {@link #DISPOSE} or {@link #UNDO}
   * @param id of the command
   * @param args its arguments
   * @throws IllegalArgumentException if they make no sense, or this desk does not allow it; the
   *     message says what
   * @throws IOException if it cannot be kept
   */
  public void prepare(String type, String id, Json.Obj args) throws IOException {
    if (type.equals(UNDO)) {
      String disposal = args.text("disposal", "");
      Kept kept = standing(disposal);
      docket.keep(kept.undoneBy(Optional.of(undoing(kept, id, By.HQ, ""))));
      return;
    }
    Disposal what = Disposal.of(args);
    if (!consent.allowed().contains(what.kind())) {
      throw new IllegalArgumentException(
          "this desk does not allow "
              + what.kind().word()
              + ": it is not in disposal.allow of its settings");
    }
    String incident = args.text("incident", "");
    if (!incident.matches("[\\w-]{0,100}")) {
      throw new IllegalArgumentException("\"" + incident + "\" is no incident's id");
    }
    keep(new DisposalOrder(id, id, what, false, By.HQ, "", incident));
  }

  private void keep(DisposalOrder order) throws IOException {
    if (docket.find(order.disposal()).isEmpty()) {
      docket.keep(
          new Kept(order, Stage.ORDERED, clocks.wall().instant(), Json.object(), Optional.empty()));
    }
  }

  private Kept standing(String disposal) throws IOException {
    Kept kept =
        docket
            .find(disposal)
            .orElseThrow(
                () -> new IllegalArgumentException("no disposal " + disposal + " stands here"));
    if (kept.stage() != Stage.STANDING || kept.undo().isPresent()) {
      throw new IllegalArgumentException(
          "disposal " + disposal + " cannot be undone now: it is being done or undone");
    }
    return kept;
  }

  private static DisposalOrder undoing(Kept kept, String id, By by, String who) {
    return new DisposalOrder(
        kept.id(), id, kept.order().what(), true, by, who, kept.order().incident());
  }

  /**
   * Has a command carried out that was prepared, in this run of the agent or an earlier one.
   *
   * @return false if nothing was kept of it
   */
  public boolean begin(String type, String id) throws IOException {
    Optional<Kept> kept =
        type.equals(UNDO)
            ? docket.all().stream()
                .filter(each -> each.undo().filter(back -> back.id().equals(id)).isPresent())
                .findFirst()
            : docket.find(id);
    kept.ifPresent(each -> queue(each.id()));
    return kept.isPresent();
  }

  /**
   * Undoes a disposal by this PC's administrator's word; done when its outcome is in the log.
   *
   * @param who his account, or "" where the system does not tell
   * @throws IllegalArgumentException if there is nothing to undo
   */
  public CompletableFuture<DisposalEnded> undo(String disposal, String who) throws IOException {
    Kept kept = standing(disposal);
    byte[] id = new byte[ID_BYTES];
    clocks.random().nextBytes(id);
    DisposalOrder order = undoing(kept, HexFormat.of().formatHex(id), By.DESK, who);
    docket.keep(kept.undoneBy(Optional.of(order)));
    CompletableFuture<DisposalEnded> outcome = new CompletableFuture<>();
    asked.put(order.id(), outcome);
    queue(disposal);
    return outcome;
  }

  private void queue(String disposal) {
    waiting.add(disposal);
    signal.release();
  }

  /** Who sees to blocked programs that start: a duty of its own, since whoever starts one waits. */
  public Duty doorkeeper() {
    return new Doorkeeper(firewall);
  }

  // -- the duty ----------------------------------------------------------------------------------

  @Override
  public String name() {
    return "dispose";
  }

  @Override
  public void wake() {
    signal.release();
  }

  /**
   * Told which types of records are durable now; an incident, and a USB device that may be one that
   * is to stay out, end the wait. Safe from any thread.
   *
   * @param types as an event tells its own
   */
  public void hear(Set<String> types) {
    if (types.contains(USB_CAME) || DisposalLog.ASKING.stream().anyMatch(types::contains)) {
      wake();
    }
  }

  @Override
  public int step() throws Exception {
    if (!resumed) {
      for (Kept kept : docket.all()) {
        waiting.add(kept.id());
      }
      log.begin(clocks.wall().instant());
      resumed = true;
    }
    if (!consent.automatic().isEmpty()) {
      for (DisposalOrder wanted : log.wishes(consent.automatic())) {
        if (!log.has(DisposalLog.BEGUN, wanted.id())) {
          keep(wanted);
          waiting.add(wanted.disposal());
        }
      }
    }
    String next = waiting.peek();
    if (next != null) {
      Optional<Kept> kept = docket.find(next);
      if (kept.isPresent()) {
        carryOut(kept.get());
      }
      waiting.remove(next); // only now: what threw comes again
      return 1;
    }
    List<Kept> standing =
        docket.all().stream().filter(each -> each.stage() == Stage.STANDING).toList();
    int done = uphold(standing);
    if (signal.tryAcquire(
        standing.isEmpty() ? LONGEST_WAIT.toMillis() : LOOK_MS, TimeUnit.MILLISECONDS)) {
      signal.drainPermits();
    }
    return done;
  }

  private void carryOut(Kept kept) throws Exception {
    Kept now = kept;
    if (now.stage() == Stage.ORDERED) {
      now = keep(now.at(Stage.BEGUN, clocks.wall().instant()));
    }
    if (now.stage() == Stage.BEGUN) {
      boolean before = log.has(DisposalLog.BEGUN, now.order().id());
      Told outcome = before ? look(now) : begin(now);
      now = docket.find(now.id()).orElse(now); // with its trace
      if (outcome.outcome() == Outcome.DONE && now.order().what().kind().stands()) {
        now = keep(now.at(Stage.STANDING, clocks.wall().instant()));
      }
      finish(now.order(), outcome);
      if (now.stage() != Stage.STANDING) {
        docket.forget(now.id());
      }
    } else if (!log.has(DisposalLog.ENDED, now.order().id())) {
      finish(now.order(), new Told(Outcome.DONE, "after_restart"));
    } else {
      finish(now.order(), new Told(Outcome.DONE, "")); // of an order whose end is in the log
    }
    if (now.stage() == Stage.STANDING && now.undo().isPresent()) {
      undo(now, now.undo().get());
    }
  }

  private Kept keep(Kept kept) throws IOException {
    docket.keep(kept);
    return kept;
  }

  /** How something ended. */
  private record Told(Outcome outcome, String detail) {}

  private Told begin(Kept kept) throws IOException, InterruptedException {
    long unused = clerk.write(new DisposalBegun(clocks.wall().instant(), kept.order()));
    LOG.info("disposal={} kind={} begins", kept.id(), kept.order().what().kind().word());
    return tried(() -> hands.act(kept, others(kept), trace -> docket.keep(kept.with(trace))));
  }

  /** After a crash between beginning and end: which of the two holds. */
  private Told look(Kept kept) throws IOException {
    Told told = tried(() -> hands.holds(kept) ? "after_restart" : "");
    boolean holds = told.detail().equals("after_restart");
    LOG.info("disposal={} was cut short; holds={}", kept.id(), holds);
    return told.outcome() != Outcome.DONE || holds ? told : new Told(Outcome.INTERRUPTED, "");
  }

  private List<Kept> others(Kept than) throws IOException {
    return docket.all().stream()
        .filter(each -> each.stage() == Stage.STANDING && !each.id().equals(than.id()))
        .toList();
  }

  @FunctionalInterface
  private interface Deed {
    String run() throws IOException, NotDone;
  }

  private static Told tried(Deed deed) {
    try {
      return new Told(Outcome.DONE, deed.run());
    } catch (NotDone e) {
      return new Told(e.outcome(), e.detail());
    } catch (UnsupportedHere e) {
      return new Told(Outcome.UNSUPPORTED, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      LOG.warn("a disposal failed", e);
      return new Told(Outcome.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void undo(Kept kept, DisposalOrder order) throws IOException, InterruptedException {
    Told outcome;
    if (log.has(DisposalLog.BEGUN, order.id())) {
      Told looked = look(kept);
      outcome =
          looked.outcome() == Outcome.INTERRUPTED
              ? new Told(Outcome.DONE, "after_restart")
              : looked.outcome() == Outcome.DONE ? new Told(Outcome.INTERRUPTED, "") : looked;
    } else {
      long unused = clerk.write(new DisposalBegun(clocks.wall().instant(), order));
      outcome = tried(() -> hands.undo(kept, others(kept)));
    }
    if (outcome.outcome() == Outcome.DONE) {
      finish(order, outcome);
      docket.forget(kept.id());
    } else {
      finish(order, outcome);
      docket.keep(kept.undoneBy(Optional.empty()));
    }
  }

  /** Each part may be repeated: a crash between two leaves what is looked for here. */
  private void finish(DisposalOrder order, Told outcome) throws IOException, InterruptedException {
    DisposalEnded end =
        new DisposalEnded(clocks.wall().instant(), order, outcome.outcome(), outcome.detail());
    OptionalLong there = log.place(DisposalLog.ENDED, order.id());
    long seq = there.isPresent() ? there.getAsLong() : clerk.write(end);
    if (order.by() == By.HQ && !log.answered(order.id())) {
      boolean done = outcome.outcome() == Outcome.DONE;
      long unused =
          clerk.write(
              new CommandEnded(
                  clocks.wall().instant(),
                  order.id(),
                  order.undo() ? UNDO : DISPOSE,
                  done
                      ? CommandEnded.Outcome.DONE
                      : outcome.outcome() == Outcome.INTERRUPTED
                          ? CommandEnded.Outcome.INTERRUPTED
                          : CommandEnded.Outcome.FAILED,
                  done ? "" : outcome.outcome().word() + ": " + outcome.detail(),
                  Map.of(order.undo() ? "undone" : "done", done ? 1L : 0L, "record", seq)));
    }
    if (there.isEmpty()) {
      LOG.info(
          "disposal={} undo={} outcome={} {}",
          order.disposal(),
          order.undo(),
          outcome.outcome().word(),
          outcome.detail());
      told.run();
    }
    CompletableFuture<DisposalEnded> caller = asked.remove(order.id());
    if (caller != null) {
      caller.complete(end);
    }
  }

  // -- what stands goes on to hold ---------------------------------------------------------------

  private int uphold(List<Kept> standing) throws IOException, InterruptedException {
    int done = 0;
    for (Kept kept : standing) {
      if (hands.isBack(kept)) {
        again(kept, standing);
        done++;
      }
    }
    long now = clocks.monoMicros().getAsLong();
    List<Kept> blocks =
        standing.stream().filter(each -> each.order().what().kind() == Kind.BLOCK).toList();
    if (!blocks.isEmpty() && now >= nextRules) {
      nextRules = now + RULES_EVERY_MICROS;
      Set<String> holding = firewall.holding();
      for (Kept kept : blocks) {
        if (!holding.contains(kept.id())) {
          again(kept, standing);
          done++;
        }
      }
    }
    return done;
  }

  /** The system was started anew, the device came back, or somebody took our rules away. */
  private void again(Kept kept, List<Kept> standing) throws IOException, InterruptedException {
    long begun = clerk.write(new DisposalBegun(clocks.wall().instant(), kept.order()));
    Told outcome =
        tried(
            () -> {
              String unused = hands.act(kept, standing, trace -> docket.keep(kept.with(trace)));
              return "again";
            });
    long unused =
        clerk.write(
            new DisposalEnded(
                clocks.wall().instant(), kept.order(), outcome.outcome(), outcome.detail()));
    LOG.info("disposal={} again outcome={} record={}", kept.id(), outcome.outcome(), begun);
    told.run();
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("disposals wait", cause);
    return 5_000;
  }
}
