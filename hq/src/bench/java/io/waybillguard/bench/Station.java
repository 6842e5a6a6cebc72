package io.waybillguard.bench;

import io.waybillguard.agent.event.BytesSent;
import io.waybillguard.agent.event.CommandEnded;
import io.waybillguard.agent.event.CommandReceived;
import io.waybillguard.agent.event.Desk;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.FileRef;
import io.waybillguard.agent.event.HuntFinished;
import io.waybillguard.agent.event.Origin;
import io.waybillguard.agent.event.ProcessRef;
import io.waybillguard.agent.event.ProgramAppeared;
import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.Cosignature;
import io.waybillguard.agent.evidence.EvidenceException;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.NoteSignature;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.evidence.SigningKey;
import io.waybillguard.agent.evidence.VerifierKey;
import io.waybillguard.agent.report.wire.Command;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.HeartbeatReply;
import io.waybillguard.agent.report.wire.ImpliedHashes;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Segment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;

/**
 * A simulated workstation: real keys, a real log, the real protocol. Each step may be begun again
 * after {@link Later}, as an agent does whose answer was lost. One thread at a time.
 */
final class Station {
  /** What it does besides reporting. */
  enum Kind {
    /** Nothing. */
    HONEST,
    /** It sends again what HQ had before, as a disk does that was put back. */
    REPLAYS,
    /** It grows two histories and asks HQ for both at once. */
    FORKS
  }

  private final int number;
  private final Kind kind;
  private final Link link;
  private final String token;
  private final ConcurrentLinkedQueue<String> broken;
  private final String boot;
  private final SigningKey key;
  private final KeyPair pair;
  private DeskLog log;
  private Optional<DeskLog> other = Optional.empty();

  /** Whether HQ has chosen one of the two histories. */
  private boolean decided;

  private X509Certificate[] chain = {};
  private VerifierKey witness;
  private VerifierKey mirror;
  private VerifierKey commands;
  private String outlet = "";
  private long head;
  private long held;
  private long beats;
  private int taken;
  private final Map<Long, Hash> cosigned = new HashMap<>();
  private final Set<String> obeyed = new HashSet<>();

  /**
   * @param broken where a broken promise of HQ's is told
   */
  Station(int number, Kind kind, Link link, String token, ConcurrentLinkedQueue<String> broken)
      throws Exception {
    this.number = number;
    this.kind = kind;
    this.link = link;
    this.token = token;
    this.broken = broken;
    this.boot = new UUID(0x6f1c_0f0e_0000_4000L, 0x8000_0000_0000_0000L | number).toString();
    KeyPair first = SigningKey.freshPair();
    String id = SigningKey.logId(first.getPublic());
    this.key = SigningKey.of(Checkpoint.origin("load.example", id), VerifierKey.SIGNER, first);
    Desk desk =
        new Desk(
            id,
            "",
            "load-" + number,
            new Desk.Os(200, "Debian GNU/Linux", "12"),
            boot,
            ZoneId.of("Asia/Shanghai"),
            "0.1.0");
    this.log = new DeskLog(key, desk, number);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    this.pair = generator.generateKeyPair();
  }

  Kind kind() {
    return kind;
  }

  DeskLog log() {
    return log;
  }

  String id() throws EvidenceException {
    return Checkpoint.logIdOf(key.verifier().name());
  }

  /** The roots that HQ has cosigned for this workstation, by size. */
  Map<Long, Hash> cosigned() {
    return cosigned;
  }

  /** How many commands it ran. */
  int commandsRun() {
    return obeyed.size();
  }

  // -- enrolment ---------------------------------------------------------------------------------

