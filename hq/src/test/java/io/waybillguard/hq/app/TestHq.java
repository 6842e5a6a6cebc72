package io.waybillguard.hq.app;

import io.waybillguard.agent.report.wire.EnrollReply;
import io.waybillguard.agent.report.wire.EnrollToken;
import io.waybillguard.agent.report.wire.Segment;
import io.waybillguard.hq.console.Passwords;
import io.waybillguard.hq.feeds.Plan;
import io.waybillguard.hq.http.Address;
import io.waybillguard.hq.oidc.OidcPlan;
import io.waybillguard.hq.store.Alarms;
import io.waybillguard.hq.store.Contents;
import io.waybillguard.hq.store.Database;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.Logs;
import io.waybillguard.hq.store.Records;
import io.waybillguard.hq.store.SegmentStore;
import io.waybillguard.hq.store.Tokens;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A real HQ on free ports with a clock that stands still, and clients that trust its CA. */
final class TestHq implements AutoCloseable {
  /** Near the real time, which the two ends of TLS hold certificates against. */
  private final Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  private final AtomicLong now = new AtomicLong(started.toEpochMilli());
  private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
  private final Location at;
  private final Path data;
  private final List<Plan> feeds;

  /** What a guess costs is no matter of these tests, and would be half of their time. */
  static final Passwords CHEAP = new Passwords(new Passwords.Cost(8, 1, 1));

  private final Optional<OidcPlan> provider;
  private final Map<String, List<String>> chains = new HashMap<>();
  private Hq hq;
  private Database beside;

  TestHq(Path data) throws Exception {
    this(data, List.of());
  }

  /** With these feeds. */
  TestHq(Path data, List<Plan> feeds) throws Exception {
    this(TestDatabase.of(data), feeds);
  }

  /** Kept where its location says. */
  TestHq(Location at) throws Exception {
    this(at, List.of());
  }

  /** With people whom this provider vouches for. */
  TestHq(Path data, OidcPlan provider) throws Exception {
    this(TestDatabase.of(data), List.of(), Optional.of(provider));
  }

  private TestHq(Location at, List<Plan> feeds) throws Exception {
    this(at, feeds, Optional.empty());
  }

  private TestHq(Location at, List<Plan> feeds, Optional<OidcPlan> provider) throws Exception {
    this.provider = provider;
    this.at = at;
    this.data = at.data();
    this.feeds = feeds;
    this.hq = start();
    this.beside = Database.open(at);
  }

  private Hq start() throws Exception {
    Address anyPort = new Address("127.0.0.1", 0);
    Hq.Settings settings =
        new Hq.Settings(
                at,
                Optional.empty(),
                anyPort,
                anyPort,
                List.of(),
                Duration.ofMinutes(5),
                Duration.ofDays(90))
            .feeding(feeds);
    return Hq.start(provider.map(settings::vouching).orElse(settings), clock, CHEAP);
  }

  /** Ends it and starts it again on the same folder. */
  void restart() throws Exception {
    beside.close();
    hq.close();
    hq = start();
    beside = Database.open(at);
  }

  /** Where its clock began. */
  Instant started() {
    return started;
  }

  void pass(Duration time) {
    now.addAndGet(time.toMillis());
  }

  InstantSource clock() {
    return clock;
  }

  Hq running() {
    return hq;
  }

  /** The database as a command beside the server opens it. */
  Database database() {
    return beside;
  }

  Logs logs() {
    return new Logs(beside);
  }

  Alarms alarms() {
    return new Alarms(beside);
  }

  /** Where its segments lie. */
  SegmentStore segments() {
    return at.segments(clock);
  }

  Contents contents() {
    return new Contents(beside, data, segments());
  }

  Records records() {
    return new Records(beside, segments());
  }

  /** From now on HQ's own log takes nothing, as on a disk that refuses. */
  void breakActs() throws IOException {
    hq.acts().close();
  }

  Path data() {
    return data;
  }

