package io.waybillguard.agent.report;

import io.waybillguard.agent.event.CommandEnded;
import io.waybillguard.agent.event.CommandEnded.Outcome;
import io.waybillguard.agent.event.CommandReceived;
import io.waybillguard.agent.event.CommandReceived.Verdict;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Span;
import io.waybillguard.agent.evidence.Entry;
import io.waybillguard.agent.evidence.Erasure;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What HQ has this desk do. A command is in the log before anything of it is done, and its result
 * after; one whose id the log knows is not run again. Owned by the report thread.
 */
final class Commands {
  private static final Logger LOG = LoggerFactory.getLogger(Commands.class);
  private static final Duration WRITER_PATIENCE = Duration.ofSeconds(20);

  /** Whoever can forge an answer of HQ's must not fill the log with refusals. */
  private static final Duration BETWEEN_REFUSALS = Duration.ofMinutes(1);

  /** Longest name of a case or request, in characters. */
  private static final int MOST_NAME = 200;

  private static final String POLICY = "policy";

  private static final Set<String> KNOWN = Set.of("pull", "hold", "release", "erase", "rekey");

  private final LogClerk clerk;
  private final Errands errands;
  private final Policies policies;
  private final InstantSource clock;

  /** Ids that are in the log, with the moment after which HQ's word on them is stale anyway. */
  private final Map<String, Instant> seen = new HashMap<>();

  private final Deque<Running> waiting = new ArrayDeque<>();
  private @Nullable Instant lastRefusal;
  private boolean remembers;

  /** A command that was taken. */
  private static final class Running {
    final Command command;
    final Command.Message message;
    @Nullable BodyCutter pull;
    @Nullable CompletableFuture<Erasure> erasure;

    Running(Command command, Command.Message message) {
      this.command = command;
      this.message = message;
    }
  }

  /** HQ does not want what it asked for. */
  static final class NotTaken extends Exception {
    private static final long serialVersionUID = 1L;

    NotTaken(String message) {
      super(message);
    }
  }

  /** Arguments that make no sense. */
  private static final class BadArguments extends Exception {
    private static final long serialVersionUID = 1L;

    BadArguments(String message) {
      super(message);
    }
  }

  /**
   * @param clock gives the times of records; whether a command is still to be run is judged by HQ's
   */
  Commands(LogClerk clerk, Errands errands, Policies policies, InstantSource clock) {
    this.clerk = clerk;
    this.errands = errands;
    this.policies = policies;
    this.clock = clock;
  }

  /**
   * Learns from the log which commands were there, and writes down which of them an earlier run
   * took and did not end. Before anything is {@link #heard}; a second time, nothing is done.
   *
   * @param key of HQ's commands
   */
  void remember(LogReader log, VerifierKey key)
      throws IOException, EvidenceException, InterruptedException {
    if (remembers) {
      return;
    }
    Map<String, String> unended = new TreeMap<>();
    for (Entry entry : log.find("hq.cmd", Instant.EPOCH, Instant.MAX, -1)) {
      Json.Obj leaf = entry.leaf().fields();
      String id = leaf.text("id", "");
      seen.put(id, Instant.ofEpochMilli(leaf.number("expires", 0)));
      if (leaf.text("verdict", "").equals(Verdict.TAKEN.word())) {
        unended.put(id, leaf.text("cmd", ""));
      }
    }
    for (Entry entry : log.find("hq.result", Instant.EPOCH, Instant.MAX, -1)) {
      unended.remove(entry.leaf().fields().text("id", ""));
    }
    for (Map.Entry<String, String> each : unended.entrySet()) {
      if (errands.knows(each.getValue()) && errands.begin(each.getValue(), each.getKey())) {
        LOG.info("command={} id={} goes on", each.getValue(), each.getKey());
        continue;
      }
      Optional<Command.Message> policy = prepared(each.getValue(), each.getKey());
      if (policy.isPresent()) {
        LOG.info("command={} id={} goes on", each.getValue(), each.getKey());
        waiting.add(new Running(Command.verified(policy.get(), key), policy.get()));
        continue;
      }
      LOG.warn("command={} id={} was interrupted", each.getValue(), each.getKey());
      end(
          each.getKey(),
          each.getValue(),
          Outcome.INTERRUPTED,
          "the agent ended meanwhile",
          Map.of());
    }
    remembers = true;
  }

  private Optional<Command.Message> prepared(String type, String id) throws IOException {
    return type.equals(POLICY) ? policies.prepared(id) : Optional.empty();
  }

