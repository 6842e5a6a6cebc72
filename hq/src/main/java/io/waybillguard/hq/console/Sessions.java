package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.hq.store.Users;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/** Who is signed on in a browser. Safe for use by several threads. */
final class Sessions {
  private static final Duration LENGTH = Duration.ofHours(12);

  // The prefix makes a browser refuse it unless it is Secure, of this host and of path "/".
  private static final String COOKIE = "__Host-waybill-guard";

  private final Users users;
  private final Passwords passwords;
  private final Guesses guesses;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /** Checked when nobody has the name, so that the answer takes as long. */
  private final String nobody;

  Sessions(Users users, Passwords passwords, InstantSource clock) {
    this.users = users;
    this.passwords = passwords;
    this.guesses = new Guesses();
    this.clock = clock;
    this.nobody = passwords.hash(passwords.fresh());
  }

  /** How signing on went. */
  enum Outcome {
    DONE,
    WRONG,
    /** Too many wrong passwords; wait. */
    LATER
  }

  Outcome signOn(Context request, String name, String password) {
    Instant now = clock.instant();
    String from = request.ip();
    if (guesses.tooMany(from, now)) {
      return Outcome.LATER;
    }
    Optional<String> known = users.password(name);
    if (!passwords.matches(password, known.orElse(nobody)) || known.isEmpty()) {
      guesses.wrong(from, now);
      return Outcome.WRONG;
    }
    String cookie = secret();
    users.begin(hash(cookie), name, secret(), now, now.plus(LENGTH));
    set(request, cookie, LENGTH);
    return Outcome.DONE;
  }

  /** The session of a request. */
  Optional<Users.Session> of(Context request) {
    String cookie = request.cookie(COOKIE);
    return cookie == null ? Optional.empty() : users.session(hash(cookie), clock.instant());
  }

  void signOff(Context request) {
    String cookie = request.cookie(COOKIE);
    if (cookie != null) {
      users.end(hash(cookie));
    }
    set(request, "", Duration.ZERO);
  }

  /** Whether a form was made for this session. */
  static boolean isOurs(Context request, Users.Session session) {
    String sent = request.formParam("csrf");
    return sent != null
        && MessageDigest.isEqual(
            sent.getBytes(StandardCharsets.UTF_8), session.csrf().getBytes(StandardCharsets.UTF_8));
  }

  private static void set(Context request, String value, Duration length) {
    request
        .res()
        .addHeader(
            "Set-Cookie",
            COOKIE
                + "="
                + value
                + "; Path=/; Max-Age="
                + length.toSeconds()
                + "; Secure; HttpOnly; SameSite=Strict");
  }

  private String secret() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String hash(String cookie) {
    return Hash.sha256(cookie.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
