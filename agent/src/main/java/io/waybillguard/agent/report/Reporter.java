package io.waybillguard.agent.report;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells HQ: heads first, so that all is pinned, then the records up to them. The log is the only
 * queue; how far HQ has got is what HQ has signed for. Each step is one exchange, and each may be
 * repeated.
 */
public final class Reporter implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
  private static final Duration LOOK_FOR_ENROLMENT = Duration.ofSeconds(5);
  private static final Duration WRITER_PATIENCE = Duration.ofSeconds(20);
  private static final long STILL_WAITING_MS = 10_000;

  /**
   * How often HQ is spoken to.
   *
   * @param every longest time between two reports
   * @param heartbeat time between two heartbeats, unless HQ asks for another
   * @param connect longest time to connect
   * @param read longest time to wait for an answer
   * @param backoffMost longest pause after failures
   */
  public record Rhythm(
      Duration every, Duration heartbeat, Duration connect, Duration read, Duration backoffMost) {}

  /** What stands between this PC and HQ. */
  public enum Link {
    /** This PC belongs to no HQ. */
    NOT_ENROLLED,
    /** The last exchange worked. */
    CONNECTED,
    /** HQ did not answer. */
    AWAY,
    /** HQ does not take our certificate, or not this log. */
    REFUSED,
    /** HQ holds more of this log than there is here: it was put back to an older state. */
    ROLLED_BACK,
    /** HQ holds another log under this name. */
    FORKED
  }

  /**
   * How reporting is doing, for people.
   *
   * @param link what stands between
   * @param hq HQ's address, or ""
   * @param lastReport when HQ last signed for all there was; null when never in this run
   * @param backlog sealed records that HQ does not hold yet
   * @param detail what went wrong last, or ""
   */
  public record State(
      Link link, String hq, @Nullable Instant lastReport, long backlog, String detail) {}

  /** The parts of a heartbeat that this package does not know. */
  @FunctionalInterface
  public interface Vitals {
    /** A heartbeat about this log, head and witnessed size. */
    Heartbeat heartbeat(String origin, long size, String root, long witnessed);
  }

  private final Path data;
  private final LogClerk clerk;
  private final Rhythm rhythm;
  private final Vitals vitals;
  private final InstantSource clock;
  private final Connector connector;
  private final Backoff backoff;
  private final SegmentCutter cutter = new SegmentCutter();
  private final Commands commands;
  private final Semaphore signal = new Semaphore(0);
  private final AtomicBoolean urgent = new AtomicBoolean(true);

  private @Nullable LogReader log;
  private @Nullable Enrolment enrolment;
  private @Nullable Transport transport;
  private Instant nextHeartbeat = Instant.EPOCH;
  private Instant nextReport = Instant.EPOCH;
  private boolean reporting;
  private long seenByHq;
  private long heldByHq;
  private long target;
  private volatile State state = new State(Link.NOT_ENROLLED, "", null, 0, "");

  /** Makes the way to an HQ; a test puts its own here. */
  @FunctionalInterface
  public interface Connector {
    Transport to(Enrolment hq) throws IOException;
  }

  /**
   * @param data the agent's data folder: the log is read there, and the enrolment is looked for
   *     until it is there
   * @param clerk the log's writer
   */
  public Reporter(
      Path data,
      LogClerk clerk,
      Rhythm rhythm,
      Vitals vitals,
      InstantSource clock,
      RandomGenerator random,
      Connector connector) {
    this.data = data;
    this.clerk = clerk;
    this.rhythm = rhythm;
    this.vitals = vitals;
    this.clock = clock;
    this.connector = connector;
    this.backoff = new Backoff(rhythm.backoffMost(), random);
    this.commands = new Commands(clerk, clock);
  }

  /** The real way: HTTPS with this PC's certificate. */
  public static Connector overHttps(Path data, Rhythm rhythm) {
    return hq ->
        new HttpsTransport(
            hq.hq(),
            TlsIdentity.in(data.resolve("keys")).context(hq.chain()),
            rhythm.connect(),
            rhythm.read());
  }

  @Override
  public String name() {
    return "report";
  }

  /** Something happened that HQ should know at once. Safe from any thread. */
  public void hurry() {
    urgent.set(true);
    signal.release();
  }

  @Override
  public void wake() {
    signal.release();
  }

  /** How reporting is doing, as of the last step. */
  public State state() {
    return state;
  }

  // -- one step
  // ----------------------------------------------------------------------------------------------------------

  @Override
  public int step() throws Exception {
    Instant now = clock.instant();
    Transport hq = connected();
    if (hq == null) {
      await(LOOK_FOR_ENROLMENT);
      return 0;
    }
    if (!now.isBefore(nextHeartbeat)) {
      beat(hq, now);
      return 1;
    }
    if (stoppedByHq()) {
      await(untilNext(now));
      return 0;
    }
    if (!reporting && (urgent.getAndSet(false) || !now.isBefore(nextReport))) {
      begin();
    }
    if (reporting) {
      advance(hq);
      return 1;
    }
    if (commands.isBusy()) {
      commands.advance(reader(), heldByHq, packed -> sendBodies(hq, packed));
      return 1;
    }
    await(untilNext(now));
    return 0;
  }

  private boolean stoppedByHq() {
    return state.link() == Link.ROLLED_BACK || state.link() == Link.FORKED;
  }

  private Duration untilNext(Instant now) {
    Instant next = nextHeartbeat.isBefore(nextReport) || stoppedByHq() ? nextHeartbeat : nextReport;
    Duration wait = Duration.between(now, next);
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  /** Waits, but not so long that the watchdog takes it for a hang. */
  private void await(Duration wait) throws InterruptedException {
    long millis = Math.min(wait.toMillis(), STILL_WAITING_MS);
    if (signal.tryAcquire(Math.max(1, millis), TimeUnit.MILLISECONDS)) {
      signal.drainPermits();
    }
  }

  private @Nullable Transport connected()
      throws IOException, EvidenceException, InterruptedException {
    if (transport == null) {
      Optional<Enrolment> found = Enrolment.load(data);
      if (found.isEmpty()) {
        return null;
      }
      LogReader reader = reader();
      if (!found.get().origin().equals(origin(reader))) {
        say(
            Link.REFUSED,
            "this log is not the one that was enrolled; enrol again with a new token");
        return null;
      }
      enrolment = found.get();
      commands.remember(reader);
      transport = connector.to(found.get());
      seenByHq = reader.pinnedSize();
      heldByHq = reader.witnessedSize();
      LOG.info(
          "hq={} outlet={} seen={} held={}",
          found.get().hq(),
          found.get().outlet(),
          seenByHq,
          heldByHq);
    }
    return transport;
  }

  private static String origin(LogReader reader) throws IOException {
    return reader.keys().origin();
  }

  private LogReader reader() throws IOException {
    if (log == null) {
      log = LogReader.open(data);
    }
    return log;
  }

  private Enrolment enrolment() {
    return java.util.Objects.requireNonNull(enrolment, "asked before connected()");
  }

  // -- heartbeat
  // ---------------------------------------------------------------------------------------------------------

  private void beat(Transport hq, Instant now)
      throws IOException, WireException, EvidenceException, InterruptedException {
    Optional<SignedNote> newest = reader().newestCheckpoint();
    Checkpoint head =
        newest.isEmpty()
            ? new Checkpoint(enrolment().origin(), 0, Merkle.empty())
            : Checkpoint.parse(newest.get().text());
    Heartbeat heartbeat =
        vitals.heartbeat(head.origin(), head.size(), head.root().base64(), heldByHq);
    Transport.Answer answer = hq.post("/v1/heartbeat", Transport.Body.JSON, heartbeat.encode());
    expect(answer, "heartbeat");
    HeartbeatReply reply = HeartbeatReply.decode(answer.body());
    nextHeartbeat =
        now.plus(
            backoff.around(reply.nextAfter().isZero() ? rhythm.heartbeat() : reply.nextAfter()));
    backoff.reset();
    if (reply.hqSize() > head.size()) {
      rolledBack(reply.hqSize(), head.size());
    } else if (!stoppedByHq()) {
      say(Link.CONNECTED, "");
      commands.heard(reply.commands(), reply.hqTime(), enrolment());
    }
  }

  /** For a command: content that HQ asked for. */
  private boolean sendBodies(Transport hq, byte[] packed) throws IOException, Commands.NotTaken {
    Transport.Answer answer;
    try {
      answer = hq.post(path("bodies"), Transport.Body.SEGMENT, packed);
    } catch (EvidenceException e) {
      throw new Commands.NotTaken(String.valueOf(e.getMessage()));
    }
    switch (answer.status()) {
      case 200 -> {
        backoff.reset();
        return true;
      }
      case 413 -> {
        return false;
      }
      case 400, 404, 422 -> throw new Commands.NotTaken(brief(answer));
      default -> {
        refused(answer, "content");
        return false;
      }
    }
  }

  // -- report
  // ------------------------------------------------------------------------------------------------------------

  private void begin() throws IOException, InterruptedException {
    target = done(clerk.seal(), "a checkpoint");
    reporting = true;
  }

  /** One exchange towards HQ holding everything up to the target. */
  private void advance(Transport hq) throws Exception {
    if (seenByHq < target) {
      showHead(hq);
    } else if (heldByHq < target) {
      sendSegment(hq);
    } else {
      reporting = false;
      Instant now = clock.instant();
      nextReport = now.plus(backoff.around(rhythm.every()));
      state = new State(Link.CONNECTED, enrolment().hq().toString(), now, 0, "");
    }
  }

  private void showHead(Transport hq) throws Exception {
    LogReader reader = reader();
    SignedNote note =
        reader
            .newestCheckpoint()
            .orElseThrow(() -> new EvidenceException("the log has no checkpoint"));
    long size = Checkpoint.parse(note.text()).size();
    ConsistencyClaim claim =
        new ConsistencyClaim(seenByHq, Merkle.consistency(reader, seenByHq, size), note);
    Transport.Answer answer = hq.post("/v1/add-checkpoint", Transport.Body.TEXT, claim.bytes());
    switch (answer.status()) {
      case 200 -> {
        NoteSignature line = cosignature(answer, note, enrolment().witness());
        done(clerk.accept(EvidenceLog.Witness.HEAD, size, line), "a cosignature");
        seenByHq = size;
        target = Math.max(target, size);
        backoff.reset();
      }
      case 409 -> conflict(answer, size);
      case 403 -> teachKeys(hq, answer);
      default -> refused(answer, "head");
    }
  }

  /**
   * HQ knows another size: smaller, and we go on from there; larger, and this log was put back to
   * an older state.
   */
  private void conflict(Transport.Answer answer, long size) throws IOException {
    long known;
    try {
      known = NumberLine.decode(answer.body());
    } catch (WireException e) {
      forked(answer);
      return;
    }
    if (known > size) {
      rolledBack(known, size);
    } else if (known == size && seenByHq == size) {
      forked(answer);
    } else {
      seenByHq = known;
    }
  }

  /** HQ lacks the key that signed: it gets the hand-overs it has missed, oldest first. */
  private void teachKeys(Transport hq, Transport.Answer answer) throws Exception {
    long known;
    try {
      known = NumberLine.decodeUnknownEpoch(answer.body());
    } catch (WireException e) {
      refused(answer, "head");
      return;
    }
    LogReader reader = reader();
    KeyChain keys = reader.keys();
    for (KeyChain.Epoch epoch : keys.epochs()) {
      if (epoch.number() > known) {
        long size = epoch.firstSize();
        SignedNote closing = reader.checkpoints(size, size).get(size);
        byte[] leaf = reader.leaf(size - 1).orElse(null);
        if (closing == null || leaf == null) {
          throw new EvidenceException(
              "the hand-over to epoch "
                  + epoch.number()
                  + " is not in the log; run 'evidence verify'");
        }
        TlogProof proof =
            TlogProof.withLeaf(leaf, size - 1, Merkle.inclusion(reader, size - 1, size), closing);
        expect(hq.post(path("keys"), Transport.Body.TEXT, proof.bytes()), "key");
      }
    }
    if (known >= keys.last().number()) {
      refused(answer, "head");
    }
  }

  private void sendSegment(Transport hq) throws Exception {
    Segment segment = cutter.cut(reader(), heldByHq, target);
    Transport.Answer answer =
        hq.post(path("segments"), Transport.Body.SEGMENT, SegmentCutter.pack(segment));
    switch (answer.status()) {
      case 200 -> {
        NoteSignature line = cosignature(answer, segment.note(), enrolment().mirror());
        done(clerk.accept(EvidenceLog.Witness.MIRROR, segment.newSize(), line), "a cosignature");
        heldByHq = segment.newSize();
        backoff.reset();
        state =
            new State(
                Link.CONNECTED,
                enrolment().hq().toString(),
                state.lastReport(),
                target - heldByHq,
                "");
      }
      case 409 -> heldElsewhere(answer, segment);
      case 403 -> teachKeys(hq, answer);
      case 413 -> {
        LOG.info(
            "hq found a segment of {} records too large; it is halved", segment.leaves().size());
        cutter.halve();
      }
      default -> refused(answer, "segment");
    }
  }

  private void heldElsewhere(Transport.Answer answer, Segment segment) throws IOException {
    long known;
    try {
      known = NumberLine.decode(answer.body());
    } catch (WireException e) {
      forked(answer);
      return;
    }
    if (known > target) {
      rolledBack(known, target);
    } else if (known == segment.oldSize()) {
      refused(answer, "segment");
    } else {
      heldByHq = known;
    }
  }

  private String path(String last) throws EvidenceException {
    return "/v1/logs/" + Checkpoint.logIdOf(enrolment().origin()) + "/" + last;
  }

  /**
   * The cosignature of this key in an answer. A 200 without it is no acknowledgement.
   *
   * @throws EvidenceException if there is none that holds
   */
  private static NoteSignature cosignature(
      Transport.Answer answer, SignedNote note, VerifierKey key) throws EvidenceException {
    for (String text : new String(answer.body(), StandardCharsets.UTF_8).split("\n")) {
      if (!text.isEmpty()) {
        NoteSignature line = NoteSignature.parse(text);
        if (Cosignature.verified(line, note.text(), key).isPresent()) {
          return line;
        }
      }
    }
    throw new EvidenceException(
        "HQ answered 200 without a cosignature of "
            + key.name()
            + " that holds; nothing counts as acknowledged");
  }

  // -- what can go wrong
  // -------------------------------------------------------------------------------------------------

  private void rolledBack(long atHq, long here) {
    LOG.error(
        "hq has seen {} records of this log, only {} are here: it was put back to an older state; HQ knows",
        atHq,
        here);
    reporting = false;
    say(Link.ROLLED_BACK, "HQ has seen " + atHq + " records, only " + here + " are here");
  }

  private void forked(Transport.Answer answer) {
    LOG.error("hq holds another log under this name: status={} {}", answer.status(), brief(answer));
    reporting = false;
    say(Link.FORKED, brief(answer));
  }

  private static void expect(Transport.Answer answer, String what) throws IOException {
    if (answer.status() != 200) {
      refused(answer, what);
    }
  }

  private static void refused(Transport.Answer answer, String what) throws IOException {
    throw new RefusedException(
        answer, "HQ refused the " + what + ": status " + answer.status() + " " + brief(answer));
  }

  private static String brief(Transport.Answer answer) {
    try {
      Refusal refusal = Refusal.decode(answer.body());
      return refusal.error() + " (" + refusal.detail() + ")";
    } catch (WireException e) {
      String text = new String(answer.body(), StandardCharsets.UTF_8).strip();
      return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
  }

  /** HQ answered, but not as hoped. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient Transport.@Nullable Answer answer;

    RefusedException(Transport.Answer answer, String message) {
      super(message);
      this.answer = answer;
    }

    Duration pause(Duration own) {
      return answer == null
          ? own
          : answer.retryAfter().filter(asked -> asked.compareTo(own) > 0).orElse(own);
    }

    boolean isAboutUs() {
      return answer != null
          && (answer.status() == 401 || answer.status() == 403 || answer.status() == 404);
    }

    boolean isFork() {
      return answer != null && answer.status() == 422;
    }
  }

  /** The cursor has not moved; the next step begins where this one did. */
  @Override
  public long failed(Exception cause) {
    urgent.set(true);
    reporting = false;
    Duration pause = backoff.next();
    if (cause instanceof RefusedException refused) {
      pause = refused.pause(pause);
      say(
          refused.isFork() ? Link.FORKED : refused.isAboutUs() ? Link.REFUSED : Link.AWAY,
          String.valueOf(cause.getMessage()));
      LOG.warn("{}; next try in {} s", cause.getMessage(), pause.toSeconds());
    } else if (cause instanceof IOException) {
      say(Link.AWAY, String.valueOf(cause.getMessage()));
      LOG.info("hq away: {}; next try in {} s", cause.toString(), pause.toSeconds());
    } else {
      say(Link.AWAY, cause.toString());
      LOG.warn("reporting failed; next try in {} s", pause.toSeconds(), cause);
    }
    return pause.toMillis();
  }

  private void say(Link link, String detail) {
    URI hq = enrolment == null ? null : enrolment.hq();
    state =
        new State(
            link,
            hq == null ? "" : hq.toString(),
            state.lastReport(),
            Math.max(0, target - heldByHq),
            detail);
  }

  private static <T> T done(CompletableFuture<T> asked, String what)
      throws IOException, InterruptedException {
    try {
      return asked.get(WRITER_PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the log did not take " + what + ": " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(
          "the log did not take " + what + " within " + WRITER_PATIENCE.toSeconds() + " s", e);
    }
  }

  @Override
  public void end() throws IOException {
    if (log != null) {
      log.close();
    }
  }
}
