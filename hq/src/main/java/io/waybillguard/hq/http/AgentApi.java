package io.waybillguard.hq.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.report.wire.EnrollRequest;
import io.waybillguard.agent.report.wire.GenerationRequest;
import io.waybillguard.agent.report.wire.Heartbeat;
import io.waybillguard.agent.report.wire.Limits;
import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.RenewRequest;
import io.waybillguard.agent.report.wire.WireException;
import io.waybillguard.hq.ingest.Enrolment;
import io.waybillguard.hq.ingest.Mirror;
import io.waybillguard.hq.ingest.Presence;
import io.waybillguard.hq.ingest.Pulled;
import io.waybillguard.hq.ingest.Rejected;
import io.waybillguard.hq.ingest.Renewal;
import io.waybillguard.hq.ingest.Succession;
import io.waybillguard.hq.ingest.Witness;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Revocations;
import io.waybillguard.hq.store.SegmentsUnusable;
import io.waybillguard.hq.store.Workstation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The addresses of {@code docs/protocol.md}. */
public final class AgentApi {
  private static final Logger LOG = LoggerFactory.getLogger(AgentApi.class);
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  /** Segments judged at once: each takes up to three times its unpacked limit in memory. */
  private static final int SEGMENTS_AT_ONCE = 6;

  /**
   * How many wait for that, and how many other requests are judged at once and wait. Together they
   * are fewer than the server's threads ({@link Https}), so that a health check is answered in any
   * crowd. Enrolment, which is open to strangers, has few places, and takes none from workstations.
   */
  private static final int SEGMENTS_WAITING = 12;

  private static final int OTHERS_AT_ONCE = 18;
  private static final int OTHERS_WAITING = 10;
  private static final int ENROLMENTS_AT_ONCE = 4;
  private static final int ENROLMENTS_WAITING = 4;

  /** Well below the patience of a desk, which takes 30 s for an answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration COME_AGAIN = Duration.ofSeconds(5);

  private final Enrolment enrolment;
  private final Witness witness;
  private final Mirror mirror;
  private final Presence presence;
  private final Renewal renewal;
  private final Succession succession;
  private final Pulled pulled;
  private final Function<String, Optional<String>> policies;
  private final PackagePieces packages;
  private final Caller caller;
  private final RandomGenerator random;
  private final Admission segments;
  private final Admission others;
  private final Admission enrolments;

  /**
   * The API in front of these judges.
   *
   * @param policies finds a policy's document by its hash
   * @param packages finds pieces of the agent's packages
   * @param random spreads those who are told to come again
   */
  public AgentApi(
      Enrolment enrolment,
      Witness witness,
      Mirror mirror,
      Presence presence,
      Pulled pulled,
      Renewal renewal,
      Succession succession,
      Function<String, Optional<String>> policies,
      PackagePieces packages,
      Logs logs,
      Revocations revocations,
      RandomGenerator random) {
    this.enrolment = enrolment;
    this.witness = witness;
    this.mirror = mirror;
    this.presence = presence;
    this.pulled = pulled;
    this.renewal = renewal;
    this.succession = succession;
    this.policies = policies;
    this.packages = packages;
    this.caller = new Caller(logs, revocations);
    this.random = random;
    this.segments = door("segments", SEGMENTS_AT_ONCE, SEGMENTS_WAITING, random);
    this.others = door("requests", OTHERS_AT_ONCE, OTHERS_WAITING, random);
    this.enrolments = door("enrolments", ENROLMENTS_AT_ONCE, ENROLMENTS_WAITING, random);
  }

  private static Admission door(String what, int atOnce, int waiting, RandomGenerator random) {
    return new Admission(what, atOnce, waiting, PATIENCE, COME_AGAIN, random);
  }

  /** Adds the addresses to a server. */
  public void routes(JavalinConfig config) {
    config.routes.post("/v1/enroll", admitted(enrolments, this::enroll));
    config.routes.post("/v1/add-checkpoint", admitted(others, this::addCheckpoint));
    config.routes.post("/v1/logs/{id}/keys", admitted(others, this::keys));
    config.routes.post("/v1/logs/{id}/segments", admitted(segments, this::segments));
    config.routes.post("/v1/logs/{id}/bodies", admitted(segments, this::bodies));
    config.routes.post("/v1/heartbeat", admitted(others, this::heartbeat));
    config.routes.post("/v1/policy", admitted(others, this::policy));
    config.routes.post("/v1/package", admitted(others, this::piece));
    config.routes.post("/v1/renew", admitted(others, this::renew));
    config.routes.post("/v1/generation", admitted(others, this::generation));
    config.routes.get("/healthz", request -> request.contentType(TEXT).result("ok\n"));
    config.routes.exception(Rejected.class, AgentApi::refuse);
    config.routes.exception(
        HttpResponseException.class, (e, request) -> refuse(unroutable(e), request));
    config.routes.exception(SegmentsUnusable.class, this::later);
    config.routes.exception(Exception.class, AgentApi::failed);
  }

  /** Finds pieces of packages. */
  @FunctionalInterface
  public interface PackagePieces {
    /**
     * What follows at an offset; nothing at the end.
     *
     * @return absent where there is no package of this hash
     */
    Optional<byte[]> piece(String sha256, long from) throws IOException;
  }

  @FunctionalInterface
  private interface Address {
    void answer(Context request) throws Rejected, IOException;
  }

  /** An address behind a door that lets a few in at once. */
  private static Handler admitted(Admission door, Address address) {
    return request -> door.admit(request, () -> address.answer(request));
  }

  private void enroll(Context request) throws Rejected, IOException {
    try {
      EnrollRequest enroll = EnrollRequest.decode(Bodies.plain(request, Limits.JSON));
      request.contentType(JSON).result(enrolment.enrol(enroll).encode());
    } catch (WireException e) {
      throw Rejected.of(e);
    }
  }

