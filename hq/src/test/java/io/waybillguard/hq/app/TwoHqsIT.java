package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.evidence.Checkpoint;
import io.waybillguard.agent.evidence.ConsistencyClaim;
import io.waybillguard.agent.evidence.SignedNote;
import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.LogState;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Postgres;
import io.waybillguard.hq.store.PostgresUrl;
import io.waybillguard.hq.store.S3Engine;
import io.waybillguard.hq.trust.HqKeys;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two HQ processes on one PostgreSQL and one folder. Every log is held by two machines that both
 * have its key, a fork: at each step they sign two heads that disagree, and each tells one of the
 * two HQs at the same moment. Now and then one HQ is killed in the middle.
 */
final class TwoHqsIT {
  private static final String ADD = "/v1/add-checkpoint";
  private static final int BUSY = 503;
  private static final int LOGS = 12;
  private static final int ROUNDS = 24;
  private static final int KILL_EVERY = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final String PASSWORD = "seen-by-nobody";

  /** The commands beside the processes are told in the environment, the processes by a file. */
  private static final Map<String, String> ENVIRONMENT = Map.of("PGPASSWORD", PASSWORD);

  @TempDir private Path folder;
  private final Postgres server = Postgres.shared();
  private final String name = server.create();
  private final String url = server.url(name, Postgres.CAREFUL);
  private final List<HqProcess> started = new ArrayList<>();
  private @Nullable Database database;

  @BeforeEach
  void letIn() throws IOException {
    server.letIn(PASSWORD);
    server.execute(name, "GRANT CREATE ON SCHEMA public TO " + Postgres.CAREFUL);
    Files.writeString(passwords(), "127.0.0.1:*:*:" + Postgres.CAREFUL + ":" + PASSWORD + "\n");
  }

  private Path passwords() {
    return folder.resolve("pgpass");
  }

  @AfterEach
  void end() throws Exception {
    if (database != null) {
      database.close();
    }
    for (HqProcess hq : started) {
      hq.close();
    }
  }

  /** A log that two machines hold, and what HQ has answered them. */
  private static final class Forked {
    private final EnrollReply reply;
    private final List<Checkpoint> cosigned = new ArrayList<>();
    private final Map<String, TestHq.Client> clients = new ConcurrentHashMap<>();

    /** What HQ has taken so far; both machines go on from here. */
    private Desk agreed;

    /** Up to where HQ holds the records. */
    private long held;

    private Forked(Desk agreed, EnrollReply reply) {
      this.agreed = agreed;
      this.reply = reply;
    }
  }

  /** What a machine was answered; absent when its HQ was killed meanwhile. */
  private record Said(Optional<HttpResponse<byte[]>> answer) {
    private boolean isYes() {
      return answer.filter(a -> a.statusCode() == 200).isPresent();
    }
  }

  private final AtomicInteger disputes = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();

  /** Where the segments lie, beside folder and database; nothing for the folder. */
  private final List<String> place = new ArrayList<>();

  private final Map<String, String> environment = new HashMap<>(ENVIRONMENT);

  @Test
  void twoProcessesNeverCosignTwoHeadsThatDisagreeAndLoseNothingWhenOneIsKilled() throws Exception {
    theyAgree();
  }

  @Test
  void norDoTheyWhereTheSegmentsLieInOneBucket() throws Exception {
    try (S3Engine engine = new S3Engine(folder)) {
      place.addAll(
          List.of("--segments", engine.bucket().toString(), "--s3-endpoint", engine.endpoint()));
      environment.putAll(engine.environment());
      theyAgree();
      for (HqProcess hq : started) {
        hq.close();
      }
    }
  }

