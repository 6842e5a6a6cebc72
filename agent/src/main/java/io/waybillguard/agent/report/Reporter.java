package io.waybillguard.agent.report;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.EvidenceLog;
import io.waybillguard.agent.evidence.KeyChain;
import io.waybillguard.agent.evidence.Leaf;
import io.waybillguard.agent.evidence.LogClerk;
import io.waybillguard.agent.evidence.LogReader;
import io.waybillguard.agent.evidence.Merkle;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.Secrets;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.TlogProof;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.GenerationRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.ImpliedHashes;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.RemovalAnchor;
import io.waybillguard.agent.report.wire.RenewReply;
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
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
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
    /** A person at HQ has taken our certificate away; what happens is logged, and waits. */
    REVOKED,
    /** Two machines or two histories have our identity; HQ takes reports only, until it looked. */
    RESTRICTED,
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
  private final Secrets secrets;
  private final LogClerk clerk;
  private final Rhythm rhythm;
  private final Vitals vitals;
  private final InstantSource clock;
  private final LongSupplier monoMicros;
  private final Connector connector;
  private final Backoff backoff;
  private final SegmentCutter cutter = new SegmentCutter();
  private final Commands commands;
  private final Semaphore signal = new Semaphore(0);
  private final AtomicBoolean urgent = new AtomicBoolean(true);

  private @Nullable LogReader log;
  private @Nullable Enrolment enrolment;
  private @Nullable Transport transport;

  /** By the monotonic clock, µs: a wall clock that is set back would mean years of silence. */
  private long nextHeartbeat;

  private long nextReport;
  private boolean reporting;
  private boolean renewalDue;
  private boolean restricted;

  /** Until an HQ that is older than this agent says that it cannot. */
  private boolean hqPutsHashesBack = true;

  private @Nullable RemovalAnchors anchors;

  /** Whether our log took the place of the one that HQ knows, and HQ does not know it yet. */
  private boolean succeeding;

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
   * @param secrets how the TLS key is kept
   * @param clerk the log's writer
   * @param clock for what people read
   * @param monoMicros what waits are measured by, in µs; never runs backwards
   * @param errands what HQ's commands may have this PC do besides
   * @param policies what becomes of HQ's policies
   */
  public Reporter(
      Path data,
      Secrets secrets,
      LogClerk clerk,
      Rhythm rhythm,
      Vitals vitals,
      InstantSource clock,
      LongSupplier monoMicros,
      RandomGenerator random,
      Errands errands,
      Policies policies,
      Connector connector) {
    this.data = data;
    this.secrets = secrets;
    this.clerk = clerk;
    this.rhythm = rhythm;
    this.vitals = vitals;
    this.clock = clock;
    this.monoMicros = monoMicros;
    this.connector = connector;
    this.backoff = new Backoff(rhythm.backoffMost(), random);
    this.commands = new Commands(clerk, errands, policies, clock);
  }

  /** The real way, with a TLS key that is not wrapped. */
  public static Connector overHttps(Path data, Rhythm rhythm) {
    return overHttps(data, Secrets.PLAIN, rhythm);
  }

  /** The real way: HTTPS with this PC's certificate. */
  public static Connector overHttps(Path data, Secrets secrets, Rhythm rhythm) {
    return hq ->
        new HttpsTransport(
            hq.hq(),
            TlsIdentity.of(data.resolve("keys"), secrets, hq.chain()).context(hq.chain()),
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
    long now = monoMicros.getAsLong();
    Transport hq = connected();
    if (hq == null) {
      await(LOOK_FOR_ENROLMENT);
      return 0;
    }
    if (succeeding) {
      introduceNewLog(hq);
      return 1;
    }
    if (now >= nextHeartbeat) {
      beat(hq, now);
      return 1;
    }
    if (stoppedByHq()) {
      await(untilNext(now));
      return 0;
    }
    if (renewalDue && !reporting) {
      renew(hq);
      return 1;
    }
    if (!reporting && (urgent.getAndSet(false) || now >= nextReport)) {
      begin();
    }
    if (reporting) {
      advance(hq);
      return 1;
    }
    if (commands.isBusy()) {
      if (commands.advance(reader(), heldByHq, new AtHq(hq))) {
        urgent.set(true);
      }
      return 1;
    }
    await(untilNext(now));
    return 0;
  }

  private boolean stoppedByHq() {
    return state.link() == Link.ROLLED_BACK || state.link() == Link.FORKED;
  }

  private Duration untilNext(long now) {
    long next = stoppedByHq() ? nextHeartbeat : Math.min(nextHeartbeat, nextReport);
    return Duration.ofNanos(Math.max(0, next - now) * 1000);
  }

  private static long micros(Duration wait) {
    return wait.toNanos() / 1000;
  }

  /** Waits, but not so long that the watchdog takes it for a hang. */
  private void await(Duration wait) throws InterruptedException {
    long millis = Math.min(wait.toMillis(), LONGEST_WAIT.toMillis());
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
      boolean enrolled = found.get().origin().equals(origin(reader));
      if (!enrolled && !tookAnothersPlace(reader)) {
        say(
            Link.REFUSED,
            "this log is not the one that was enrolled; enrol again with a new token");
        return null;
      }
      succeeding = !enrolled;
      enrolment = found.get();
      commands.remember(reader, found.get().command());
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

  /** Whether the log's first record says that another was set aside for it. */
  private static boolean tookAnothersPlace(LogReader reader) throws IOException {
    Optional<byte[]> first = reader.size() > 0 ? reader.leaf(0) : Optional.empty();
    try {
      return first.isPresent() && Leaf.parse(first.get()).type().equals("log.recover");
    } catch (EvidenceException e) {
      return false; // a damaged record is for 'evidence verify' to tell of
    }
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

  private void beat(Transport hq, long now) throws Exception {
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
        now
            + micros(
                backoff.around(
                    reply.nextAfter().isZero() ? rhythm.heartbeat() : reply.nextAfter()));
    backoff.reset();
    restricted = reply.restricted();
    renewalDue = !restricted && Renewals.isDue(enrolment(), reply.hqTime());
    keep(reply.removal());
    boolean wasForked = state.link() == Link.FORKED;
    if (reply.hqSize() > head.size()) {
      rolledBack(reply.hqSize(), head.size());
    }
    if (restricted) {
      if (!stoppedByHq()) {
        say(Link.RESTRICTED, "");
      }
    } else if (reply.hqSize() > head.size() || wasForked) {
      // Also when HQ has lifted what it laid on a fork: this history can never be continued there.
      setLogAside(reply, head.size());
    } else if (!stoppedByHq()) {
      say(Link.CONNECTED, "");
      if (commands.heard(reply.commands(), reply.hqTime(), enrolment())) {
        urgent.set(true);
      }
    }
  }

  /**
   * What codes for the agent's removal are checked by. A disk that takes nothing is asked again.
   */
  private void keep(List<RemovalAnchor> told) {
    RemovalAnchors now = new RemovalAnchors(enrolment().origin(), told);
    if (told.isEmpty() || now.equals(anchors)) {
      return;
    }
    try {
      now.save(data);
      anchors = now;
    } catch (IOException e) {
      LOG.warn("what removal codes are checked by is not kept yet", e);
    }
  }

  /** What commands want of HQ. */
  private final class AtHq implements Commands.Hq {
    private final Transport hq;

    AtHq(Transport hq) {
      this.hq = hq;
    }

    @Override
    public boolean send(byte[] packed) throws IOException, Commands.NotTaken {
      return sendBodies(hq, packed);
    }

    @Override
    public byte[] policy(String sha256) throws IOException, Commands.NotTaken {
      return fetchPolicy(hq, sha256);
    }
  }

  private byte[] fetchPolicy(Transport hq, String sha256) throws IOException, Commands.NotTaken {
    byte[] asked = Json.object().put("sha256", sha256).canonical();
    Transport.Answer answer = hq.post("/v1/policy", Transport.Body.JSON, asked);
    switch (answer.status()) {
      case 200 -> {
        backoff.reset();
        return answer.body();
      }
      case 400, 404 -> throw new Commands.NotTaken(brief(answer));
      default ->
          throw new RefusedException(
              answer, "HQ refused the policy: status " + answer.status() + " " + brief(answer));
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

  // -- a log that cannot be continued
  // ------------------------------------------------------------------------------------

  /**
   * Sets the log aside and lets another begin, on the strength of HQ's own signature over more than
   * is here, or other than is here.
   */
  private void setLogAside(HeartbeatReply reply, long here) throws Exception {
    SignedNote atHq = headAtHq(reply);
    if (atHq == null) {
      return;
    }
    String why =
        (reply.hqSize() > here ? "rolled back: " : "forked: ")
            + "HQ has cosigned a head of "
            + reply.hqSize()
            + " records, "
            + here
            + " are here";
    closeReader();
    done(clerk.succeed(atHq, why), "another log's beginning");
    transport = null;
    enrolment = null;
  }

  /** HQ's newest head of this log, if HQ's witness key vouches for it. */
  private @Nullable SignedNote headAtHq(HeartbeatReply reply) throws EvidenceException {
    if (reply.head().isEmpty()) {
      return null;
    }
    SignedNote note = SignedNote.parse(reply.head());
    Checkpoint head = Checkpoint.parse(note.text());
    if (!head.origin().equals(enrolment().origin())
        || head.size() != reply.hqSize()
        || note.cosignedBy(enrolment().witness()).isEmpty()) {
      throw new EvidenceException(
          "HQ says it has cosigned "
              + reply.hqSize()
              + " records and shows no cosignature of that");
    }
    return note;
  }

  /** HQ links the new log to the one that it knows; until then nothing is sent. */
  private void introduceNewLog(Transport hq) throws Exception {
    VerifierKey key = reader().keys().epochs().get(0).key();
    String spki = TlsIdentity.certifiedSpki(enrolment().chain());
    String previous = enrolment().origin();
    byte[] sigLog =
        done(clerk.attest(GenerationRequest.signed(previous, key.toString(), spki)), "a signature");
    GenerationRequest request =
        new GenerationRequest(
            previous, key.toString(), spki, Base64.getEncoder().encodeToString(sigLog));
    Transport.Answer answer = hq.post("/v1/generation", Transport.Body.JSON, request.encode());
    expect(answer, "new log");
    Enrolment next = Enroller.enrolment(enrolment().hq(), EnrollReply.decode(answer.body()), key);
    next.save(data);
    LOG.warn("hq has linked log={} to log={}", next.origin(), previous);
    target = 0;
    heldByHq = 0;
    say(Link.CONNECTED, "");
    backoff.reset();
    transport = null;
    enrolment = null;
    succeeding = false;
    nextHeartbeat = 0;
    urgent.set(true);
  }

  private void closeReader() throws IOException {
    if (log != null) {
      LogReader open = log;
      log = null;
      open.close();
    }
  }

  // -- the certificate
  // ---------------------------------------------------------------------------------------------------

  private void renew(Transport hq) throws Exception {
    TlsIdentity next = Renewals.next(data, secrets);
    byte[] sigLog = done(clerk.attest(Renewals.statement(enrolment(), next)), "a signature");
    Transport.Answer answer =
        hq.post(
            "/v1/renew", Transport.Body.JSON, Renewals.request(enrolment(), next, sigLog).encode());
    renewalDue = false; // the next heartbeat says whether it still is
    switch (answer.status()) {
      case 200 -> {
        Enrolment renewed = enrolment().renewed(RenewReply.decode(answer.body()));
        next.context(renewed.chain());
        renewed.save(data);
        enrolment = renewed;
        transport = connector.to(renewed);
        LOG.info("certificate renewed");
      }
      case 403 -> teachKeys(hq, answer);
      case 409 -> LOG.info("hq renews later: {}", brief(answer));
      default -> refused(answer, "renewal");
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
      nextReport = monoMicros.getAsLong() + micros(backoff.around(rhythm.every()));
      state = new State(good(), enrolment().hq().toString(), clock.instant(), 0, "");
    }
  }

  /** What stands between when nothing does but what HQ has laid on us. */
  private Link good() {
    return restricted ? Link.RESTRICTED : Link.CONNECTED;
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
      nextHeartbeat = 0; // it brings HQ's signature over that
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
    // Where HQ knows as many keys as we do and still not ours, it is shown how ours came to be:
    // that
    // contradicts what it holds, and it learns that there are two histories.
    long from = Math.min(known, keys.last().number() - 1);
    for (KeyChain.Epoch epoch : keys.epochs()) {
      if (epoch.number() > from && epoch.number() > 0) {
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
    Optional<Segment> lean = hqPutsHashesBack ? ImpliedHashes.leaveOut(segment) : Optional.empty();
    Transport.Answer answer =
        hq.post(
            path("segments"),
            lean.isPresent() ? Transport.Body.LEAN_SEGMENT : Transport.Body.SEGMENT,
            SegmentCutter.pack(lean.orElse(segment)));
    switch (answer.status()) {
      case 200 -> {
        NoteSignature line = cosignature(answer, segment.note(), enrolment().mirror());
        done(clerk.accept(EvidenceLog.Witness.MIRROR, segment.newSize(), line), "a cosignature");
        heldByHq = segment.newSize();
        backoff.reset();
        state =
            new State(
                good(), enrolment().hq().toString(), state.lastReport(), target - heldByHq, "");
      }
      case 409 -> heldElsewhere(answer, segment);
      case 403 -> teachKeys(hq, answer);
      case 413 -> {
        LOG.info(
            "hq found a segment of {} records too large; it is halved", segment.leaves().size());
        cutter.halve();
      }
      case 415 -> {
        if (lean.isEmpty()) {
          refused(answer, "segment");
        }
        LOG.info("hq is older than this agent: segments go to it with every hash");
        hqPutsHashesBack = false;
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
      nextHeartbeat = 0;
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

    boolean isRevoked() {
      return says(Refusal.REVOKED);
    }

    private boolean says(String word) {
      try {
        return answer != null && Refusal.decode(answer.body()).error().equals(word);
      } catch (WireException e) {
        return false; // not JSON: one of the answers that carry a number
      }
    }

    boolean isAboutUs() {
      return answer != null
          && (answer.status() == 401 || answer.status() == 403 || answer.status() == 404);
    }

    boolean isFork() {
      return answer != null && (answer.status() == 422 || says(Refusal.BAD_SIGNATURE));
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
          refused.isFork()
              ? Link.FORKED
              : refused.isRevoked() ? Link.REVOKED : refused.isAboutUs() ? Link.REFUSED : Link.AWAY,
          String.valueOf(cause.getMessage()));
      if (refused.isAboutUs() && !refused.isFork()) {
        transport = null; // a new enrolment may be there at the next try
      }
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
    closeReader();
  }
}