  void enrol() throws Exception {
    String spki = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    byte[] signed = EnrollRequest.signed(new EnrollToken(token), spki, key.verifier().toString());
    Signature ecdsa = Signature.getInstance("SHA256withECDSA");
    ecdsa.initSign(pair.getPrivate());
    ecdsa.update(signed);
    EnrollRequest request =
        new EnrollRequest(
            token,
            spki,
            key.verifier().toString(),
            new EnrollRequest.Host("load-" + number, "Debian GNU/Linux 12", "0.1.0"),
            Base64.getEncoder().encodeToString(ecdsa.sign()),
            Base64.getEncoder().encodeToString(key.raw(signed)));
    Link.Answer answer =
        link.post(link.stranger(), "enrol", "/v1/enroll", request.encode(), "", true);
    expect(answer, 200, "enrolment");
    EnrollReply reply = EnrollReply.decode(answer.body());
    X509Certificate[] certificates = new X509Certificate[reply.chain().size()];
    for (int i = 0; i < certificates.length; i++) {
      byte[] pem = reply.chain().get(i).getBytes(StandardCharsets.US_ASCII);
      certificates[i] =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(pem));
    }
    chain = certificates;
    outlet = reply.outlet();
    witness = VerifierKey.parse(reply.witnessVkey());
    mirror = VerifierKey.parse(reply.mirrorVkey());
    commands = VerifierKey.parse(reply.commandVkey());
  }

  // -- reports -----------------------------------------------------------------------------------

  /**
   * Grows once per round, reports all, and says that it is there.
   *
   * @param round from 1; the same round begun again grows nothing
   */
  void visit(int round, int records) throws Exception {
    if (taken < round) {
      grow(log, records);
      taken = round;
    }
    SSLContext tls = link.known(pair, chain);
    report(tls);
    beat(tls, log.size());
  }

  /** Reports what is left. */
  void finish() throws Exception {
    report(link.known(pair, chain));
  }

  private void grow(DeskLog to, int records) {
    for (int i = 0; i < records; i++) {
      to.append(record(to.next(), to.size(), number));
    }
  }

  /** One of the agent's own records: three in four tell of bytes sent, one of a new program. */
  static Event record(Instant at, long n, int of) {
    return n % 4 == 3
        ? new ProgramAppeared(
            at,
            new FileRef(
                "/home/scan/app/" + of + "-" + n,
                "elf",
                4096,
                "ab".repeat(32),
                "",
                "scan",
                false,
                true),
            new Origin(Origin.Medium.REMOVABLE, "same_hash", "/media/STICK/app", "ab".repeat(32)),
            ProcessRef.UNKNOWN)
        : new BytesSent(
            at.minusSeconds(60),
            at,
            new ProcessRef(4_000 + n, "/home/scan/app/uploader", "scan"),
            ProcessRef.UNKNOWN,
            true,
            new BytesSent.Peer("203.0.113.7", 443, "upload.example.com", "", false),
            1_234_567 + n,
            4_096,
            3);
  }

  private void report(SSLContext tls) throws Exception {
    long size = log.size();
    while (head < size) {
      ConsistencyClaim claim = log.claim(head, size);
      Link.Answer answer = claim(tls, claim);
      if (answer.status() == 200) {
        keep(answer, claim.note(), size);
        head = size;
      } else {
        expect(answer, 409, "checkpoint of size " + size);
        head = NumberLine.decode(answer.body());
      }
    }
    while (held < size) {
      Segment segment = log.segment(held, size);
      Link.Answer answer = segment(tls, packed(segment));
      if (answer.status() == 200) {
        keep(answer, segment.note(), size);
        held = size;
      } else {
        expect(answer, 409, "segment to size " + size);
        held = NumberLine.decode(answer.body());
      }
    }
  }

  private Link.Answer claim(SSLContext tls, ConsistencyClaim claim) throws Later {
    return link.post(tls, "checkpoint", "/v1/add-checkpoint", claim.bytes(), "", false);
  }

  private Link.Answer segment(SSLContext tls, byte[] packed) throws Exception {
    return link.post(
        tls, "segment", "/v1/logs/" + id() + "/segments", packed, ImpliedHashes.CODINGS, false);
  }

  /** Checks HQ's cosignatures in an answer, and holds HQ to them. */
  private void keep(Link.Answer answer, SignedNote note, long size) throws Exception {
    int good = 0;
    for (String line : answer.text().lines().toList()) {
      NoteSignature signature = NoteSignature.parse(line);
      if (Cosignature.verified(signature, note.text(), witness).isPresent()
          || Cosignature.verified(signature, note.text(), mirror).isPresent()) {
        good++;
      }
    }
    if (good == 0 || good != answer.text().lines().count()) {
      broken.add("station " + number + ": a cosignature of size " + size + " does not hold");
    }
    Hash root = Checkpoint.parse(note.text()).root();
    Hash before = cosigned.putIfAbsent(size, root);
    if (before != null && !before.equals(root)) {
      broken.add("station " + number + ": HQ cosigned two histories of size " + size);
    }
  }

  private void beat(SSLContext tls, long size) throws Exception {
    Heartbeat beat =
        new Heartbeat(
            key.verifier().name(),
            size,
            log.head(size).root().base64(),
            held,
            "0.1.0",
            "",
            1L << 36,
            boot,
            System.currentTimeMillis(),
            ++beats);
    Link.Answer answer = link.post(tls, "heartbeat", "/v1/heartbeat", beat.encode(), "", true);
    expect(answer, 200, "heartbeat");
    for (Command.Message message : HeartbeatReply.decode(answer.body()).commands()) {
      obey(Command.verified(message, commands));
    }
  }

  /** Writes down that it looked, and found nothing; it goes out with the next report. */
  private void obey(Command command) {
    if (!command.isFor(key.verifier().name(), outlet) || !obeyed.add(command.id())) {
      return;
    }
    String id = command.id();
    log.append(
        new CommandReceived(
            log.next(),
            id,
            command.type(),
            CommandReceived.Verdict.TAKEN,
            "",
            command.args(),
            command.expires()));
    log.append(
        new HuntFinished(
            log.next(),
            id,
            "load",
            new HuntFinished.Looked(100, 10, 0),
            Duration.ofSeconds(1),
            List.of(),
            0));
    log.append(
        new CommandEnded(
            log.next(),
            id,
            command.type(),
            CommandEnded.Outcome.DONE,
            "",
            Map.of("found", 0L, "files", 100L)));
  }

  // -- what no agent does ------------------------------------------------------------------------

  /** Sends states again that HQ has left behind; none may be cosigned or taken. */
  void replay() throws Exception {
    SSLContext tls = link.known(pair, chain);
    long old = held / 2;
    ConsistencyClaim again = log.claim(0, old);
    refused(claim(tls, again), 409, "an old checkpoint, from 0");
    refused(claim(tls, new ConsistencyClaim(head, List.of(), again.note())), 400, "a step back");
    refused(segment(tls, packed(log.segment(0, old))), 409, "an old segment");
    beat(tls, old);
  }

  /** Asks for two histories at once; HQ may cosign one of them, and must notice. */
  void fork(int records) throws Exception {
    if (decided) {
      finish(); // the report after it was put off; the two are one by now
      return;
    }
    if (other.isEmpty()) {
      DeskLog twin = log.twin();
      grow(log, records);
      twin.append(record(twin.next(), twin.size() + 1, -1 - number));
      grow(twin, (int) (log.size() - twin.size()));
      other = Optional.of(twin);
    }
    SSLContext tls = link.known(pair, chain);
    SSLContext twinTls = link.known(pair, chain);
    ConsistencyClaim one = log.claim(head, log.size());
    ConsistencyClaim two = other.get().claim(head, log.size());
    Thread second =
        new Thread(
            () -> {
              try {
                claimed(claim(twinTls, two), two);
              } catch (Exception e) {
                // HQ is gone or busy; what became of it is found out below.
              }
            });
    second.start();
    try {
      claimed(claim(tls, one), one);
    } finally {
      second.join();
    }
    long size = log.size();
    ConsistencyClaim same = log.claim(size, size);
    ConsistencyClaim sameTwin = other.get().claim(size, size);
    boolean first = claimed(claim(tls, same), same);
    boolean twin = claimed(claim(tls, sameTwin), sameTwin);
    if (first == twin) {
      broken.add(
          "station " + number + ": of two histories HQ cosigned " + (first ? "both" : "neither"));
      return;
    }
    DeskLog good = first ? log : other.get();
    DeskLog bad = first ? other.get() : log;
    refused(segment(tls, packed(bad.segment(held, size))), 422, "the other history");
    log = good;
    head = size;
    decided = true;
    finish();
  }

  private synchronized boolean claimed(Link.Answer answer, ConsistencyClaim claim)
      throws Exception {
    if (answer.status() == 200) {
      keep(answer, claim.note(), Checkpoint.parse(claim.note().text()).size());
      return true;
    }
    return false;
  }

  private void refused(Link.Answer answer, int status, String what) {
    if (answer.status() != status) {
      broken.add(
          "station "
              + number
              + ": "
              + what
              + " got "
              + answer.status()
              + ", not "
              + status
              + ": "
              + answer.text().strip());
    }
  }

  private void expect(Link.Answer answer, int status, String what) throws IOException {
    if (answer.status() != status) {
      throw new IOException(
          "station "
              + number
              + ": "
              + what
              + " got "
              + answer.status()
              + ": "
              + answer.text().strip());
    }
  }

  // -- a backlog ---------------------------------------------------------------------------------

  /** Grows a backlog and packs it as segments of so many records. */
  Backlog backlog(int segments, int records) throws IOException {
    Backlog backlog = new Backlog(this);
    for (int i = 0; i < segments; i++) {
      long from = log.size();
      grow(log, records);
      Segment segment = log.segment(from, log.size());
      backlog.add(segment, packed(segment), segment.encode().length);
    }
    return backlog;
  }

  /** Sends a packed segment, which HQ must take. */
  void send(SSLContext tls, Segment segment, byte[] packed) throws Exception {
    Link.Answer answer =
        link.post(
            tls, "backlog", "/v1/logs/" + id() + "/segments", packed, ImpliedHashes.CODINGS, false);
    expect(answer, 200, "segment of a backlog");
    keep(answer, segment.note(), segment.newSize());
    head = segment.newSize();
    held = head;
  }

  SSLContext tls() throws Exception {
    return link.known(pair, chain);
  }

  /** As an agent packs it. */
  private static byte[] packed(Segment segment) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      ImpliedHashes.leaveOut(segment).orElseThrow().encode(out);
    }
    return packed.toByteArray();
  }
}
