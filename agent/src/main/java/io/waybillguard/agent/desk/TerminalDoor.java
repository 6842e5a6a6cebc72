package io.waybillguard.agent.desk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import io.waybillguard.agent.run.Duty;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a badge reader or a face terminal tells who takes the desk over: HTTP on this PC's loopback
 * address, with a key that both sides hold. {@code POST /v1/operator} with {@code {"do": "sign_on",
 * "name": "李梅"}} or {@code {"do": "sign_off", "name": ""}}, as over the desk's socket; the answer
 * comes when it is durable. People may have a page at the same port.
 *
 * <p>Who has no key is told 401 and leaves no record; {@value #MOST_A_MINUTE} callers a minute are
 * heard. One is heard at a time, so a slow one holds up the next; the port is this PC's alone.
 */
public final class TerminalDoor implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(TerminalDoor.class);

  static final String PATH = "/v1/operator";
  static final int MOST_A_MINUTE = 60;
  private static final int LONGEST_BODY = 4_096;
  private static final String SCHEME = "Bearer ";

  private final int port;
  private final byte[] key;
  private final Optional<SignOnPage> page;
  private final Hearing hearing;
  private final InstantSource clock;
  private final Deque<Instant> recent = new ArrayDeque<>();
  private final Semaphore signal = new Semaphore(0);
  private @Nullable HttpServer server;

  /**
   * @param port of the loopback address; 0 for any that is free
   * @param key what a caller must show, at least 32 characters of ASCII
   */
  public TerminalDoor(int port, String key, Hearing hearing, InstantSource clock) {
    this(port, key, hearing, clock, Optional.empty());
  }

  /**
   * @param port of the loopback address; 0 for any that is free
   * @param key what a terminal must show, at least 32 characters of ASCII
   * @param page for people, at the same port, if there is one
   */
  public TerminalDoor(
      int port, String key, Hearing hearing, InstantSource clock, Optional<SignOnPage> page) {
    if (key.length() < 32) {
      throw new IllegalArgumentException(
          "a key of " + key.length() + " characters; at least 32 are expected");
    }
    this.port = port;
    this.key = (SCHEME + key).getBytes(StandardCharsets.UTF_8);
    this.hearing = hearing;
    this.page = page;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "terminal";
  }

  @Override
  public int step() throws IOException, InterruptedException {
    if (server == null) {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 8);
      made.createContext("/", this::answer);
      // On the server's own thread, one call after the other.
      made.start();
      server = made;
      return 1;
    }
    boolean unused = signal.tryAcquire(5, TimeUnit.SECONDS);
    return 0;
  }

  /** The port that it listens at; 0 while it does not. */
  int port() {
    HttpServer now = server;
    return now == null ? 0 : now.getAddress().getPort();
  }

  private void answer(HttpExchange call) throws IOException {
    try (call) {
      if (page.isPresent() && SignOnPage.has(call.getRequestURI().getPath()) && !isTooMuch()) {
        page.get().answer(call);
        return;
      }
      int status = 500;
      Json.Obj reply = Hearing.refused("failed");
      try {
        status = status(call);
        reply = status == 200 ? heard(call) : Hearing.refused(word(status));
        status = reply.flag("ok", false) ? 200 : status == 200 ? 503 : status;
      } catch (JsonException | IllegalArgumentException e) {
        LOG.warn("the identity terminal said what cannot be: {}", e.getMessage());
        status = 400;
        reply = Hearing.refused("bad_request").put("detail", String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      byte[] bytes = (reply + "\n").getBytes(StandardCharsets.UTF_8);
      call.getResponseHeaders().set("Content-Type", "application/json");
      call.sendResponseHeaders(status, bytes.length);
      call.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** 200 when it may be heard. The key comes first: who has none learns nothing else. */
  private int status(HttpExchange call) {
    String shown = call.getRequestHeaders().getFirst("Authorization");
    byte[] given = (shown == null ? "" : shown).getBytes(StandardCharsets.UTF_8);
    if (isTooMuch()) {
      return 429;
    }
    if (!MessageDigest.isEqual(key, given)) {
      LOG.warn("somebody without the key spoke at the identity terminal's port {}", port);
      return 401;
    }
    if (!call.getRequestURI().getPath().equals(PATH)) {
      return 404;
    }
    return call.getRequestMethod().equals("POST") ? 200 : 405;
  }

  private static String word(int status) {
    return switch (status) {
      case 401 -> "no_key";
      case 404 -> "not_found";
      case 405 -> "post_only";
      default -> "too_many";
    };
  }

  private boolean isTooMuch() {
    Instant now = clock.instant();
    while (!recent.isEmpty() && recent.peekFirst().plus(Duration.ofMinutes(1)).isBefore(now)) {
      recent.removeFirst();
    }
    if (recent.size() >= MOST_A_MINUTE) {
      return true;
    }
    recent.addLast(now);
    return false;
  }

  private Json.Obj heard(HttpExchange call)
      throws IOException, JsonException, InterruptedException {
    byte[] body = call.getRequestBody().readNBytes(LONGEST_BODY + 1);
    if (body.length > LONGEST_BODY) {
      throw new IllegalArgumentException("a body longer than " + LONGEST_BODY + " bytes");
    }
    Saying said = Saying.parse(body);
    if (said instanceof Saying.Expect || said instanceof Saying.Undo) {
      throw new IllegalArgumentException("a terminal signs people on and off, and no more");
    }
    return hearing.hear(said, "", How.TERMINAL);
  }

  @Override
  public long failed(Exception cause) {
    LOG.warn("no identity terminal can speak at port {}: {}", port, cause.toString());
    return 60_000;
  }

  @Override
  public void wake() {
    signal.release();
  }

  @Override
  public void end() {
    HttpServer open = server;
    if (open != null) {
      open.stop(0);
      server = null;
    }
  }
}