  /**
   * Takes what came with a heartbeat.
   *
   * @param now HQ's time of the answer
   * @return whether something was written down that HQ should hear of at once
   * @throws IOException if the log does not take the commands; none of those that are not in it is
   *     run, and they come again
   */
  boolean heard(List<Command.Message> messages, Instant now, Enrolment hq)
      throws IOException, InterruptedException {
    boolean wrote = false;
    seen.values().removeIf(expires -> expires.isBefore(now.minus(Duration.ofDays(1))));
    for (Command.Message message : messages) {
      Command command;
      try {
        command = Command.verified(message, hq.command());
      } catch (EvidenceException e) {
        refuse(String.valueOf(e.getMessage()));
        continue;
      }
      if (!seen.containsKey(command.id()) && !now.isBefore(command.notBefore())) {
        judge(command, message, now, hq);
        wrote = true;
      }
    }
    return wrote;
  }

  private void judge(Command command, Command.Message message, Instant now, Enrolment hq)
      throws IOException, InterruptedException {
    Verdict verdict = Verdict.TAKEN;
    String detail = "";
    if (!command.isFor(hq.origin(), hq.outlet())) {
      verdict = Verdict.REFUSED;
      detail = "it is for " + command.to();
    } else if (!now.isBefore(command.expires())) {
      verdict = Verdict.EXPIRED;
      detail = "its time was over at " + command.expires();
    } else if (!isKnown(command.type()) && !errands.knows(command.type())) {
      verdict = Verdict.UNSUPPORTED;
    } else {
      try {
        if (!Stage.of(command.args(), command.id()).holds(hq.origin(), hq.outlet())) {
          throw new BadArguments("this desk is not among those that it is for");
        }
        check(command);
        if (errands.knows(command.type())) {
          errands.prepare(command);
        } else if (command.type().equals(POLICY)) {
          policies.prepare(command, message);
        }
      } catch (BadArguments | IllegalArgumentException e) {
        verdict = Verdict.REFUSED;
        detail = String.valueOf(e.getMessage());
      }
    }
    record(
        new CommandReceived(
            clock.instant(),
            command.id(),
            command.type(),
            verdict,
            detail,
            command.args(),
            command.expires()));
    seen.put(command.id(), command.expires());
    LOG.info("command={} id={} verdict={} {}", command.type(), command.id(), verdict, detail);
    if (verdict == Verdict.TAKEN && !isKnown(command.type())) {
      boolean unused = errands.begin(command.type(), command.id());
    } else if (verdict == Verdict.TAKEN) {
      waiting.add(new Running(command, message));
    }
  }

  private boolean isKnown(String type) {
    return KNOWN.contains(type) || (type.equals(POLICY) && policies.areTaken());
  }

  /** What is not signed for us names itself, and may name anything: only that it came is kept. */
  private void refuse(String why) throws IOException, InterruptedException {
    Instant now = clock.instant();
    LOG.warn("a command is refused: {}", why);
    if (lastRefusal == null
        || now.isBefore(lastRefusal)
        || !now.isBefore(lastRefusal.plus(BETWEEN_REFUSALS))) {
      lastRefusal = now;
      record(new CommandReceived(now, "", "", Verdict.REFUSED, why, Json.object(), Instant.EPOCH));
    }
  }

  private static void check(Command command) throws BadArguments {
    switch (command.type()) {
      case "pull" -> span(command);
      case "hold", "release" -> {
        name(command, "case");
        span(command);
      }
      case "erase" -> {
        name(command, "request");
        records(command);
      }
      default -> {}
    }
  }

  private static Span span(Command command) throws BadArguments {
    try {
      return new Span(command.args().number("from"), command.args().number("to"));
    } catch (JsonException | IllegalArgumentException e) {
      throw new BadArguments(String.valueOf(e.getMessage()));
    }
  }

  private static String name(Command command, String key) throws BadArguments {
    String name = command.args().text(key, "");
    if (name.isEmpty() || name.length() > MOST_NAME) {
      throw new BadArguments(
          "\"" + key + "\" should have 1 to " + MOST_NAME + " characters, not " + name.length());
    }
    return name;
  }

  private static SortedSet<Long> records(Command command) throws BadArguments {
    try {
      List<Span> spans = Span.read(command.args(), "records");
      long count = Span.count(spans);
      if (count < 1 || count > EvidenceLog.MOST_ERASED) {
        throw new BadArguments(
            "\"records\" should be 1 to " + EvidenceLog.MOST_ERASED + " records, not " + count);
      }
      SortedSet<Long> records = new TreeSet<>();
      for (Span span : spans) {
        for (long i = span.from(); i < span.to(); i++) {
          records.add(i);
        }
      }
      return records;
    } catch (JsonException e) {
      throw new BadArguments(String.valueOf(e.getMessage()));
    }
  }

  // -- doing it ----------------------------------------------------------------------------------

  /** Whether something is to be done. */
  boolean isBusy() {
    return !waiting.isEmpty();
  }

  /** Where pulled bodies go, and policies come from. */
  interface Hq {
    /**
     * Sends a piece.
     *
     * @return false if HQ found it too large
     * @throws NotTaken if HQ will not take it, however often it is sent
     * @throws IOException if HQ did not take it this time
     */
    boolean send(byte[] packed) throws IOException, NotTaken;

