package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.hq.store.Users;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Who is signed on in a browser. A session is a random value of 256 bits in a cookie, of which HQ
 * keeps the hash. It ends after {@link #IDLE} without a page being asked for, and after {@link
 * #LENGTH} in any case. Safe for use by several threads.
 */
final class Sessions {
  static final Duration LENGTH = Duration.ofHours(12);
  static final Duration IDLE = Duration.ofMinutes(30);

  /** A name is guessed at from everywhere, so its owner waits with the guessers; not for long. */
  private static final Duration LONGEST_FOR_A_NAME = Duration.ofSeconds(30);

  // The prefix makes a browser refuse it unless it is Secure, of this host and of path "/".
  private static final String COOKIE = "__Host-waybill-guard";

  private final Users users;
  private final Passwords passwords;
  private final Guesses byPlace = new Guesses(Guesses.FORGOTTEN);
  private final Guesses byName = new Guesses(LONGEST_FOR_A_NAME);
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /** Checked when nobody has the name, so that the answer takes as long. */
  private final String nobody;

  Sessions(Users users, Passwords passwords, InstantSource clock) {
    this.users = users;
    this.passwords = passwords;
    this.clock = clock;
    this.nobody = passwords.nobodys();
  }

  /** How long somebody has to wait before another password is heard; zero when it is heard now. */
  Duration wait(Context request, String name) {
    Instant now = clock.instant();
    Duration place = byPlace.wait(place(request), now);
    Duration account = byName.wait(hash(name), now);
    return place.compareTo(account) > 0 ? place : account;
  }

  /** Whether this is the password of a person who may sign on. */
  boolean isRight(Context request, String name, String password) {
    Optional<String> known = users.password(name);
    boolean right = passwords.matches(password, known.orElse(nobody)) && known.isPresent();
    if (right) {
      byName.right(hash(name));
    } else {
      byPlace.wrong(place(request), clock.instant());
      byName.wrong(hash(name), clock.instant());
    }
    return right;
  }

  /** Whether somebody who may sign on has this name. */
  boolean isKnown(String name) {
    return users.role(name).isPresent();
  }

  /** Begins a session under a new cookie; whatever cookie was sent stands for nothing any more. */
  void begin(Context request, String name) {
    String before = request.cookie(COOKIE);
    if (before != null) {
      users.end(hash(before));
    }
    Instant now = clock.instant();
    String cookie = secret();
    users.begin(hash(cookie), name, secret(), now, now.plus(LENGTH));
    set(request, cookie, LENGTH);
  }

  /**
   * The session of a request. A page that asks for its parts anew by itself does not keep its
   * session alive: nobody may be there.
   */
  Optional<Users.Session> of(Context request) {
    String cookie = request.cookie(COOKIE);
    if (cookie == null) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Optional<Users.Session> session = users.session(hash(cookie), now, IDLE);
    if (session.isPresent() && !isByItself(request)) {
      users.used(hash(cookie), now);
    }
    return session;
  }

  /** Whether a script of ours asks, not a person. */
  static boolean isByItself(Context request) {
    return request.header("HX-Request") != null;
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

  /**
   * Where a request comes from; of IPv6 the half that a network owns, since it has all below it.
   */
  private static String place(Context request) {
    try {
      byte[] address = InetAddress.getByName(request.ip()).getAddress();
      return HexFormat.of().formatHex(address.length == 16 ? Arrays.copyOf(address, 8) : address);
    } catch (UnknownHostException e) {
      return request.ip(); // no literal address: the container names the peer in its own way
    }
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

  private static String hash(String text) {
    return Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).hex();
  }
}