  private void addCheckpoint(Context request) throws Rejected, IOException {
    Workstation who = caller.of(request);
    byte[] body = Bodies.plain(request, Limits.CHECKPOINT_TEXT);
    request.contentType(TEXT).result(witness.addCheckpoint(who.log(), body));
  }

  private void keys(Context request) throws Rejected, IOException {
    Workstation who = ownLog(request);
    byte[] body = Bodies.plain(request, Limits.CHECKPOINT_TEXT);
    request.contentType(TEXT).result(NumberLine.encode(witness.learnKey(who.log(), body)));
  }

  private void segments(Context request) throws Rejected, IOException {
    Workstation who = ownLog(request);
    request.contentType(TEXT).result(mirror.addSegment(who.log(), Bodies.segment(request)));
  }

  private void bodies(Context request) throws Rejected, IOException {
    Workstation who = ownLog(request);
    request.contentType(JSON).result(pulled.take(who, Bodies.gzip(request)));
  }

  private void heartbeat(Context request) throws Rejected, IOException {
    Workstation who = caller.of(request);
    try {
      Heartbeat beat = Heartbeat.decode(Bodies.plain(request, Limits.JSON));
      request.contentType(JSON).result(presence.heard(who.log(), beat).encode());
    } catch (WireException e) {
      throw Rejected.of(e);
    }
  }

  /** Any workstation may have any policy: who knows its hash was told of it. */
  private void policy(Context request) throws Rejected, IOException {
    caller.of(request);
    String asked;
    try {
      asked = Json.parse(Bodies.plain(request, Limits.JSON)).text("sha256");
    } catch (JsonException e) {
      throw Rejected.because(400, Refusal.MALFORMED, "policy: " + e.getMessage());
    }
    String document =
        policies
            .apply(asked)
            .orElseThrow(() -> Rejected.because(404, Refusal.NOT_FOUND, "no policy has this hash"));
    request.contentType(JSON).result(document.getBytes(StandardCharsets.UTF_8));
  }

  /** As with policies: who knows a package's hash was told of it. */
  private void piece(Context request) throws Rejected, IOException {
    caller.of(request);
    String sha256;
    long from;
    try {
      Json.Obj asked = Json.parse(Bodies.plain(request, Limits.JSON));
      sha256 = asked.text("sha256");
      from = asked.number("from");
    } catch (JsonException e) {
      throw Rejected.because(400, Refusal.MALFORMED, "package: " + e.getMessage());
    }
    byte[] piece =
        packages
            .piece(sha256, from)
            .orElseThrow(
                () -> Rejected.because(404, Refusal.NOT_FOUND, "no package has this hash"));
    request.contentType("application/octet-stream").result(piece);
  }

  private void renew(Context request) throws Rejected, IOException {
    Workstation who = caller.of(request);
    try {
      RenewRequest renew = RenewRequest.decode(Bodies.plain(request, Limits.JSON));
      request
          .contentType(JSON)
          .result(renewal.renew(who, caller.certificate(request), renew).encode());
    } catch (WireException e) {
      throw Rejected.of(e);
    }
  }

  private void generation(Context request) throws Rejected, IOException {
    Workstation who = caller.ofAnyLog(request);
    try {
      GenerationRequest next = GenerationRequest.decode(Bodies.plain(request, Limits.JSON));
      request
          .contentType(JSON)
          .result(succession.link(who, caller.certificate(request), next).encode());
    } catch (WireException e) {
      throw Rejected.of(e);
    }
  }

  private Workstation ownLog(Context request) throws Rejected {
    Workstation who = caller.of(request);
    if (!request.pathParam("id").equals(who.log())) {
      throw Rejected.because(403, Refusal.OTHER_LOG, "the certificate is for log " + who.log());
    }
    return who;
  }

  private static Rejected unroutable(HttpResponseException e) {
    return switch (e.getStatus()) {
      case 404 -> Rejected.because(404, Refusal.NOT_FOUND, "no such address");
      case 405 -> Rejected.because(405, Refusal.WRONG_METHOD, "this address takes another method");
      default -> Rejected.because(e.getStatus(), Refusal.MALFORMED, "not a request of this API");
    };
  }

  private static void refuse(Rejected e, Context request) {
    LOG.info(
        "refused method={} path={} status={} body={}",
        request.method(),
        request.path(),
        e.status(),
        new String(e.body(), StandardCharsets.UTF_8).strip());
    answer(request, e);
  }

  /** Where segments lie is out of reach: nothing was taken, the desk keeps it and comes again. */
  private void later(SegmentsUnusable e, Context request) {
    LOG.warn("put off method={} path={}: {}", request.method(), request.path(), e.getMessage());
    long seconds = COME_AGAIN.toSeconds();
    request.header("Retry-After", String.valueOf(seconds + random.nextLong(2 * seconds + 1)));
    answer(
        request,
        Rejected.because(
            503, Refusal.BUSY, "the place of the segments does not answer; try again"));
  }

  /** Whatever else went wrong is ours to mend; the caller learns that it should try again. */
  private static void failed(Exception e, Context request) {
    LOG.error("failed method={} path={}", request.method(), request.path(), e);
    Rejected answer =
        Rejected.because(500, Refusal.INTERNAL, "HQ failed; nothing was taken over; try again");
    answer(request, answer);
  }

  private static void answer(Context request, Rejected answer) {
    // Without this the container adds a charset to every text type, and C2SP names the type alone.
    request.res().setCharacterEncoding((String) null);
    request.status(answer.status()).contentType(answer.contentType()).result(answer.body());
  }
}