    /**
     * Fetches a policy's document.
     *
     * @throws NotTaken if HQ has none of this hash
     * @throws IOException if HQ did not give it this time
     */
    byte[] policy(String sha256) throws IOException, NotTaken;
  }

  /**
   * Does the next bit of the oldest command. On failure the bit is tried again; a command that
   * cannot be done at all ends with a result that says so.
   *
   * @param held how many records HQ holds: bodies of later ones have to wait
   * @return whether the command has ended, of which HQ should hear at once
   */
  boolean advance(LogReader log, long held, Hq hq)
      throws IOException, EvidenceException, InterruptedException {
    Running running = waiting.element();
    Command command = running.command;
    try {
      Map<String, Long> counts =
          switch (command.type()) {
            case "pull" -> pull(running, log, held, hq);
            case "hold" ->
                Map.of("placed", isOne(done(clerk.hold(name(command, "case"), span(command)))));
            case "release" ->
                Map.of("ended", isOne(done(clerk.release(name(command, "case"), span(command)))));
            case "erase" -> erase(running);
            case POLICY -> policy(running, hq);
            case "rekey" -> Map.of("epoch", done(clerk.changeKey()));
            default -> throw new BadArguments("unknown: " + command.type());
          };
      if (counts.isEmpty()) {
        return false;
      }
      end(command.id(), command.type(), Outcome.DONE, "", counts);
    } catch (BadArguments | NotTaken | Refused e) {
      end(command.id(), command.type(), Outcome.FAILED, String.valueOf(e.getMessage()), Map.of());
    }
    waiting.remove();
    return true;
  }

  private static long isOne(boolean yes) {
    return yes ? 1L : 0L;
  }

  /** A piece of it; empty while there is more. */
  private static Map<String, Long> pull(Running running, LogReader log, long held, Hq hq)
      throws BadArguments, NotTaken, IOException, EvidenceException {
    BodyCutter pull = running.pull;
    if (pull == null) {
      Span asked = span(running.command);
      if (asked.from() >= held) {
        throw new BadArguments("HQ holds " + held + " records, and asks for " + asked.from());
      }
      pull = new BodyCutter(new Span(asked.from(), Math.min(asked.to(), held)));
      running.pull = pull;
    }
    BodyCutter.Piece piece = pull.cut(log);
    if (piece.bodies().isEmpty() || hq.send(BodyCutter.pack(piece))) {
      pull.sent(piece);
    } else {
      pull.halve();
    }
    return pull.isDone() ? Map.of("sent", pull.sent(), "gone", pull.gone()) : Map.of();
  }

  private Map<String, Long> policy(Running running, Hq hq)
      throws BadArguments, NotTaken, IOException, InterruptedException {
    Command command = running.command;
    try {
      if (!policies.isInForce(command)) {
        byte[] document = hq.policy(command.args().text("sha256"));
        policies.apply(command, running.message, document);
      }
      return Map.of("version", command.args().number("version"));
    } catch (IllegalArgumentException | JsonException e) {
      throw new BadArguments(String.valueOf(e.getMessage()));
    }
  }

  /** Empty while copies lie in the log's files, since somebody reads them. */
  private Map<String, Long> erase(Running running)
      throws BadArguments, Refused, IOException, InterruptedException {
    CompletableFuture<Erasure> asked = running.erasure;
    if (asked == null) {
      Command command = running.command;
      asked = clerk.erase(records(command), name(command, "request"));
      running.erasure = asked;
    }
    try {
      asked.get(1, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return Map.of();
    } catch (ExecutionException e) {
      running.erasure = null;
    }
    Erasure erasure = done(asked);
    return Map.of(
        "erased", Span.count(erasure.erased()),
        "held", Span.count(erasure.held()),
        "absent", Span.count(erasure.absent()));
  }

  private void end(
      String id, String command, Outcome outcome, String detail, Map<String, Long> counts)
      throws IOException, InterruptedException {
    record(new CommandEnded(clock.instant(), id, command, outcome, detail, counts));
    LOG.info("command={} id={} outcome={} {} {}", command, id, outcome, counts, detail);
  }

  private void record(io.waybillguard.agent.event.Note note)
      throws IOException, InterruptedException {
    try {
      long unused = done(clerk.record(note));
    } catch (Refused e) {
      throw new IOException("the log does not take a " + note.type() + ": " + e.getMessage(), e);
    }
  }

  /** The log's writer cannot do it, and could not if it were asked again. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(ExecutionException e) {
      super(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
    }
  }

  private static <T> T done(CompletableFuture<T> asked)
      throws Refused, IOException, InterruptedException {
    try {
      return asked.get(WRITER_PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw new IOException("the log's disk does not take it yet: " + io.getMessage(), io);
      }
      throw new Refused(e);
    } catch (TimeoutException e) {
      throw new IOException(
          "the log did not do it within " + WRITER_PATIENCE.toSeconds() + " s", e);
    }
  }
}
