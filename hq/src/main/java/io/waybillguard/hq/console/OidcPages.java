package io.waybillguard.hq.console;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.waybillguard.agent.event.HqAct;
import io.waybillguard.hq.acts.Acts;
import io.waybillguard.hq.acts.NotRecorded;
import io.waybillguard.hq.oidc.Attempt;
import io.waybillguard.hq.oidc.NotSignedIn;
import io.waybillguard.hq.oidc.Person;
import io.waybillguard.hq.oidc.Provider;
import io.waybillguard.hq.store.Users;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signing in by an OpenID provider: there and back. */
final class OidcPages {
  private static final Logger LOG = LoggerFactory.getLogger(OidcPages.class);

  /** How long somebody may take at the provider. */
  private static final Duration LENGTH = Duration.ofMinutes(10);

  /** Each waits for the provider; more at a time would keep the console from its other pages. */
  private static final int AT_ONCE = 8;

  private static final String COOKIE = "__Host-waybill-guard-oidc";

  private final Frame frame;
  private final Optional<Provider> provider;
  private final Sessions sessions;
  private final Users users;
  private final Acts acts;
  private final InstantSource clock;
  private final Semaphore atOnce = new Semaphore(AT_ONCE);

  OidcPages(
      Frame frame,
      Optional<Provider> provider,
      Sessions sessions,
      Users users,
      Acts acts,
      InstantSource clock) {
    this.frame = frame;
    this.provider = provider;
    this.sessions = sessions;
    this.users = users;
    this.acts = acts;
    this.clock = clock;
  }

  @FunctionalInterface
  private interface Step {
    void take(Provider provider) throws NotSignedIn, NotRecorded;
  }

  private void step(Context request, Step step) throws NotRecorded {
    if (provider.isEmpty()) {
      frame.message(request, 404, "message.404");
      return;
    }
    if (!atOnce.tryAcquire()) {
      request.header("Retry-After", "10");
      frame.message(request, 503, "oidc.busy");
      return;
    }
    try {
      step.take(provider.get());
    } catch (NotSignedIn e) {
      String word = e.reason().word();
      acts.write(HqAct.Deed.SIGN_IN_REFUSED, e.who(), request.ip(), "", "oidc · " + word);
      LOG.warn("oidc_refused reason={} from={} why={}", word, request.ip(), e.getMessage());
      boolean away = e.reason() == NotSignedIn.Reason.UNREACHABLE;
      frame.message(request, away ? 503 : 403, "oidc.no." + word);
    } finally {
      atOnce.release();
    }
  }

  /** A link and no form: a page may send no form to another server. */
  void start(Context request) throws NotRecorded {
    step(
        request,
        there -> {
          Provider.Begun begun = there.begin(SignIn.page(frame.param(request, SignIn.TO)));
          set(request, begun.attempt().written(), LENGTH);
          request.redirect(begun.address().toString(), HttpStatus.SEE_OTHER);
        });
  }

  void end(Context request) throws NotRecorded {
    Optional<Attempt> begun = Optional.ofNullable(request.cookie(COOKIE)).flatMap(Attempt::of);
    set(request, "", Duration.ZERO); // whatever comes of it, it was tried once
    step(
        request,
        there -> {
          Attempt attempt =
              begun.orElseThrow(
                  () ->
                      new NotSignedIn(
                          NotSignedIn.Reason.STATE, "this browser has begun no sign-in", ""));
          Person person = there.end(attempt, request.queryParamMap());
          enter(request, person);
          forward(request, SignIn.page(attempt.page()));
        });
  }

  private void enter(Context request, Person person) throws NotSignedIn, NotRecorded {
    String who = person.identity();
    boolean lets =
        users.vouched(
            who, person.issuer(), person.subject(), person.shown(), person.role(), clock.instant());
    if (!lets) {
      throw new NotSignedIn(NotSignedIn.Reason.DISABLED, who + " is disabled here", who);
    }
    acts.write(
        HqAct.Deed.SIGN_IN,
        who,
        request.ip(),
        "",
        "oidc · " + person.role().word() + " · " + person.shown());
    sessions.begin(request, who);
    LOG.info("signed_on user={} from={}", who, request.ip());
  }

  /**
   * A page and no redirect: the way here began at another server, and on such a way browsers keep
   * the session's cookie (SameSite=Strict) to themselves. A page of ours begins a new one.
   */
  private void forward(Context request, String page) {
    request.header("Refresh", "0; url=" + page);
    Reader reader = frame.reader(request);
    frame.render(
        request,
        "forward.jte",
        Map.of(
            "shell",
            new Shell(reader, reader.say("oidc.forward"), "", "", "", "/login", false, false),
            "page",
            page));
  }

  /** Lax, since it has to come along when the provider sends the browser back. */
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
                + "; Secure; HttpOnly; SameSite=Lax");
  }
}