  /** A fresh token for an outlet. */
  String token(String outlet) {
    byte[] secret = new byte[EnrollToken.SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    EnrollToken token = EnrollToken.of(secret, hq.keys().ca().sha256().bytes());
    new Tokens(beside)
        .add(
            List.of(token.sha256()),
            outlet,
            clock.instant(),
            clock.instant().plus(Duration.ofDays(3)));
    return token.text();
  }

  /** A client that shows no certificate. */
  Client stranger() throws Exception {
    return new Client(hq.agentUrl(), context(null, List.of()));
  }

  /** Enrols a desk; the client shows its certificate. */
  Client enrol(Desk desk) throws Exception {
    HttpResponse<byte[]> answer =
        stranger().post("/v1/enroll", desk.enrolment(token("HZ-001")).encode());
    if (answer.statusCode() != 200) {
      throw new AssertionError(new String(answer.body(), StandardCharsets.UTF_8));
    }
    EnrollReply reply = EnrollReply.decode(answer.body());
    chains.put(desk.logId(), reply.chain());
    return client(desk, reply);
  }

  /** A client of a desk that was enrolled before, with HQ where it is now. */
  Client again(Desk desk) throws Exception {
    return client(desk, hq);
  }

  /** The same, of another HQ with the same keys. */
  Client client(Desk desk, Hq at) throws Exception {
    return new Client(at.agentUrl(), context(desk, chains.getOrDefault(desk.logId(), List.of())));
  }

  Client client(Desk desk, EnrollReply reply) throws Exception {
    return new Client(hq.agentUrl(), context(desk, reply.chain()));
  }

  /** A context that trusts HQ's CA alone. */
  SSLContext context(@Nullable Desk desk, List<String> chain) throws Exception {
    return context(desk, chain, hq.keys().ca().certificate());
  }

  static SSLContext context(@Nullable Desk desk, List<String> chain, Certificate trusted)
      throws Exception {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("hq", trusted);
    TrustManagerFactory trusts = TrustManagerFactory.getInstance("PKIX");
    trusts.init(trust);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (desk != null) {
      Certificate[] certificates = new Certificate[chain.size()];
      for (int i = 0; i < certificates.length; i++) {
        certificates[i] =
            CertificateFactory.getInstance("X.509")
                .generateCertificate(
                    new ByteArrayInputStream(chain.get(i).getBytes(StandardCharsets.US_ASCII)));
      }
      own.setKeyEntry("desk", desk.tls().getPrivate(), new char[0], certificates);
    }
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
    return context;
  }

  static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  @Override
  public void close() {
    beside.close();
    hq.close();
  }

  /** One machine's connection to HQ. */
  static final class Client {
    private final String url;
    private final HttpClient http;

    Client(String url, SSLContext context) {
      this.url = url;
      this.http = HttpClient.newBuilder().sslContext(context).build();
    }

    HttpResponse<byte[]> post(String path, byte[] body) throws Exception {
      return http.send(request(path, body).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> get(String path) throws Exception {
      return http.send(
          HttpRequest.newBuilder(URI.create(url + path)).build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> segment(String log, byte[] packed) throws Exception {
      return http.send(
          request("/v1/logs/" + log + "/segments", packed)
              .header("Content-Encoding", "gzip")
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> segment(Desk desk, Segment segment) throws Exception {
      return segment(desk.logId(), gzip(segment.encode()));
    }

    /** Any body, said to be encoded in this way; "" says nothing. */
    HttpResponse<byte[]> encoded(String path, String encoding, byte[] body) throws Exception {
      HttpRequest.Builder request = request(path, body);
      if (!encoding.isEmpty()) {
        request.header("Content-Encoding", encoding);
      }
      return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpRequest.Builder request(String path, byte[] body) {
      return HttpRequest.newBuilder(URI.create(url + path))
          .timeout(Duration.ofSeconds(60))
          .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }
  }
}