  private void theyAgree() throws Exception {
    List<HqProcess> hqs = List.of(launch("left"), launch("right")); // on nothing, at once
    for (HqProcess hq : hqs) {
      hq.awaitReady();
    }
    HqKeys keys = HqKeys.open(data());
    List<Forked> logs = new ArrayList<>();
    for (int i = 0; i < LOGS; i++) {
      logs.add(enrol(hqs.get(i % 2), new Desk(), keys));
    }
    ExecutorService machines = Executors.newFixedThreadPool(2 * LOGS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        Random random = new Random(round);
        List<Future<Void>> races = new ArrayList<>();
        for (Forked log : logs) {
          races.add(machines.submit(race(log, hqs, random.nextLong(), machines, keys)));
        }
        if (round % KILL_EVERY == KILL_EVERY - 1) {
          HqProcess victim = hqs.get(round / KILL_EVERY % 2);
          victim.killAfter(random.nextInt(60));
          await(races);
          victim.comeBack();
        }
        await(races);
      }
    } finally {
      machines.shutdownNow();
    }
    assertTrue(disputes.get() > ROUNDS * LOGS / 2, "answered on both hqs: " + disputes);
    assertTrue(unanswered.get() > 0, "nothing was under way when one was killed");
    for (HqProcess hq : hqs) {
      assertEquals(List.of(), hq.failures());
    }
    for (Forked log : logs) {
      everythingIsThere(log, hqs.get(0));
    }
    pulledEvidenceHolds(logs.get(0), keys);
    pulledEvidenceHolds(logs.get(1), keys);
  }

  private static void await(List<Future<Void>> races) throws Exception {
    for (Future<Void> race : races) {
      race.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Both machines go on from the agreed size, and each tells its side at the same moment. */
  private Callable<Void> race(
      Forked log, List<HqProcess> hqs, long seed, ExecutorService machines, HqKeys keys) {
    Random random = new Random(seed);
    Desk one = log.agreed.twin();
    Desk other = log.agreed.twin();
    // As often as not of one size: then only the root tells them apart.
    one.append("usb.attach", 1 + random.nextInt(2));
    other.append("usb.detach", 1 + random.nextInt(2));
    boolean segments = random.nextBoolean();
    return () -> {
      CyclicBarrier start = new CyclicBarrier(2);
      Future<Said> answer =
          machines.submit(() -> tell(log, hqs.get(1), other, segments, start, keys));
      Said mine = tell(log, hqs.get(0), one, segments, start, keys);
      Said theirs = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertTrue(
          !mine.isYes() || !theirs.isYes(),
          "two heads that disagree were cosigned from size " + log.agreed.size());
      settle(log, one, mine, other, theirs, segments);
      if (mine.answer().isPresent() && theirs.answer().isPresent()) {
        disputes.incrementAndGet();
        assertTrue(mine.isYes() || theirs.isYes(), "one of the two is the first");
        insist(log, hqs.get(seed % 2 == 0 ? 0 : 1), mine.isYes() ? other : one, keys);
      }
      return null;
    };
  }

  private Said tell(
      Forked log, HqProcess hq, Desk machine, boolean segments, CyclicBarrier start, HqKeys keys)
      throws Exception {
    TestHq.Client client = client(log, hq, keys);
    ConsistencyClaim claim = machine.claim(log.agreed.size(), machine.size());
    Segment segment = machine.segment(log.held, machine.size());
    start.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    HttpResponse<byte[]> answer;
    try {
      Instant end = Instant.now().plus(PATIENCE);
      do {
        answer = segments ? client.segment(machine, segment) : client.post(ADD, claim.bytes());
      } while (answer.statusCode() == BUSY && Instant.now().isBefore(end));
    } catch (IOException e) {
      unanswered.incrementAndGet(); // killed: whether it was taken is to be found out
      return new Said(Optional.empty());
    }
    String said = new String(answer.body(), StandardCharsets.UTF_8);
    if (answer.statusCode() == 200) {
      SignedNote note = SignedNote.parse(machine.note(machine.size()) + said);
      assertTrue(note.cosignedBy(keys.witness().verifier()).isPresent(), said);
      assertEquals(segments, note.cosignedBy(keys.mirror().verifier()).isPresent(), said);
    } else {
      assertTrue(answer.statusCode() == 409 || answer.statusCode() == 422, said);
    }
    return new Said(Optional.of(answer));
  }

  /** What HQ has kept is one of the two, the one that it said yes to if it did. */
  private void settle(Forked log, Desk one, Said mine, Desk other, Said theirs, boolean segments)
      throws Exception {
    LogState kept = state(log);
    long size = log.agreed.size();
    if (mine.isYes() || kept.head().equals(one.head(one.size()))) {
      log.agreed = one;
    } else if (theirs.isYes() || kept.head().equals(other.head(other.size()))) {
      log.agreed = other;
    }
    assertEquals(log.agreed.head(log.agreed.size()), kept.head(), "said yes, and kept that");
    if (log.agreed.size() > size) {
      log.cosigned.add(kept.head());
      log.held = segments ? log.agreed.size() : log.held;
    }
    assertEquals(log.agreed.head(log.held), kept.mirror());
  }

  /** The machine that came too late says the same again in front of what HQ holds: a fork. */
  private void insist(Forked log, HqProcess hq, Desk late, HqKeys keys) throws Exception {
    long size = log.agreed.size();
    late.append("usb.detach", (int) Math.max(0, size - late.size()));
    HttpResponse<byte[]> answer;
    try {
      answer = client(log, hq, keys).post(ADD, late.claim(size, late.size()).bytes());
    } catch (IOException e) {
      unanswered.incrementAndGet();
      return;
    }
    assertTrue(answer.statusCode() == 409 || answer.statusCode() == 422, "a fork was cosigned");
    assertEquals(log.agreed.head(size), state(log).head());
  }

  /** Every head that was ever cosigned is on the one history that HQ holds to its end. */
  private void everythingIsThere(Forked log, HqProcess hq) throws Exception {
    HttpResponse<byte[]> last =
        client(log, hq, HqKeys.open(data()))
            .segment(
                log.agreed,
                log.agreed.append("usb.attach", 1).segment(log.held, log.agreed.size()));
    assertEquals(200, last.statusCode());
    assertTrue(log.cosigned.size() > ROUNDS / 2, "cosigned: " + log.cosigned.size());
    for (Checkpoint head : log.cosigned) {
      assertEquals(log.agreed.head(head.size()), head);
    }
    LogState kept = state(log);
    assertEquals(log.agreed.head(log.agreed.size()), kept.mirror());
    assertTrue(kept.workstation().forked().isPresent());
  }

  private void pulledEvidenceHolds(Forked log, HqKeys keys) throws Exception {
    String bundle = folder.resolve(log.agreed.logId() + ".zip").toString();
    Called pulled =
        call(
            "evidence",
            "pull",
            "--workstation",
            log.agreed.logId(),
            "-o",
            bundle,
            "--data",
            data().toString(),
            "--database",
            url);
    assertEquals(0, pulled.exit(), pulled.err());
    Called verified =
        call(
            "evidence",
            "verify",
            bundle,
            "--first",
            log.agreed.firstKey().toString(),
            "--witness",
            keys.mirror().verifier().toString(),
            "--witness",
            keys.witness().verifier().toString());
    assertEquals(0, verified.exit(), verified.out());
  }

  private Forked enrol(HqProcess hq, Desk desk, HqKeys keys) throws Exception {
    Called token =
        call(
            "token",
            "create",
            "--outlet",
            "HZ-001",
            "--data",
            data().toString(),
            "--database",
            url);
    assertEquals(0, token.exit(), token.err());
    TestHq.Client stranger =
        new TestHq.Client(hq.agents(), TestHq.context(null, List.of(), keys.ca().certificate()));
    HttpResponse<byte[]> answer =
        stranger.post("/v1/enroll", desk.enrolment(token.out().strip()).encode());
    assertEquals(200, answer.statusCode());
    return new Forked(desk, EnrollReply.decode(answer.body()));
  }

  private TestHq.Client client(Forked log, HqProcess hq, HqKeys keys) throws Exception {
    String agents = hq.agents();
    TestHq.Client known = log.clients.get(agents);
    if (known == null) {
      known =
          new TestHq.Client(
              agents, TestHq.context(log.agreed, log.reply.chain(), keys.ca().certificate()));
      log.clients.put(agents, known);
    }
    return known;
  }

  private LogState state(Forked log) throws Exception {
    return new Logs(beside()).state(log.agreed.logId()).orElseThrow();
  }

  private HqProcess launch(String name) throws IOException {
    List<String> at = new ArrayList<>(List.of("--data", data().toString(), "--database", url));
    at.addAll(place);
    Map<String, String> told = new HashMap<>(environment);
    told.remove("PGPASSWORD");
    told.put("PGPASSFILE", passwords().toString());
    HqProcess hq = new HqProcess(folder, name, List.of("-Xmx256m"), at, told);
    started.add(hq);
    return hq;
  }

  /** The database as a command beside the servers opens it. */
  private synchronized Database beside() throws Exception {
    if (database == null) {
      database = Database.open(new Location(data(), Optional.of(PostgresUrl.of(url, ENVIRONMENT))));
    }
    return database;
  }

  private Called call(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    if (all.contains("--data")) {
      all.addAll(place);
    }
    return Called.signedOn(
        environment, "", InstantSource.system(), "en", all.toArray(String[]::new));
  }

  private Path data() {
    return folder.resolve("hq");
  }
}
