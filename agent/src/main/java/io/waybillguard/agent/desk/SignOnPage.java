package io.waybillguard.agent.desk;

import com.sun.net.httpserver.HttpExchange;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import io.waybillguard.agent.platform.Callers;
import io.waybillguard.agent.platform.Callers.Caller;
import io.waybillguard.agent.platform.Desktop;
import io.waybillguard.agent.platform.Desktop.Seat;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ResourceBundle;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page at which the person at the desk signs on and off by name, in the browser of this PC. One
 * thread.
 *
 * <p>Only somebody at the screen counts: the account of the connection's other end is that of the
 * session which logind shows at the seat, and where the login of the caller's process can be told,
 * it is that one. Pages of other sites get nothing: the name that the browser asked for must be
 * this PC's own (or another name could be made to lead here), a form must come from this page
 * (Origin), and bring the word that the page was given, once.
 */
public final class SignOnPage {
  private static final Logger LOG = LoggerFactory.getLogger(SignOnPage.class);
  private static final ResourceBundle.Control THIS_LANGUAGE_ONLY =
      ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);

  static final String PAGE = "/";
  static final String SIGN = "/sign";

  private static final int LONGEST_BODY = 4_096;
  private static final int MOST_TICKETS = 64;
  private static final int TICKET_BYTES = 16;
  private static final Duration TICKET_LIVES = Duration.ofMinutes(30);

  private final Hearing hearing;
  private final Callers callers;
  private final Desktop desktop;
  private final RandomGenerator random;
  private final InstantSource clock;

  /** Words given to pages, the oldest first. */
  private final Map<String, Ticket> tickets = new LinkedHashMap<>();

  /** To whom a word was given, and until when it counts. */
  private record Ticket(long uid, Instant until) {}

  /** What is sent. */
  private record Reply(int status, String body, String location) {
    static Reply page(int status, String body) {
      return new Reply(status, body, "");
    }
  }

  /**
   * @param random for words that nobody can guess
   */
  public SignOnPage(
      Hearing hearing,
      Callers callers,
      Desktop desktop,
      RandomGenerator random,
      InstantSource clock) {
    this.hearing = hearing;
    this.callers = callers;
    this.desktop = desktop;
    this.random = random;
    this.clock = clock;
  }

  /** Whether a path is the page's. */
  static boolean has(String path) {
    return path.equals(PAGE) || path.equals(SIGN);
  }

  /** Answers one call, and sends the answer. */
  void answer(HttpExchange call) throws IOException, InterruptedException {
    ResourceBundle words = words(call);
    String nonce = secret();
    Reply reply = reply(call, words, nonce);
    byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
    call.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    call.getResponseHeaders().set("Cache-Control", "no-store");
    call.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    // Not "no-referrer": a form would then come with the origin "null".
    call.getResponseHeaders().set("Referrer-Policy", "same-origin");
    call.getResponseHeaders()
        .set(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'nonce-"
                + nonce
                + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    if (!reply.location().isEmpty()) {
      call.getResponseHeaders().set("Location", reply.location());
    }
    call.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      call.getResponseBody().write(bytes);
    }
  }

  private Reply reply(HttpExchange call, ResourceBundle words, String nonce)
      throws IOException, InterruptedException {
    String host = header(call, "Host");
    int port = call.getLocalAddress().getPort();
    if (!host.equals("127.0.0.1:" + port) && !host.equals("localhost:" + port)) {
      LOG.warn("the sign-on page was asked for as \"{}\", which is not this PC's name", host);
      return Reply.page(421, notice(words, nonce, "wrong_name"));
    }
    Optional<Seat> seat = seat(call);
    if (seat.isEmpty()) {
      return Reply.page(403, notice(words, nonce, "not_here"));
    }
    boolean signs = call.getRequestURI().getPath().equals(SIGN);
    if (!call.getRequestMethod().equals(signs ? "POST" : "GET")) {
      return Reply.page(405, notice(words, nonce, "wrong_way"));
    }
    return signs
        ? signed(call, words, nonce, seat.get())
        : Reply.page(200, form(words, nonce, seat.get(), ""));
  }

  /** The seat at which the caller sits. */
  private Optional<Seat> seat(HttpExchange call) {
    InetSocketAddress theirs = call.getRemoteAddress();
    try {
      Optional<Caller> found = callers.of(theirs, call.getLocalAddress());
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Caller caller = found.get();
      Optional<Seat> seat =
          desktop.seats().stream()
              .filter(each -> each.uid() == caller.uid())
              .filter(each -> caller.session().isEmpty() || caller.session().equals(each.id()))
              .findFirst();
      if (seat.isEmpty()) {
        LOG.warn(
            "account {} (session \"{}\") is not at the screen and wanted the sign-on page",
            caller.uid(),
            caller.session());
      }
      return seat;
    } catch (IOException e) {
      LOG.warn("who wants the sign-on page cannot be told: {}", e.toString());
      return Optional.empty();
    }
  }

  private Reply signed(HttpExchange call, ResourceBundle words, String nonce, Seat seat)
      throws IOException, InterruptedException {
    Map<String, String> fields = fields(call);
    boolean isOurs = header(call, "Origin").equals("http://" + header(call, "Host"));
    if (!isOurs || !redeem(fields.getOrDefault("ticket", ""), seat.uid())) {
      return Reply.page(403, form(words, nonce, seat, words.getString("again")));
    }
    Saying said;
    try {
      said =
          fields.getOrDefault("do", "").equals("off")
              ? new Saying.SignOff("")
              : new Saying.SignOn(fields.getOrDefault("name", "").strip());
    } catch (IllegalArgumentException e) {
      return Reply.page(400, form(words, nonce, seat, words.getString("name.wrong")));
    }
    Json.Obj heard = hearing.hear(said, seat.user(), How.PAGE);
    return heard.flag("ok", false)
        ? new Reply(303, "", PAGE + query(call))
        : Reply.page(503, form(words, nonce, seat, words.getString("not_recorded")));
  }

  /** The chosen language goes along. */
  private static String query(HttpExchange call) {
    String query = call.getRequestURI().getRawQuery();
    return query != null && query.matches("lang=(zh|en)") ? "?" + query : "";
  }

  private static Map<String, String> fields(HttpExchange call) throws IOException {
    byte[] body = call.getRequestBody().readNBytes(LONGEST_BODY);
    Map<String, String> fields = new HashMap<>();
    for (String each : new String(body, StandardCharsets.US_ASCII).split("&")) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        try {
          fields.put(
              each.substring(0, equals),
              URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          LOG.debug("a field of a form is not well written: {}", e.getMessage());
        }
      }
    }
    return fields;
  }

  // -- words that a page is given
  // ------------------------------------------------------------------

  private String secret() {
    byte[] bytes = new byte[TICKET_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private String ticket(long uid) {
    if (tickets.size() >= MOST_TICKETS) {
      tickets.remove(tickets.keySet().iterator().next());
    }
    String ticket = secret();
    tickets.put(ticket, new Ticket(uid, clock.instant().plus(TICKET_LIVES)));
    return ticket;
  }

  private boolean redeem(String word, long uid) {
    Ticket ticket = tickets.remove(word);
    return ticket != null && ticket.uid() == uid && clock.instant().isBefore(ticket.until());
  }

  // -- what is shown
  // -------------------------------------------------------------------------------

  private static String header(HttpExchange call, String name) {
    String value = call.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  /** What was chosen on the page; else what the browser likes; else Chinese. */
  private static ResourceBundle words(HttpExchange call) {
    String chosen = query(call);
    String liked = header(call, "Accept-Language").toLowerCase(Locale.ROOT);
    boolean english = chosen.isEmpty() ? liked.startsWith("en") : chosen.equals("?lang=en");
    return ResourceBundle.getBundle(
        SignOnPage.class.getPackageName() + ".page",
        english ? Locale.ENGLISH : Locale.CHINESE,
        THIS_LANGUAGE_ONLY);
  }

  private String form(ResourceBundle words, String nonce, Seat seat, String remark) {
    String operator = hearing.operator();
    String now =
        operator.isEmpty()
            ? words.getString("nobody")
            : words.getString("now").replace("{0}", operator);
    String lang = words.getString("lang");
    StringBuilder body = new StringBuilder();
    body.append("<p class=now role=status>").append(escaped(now)).append("</p>\n");
    if (!remark.isEmpty()) {
      body.append("<p class=remark role=alert>").append(escaped(remark)).append("</p>\n");
    }
    String start =
        "<form method=post action=\""
            + SIGN
            + "?lang="
            + lang
            + "\" autocomplete=off>\n<input type=hidden name=ticket value="
            + ticket(seat.uid())
            + ">\n";
    body.append(start)
        .append("<label for=name>")
        .append(escaped(words.getString("name")))
        .append("</label>\n<input id=name name=name maxlength=")
        .append(Saying.LONGEST)
        .append(" required autofocus aria-describedby=hint>\n<button name=do value=on>")
        .append(escaped(words.getString("on")))
        .append("</button>\n</form>\n");
    if (!operator.isEmpty()) {
      body.append(start)
          .append("<button class=quiet name=do value=off>")
          .append(escaped(words.getString("off").replace("{0}", operator)))
          .append("</button>\n</form>\n");
    }
    body.append("<p id=hint class=hint>").append(escaped(words.getString("hint"))).append("</p>\n");
    return whole(words, nonce, body.toString());
  }

  private static String notice(ResourceBundle words, String nonce, String key) {
    return whole(words, nonce, "<p role=alert>" + escaped(words.getString(key)) + "</p>\n");
  }

  private static String whole(ResourceBundle words, String nonce, String body) {
    return """
        <!doctype html>
        <html lang="%1$s">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%2$s</title>
        <style nonce="%3$s">
        :root { color-scheme: light dark; --accent: #1d5dbf; --line: #c5cad3; --faint: #5b6472; }
        @media (prefers-color-scheme: dark) { :root { --accent: #2f6fd6; --line: #4a5160; --faint: #a3abb8; } }
        body { font: 16px/1.5 "Noto Sans CJK SC", "WenQuanYi Micro Hei", "Microsoft YaHei", system-ui, sans-serif; margin: 0; }
        main { max-width: 26rem; margin: 8vh auto; padding: 24px; border: 1px solid var(--line); border-top: 4px solid var(--accent); border-radius: 4px; }
        h1 { font-size: 1.25rem; margin: 0 0 16px; }
        .now { font-size: 1.125rem; }
        .remark { border-left: 4px solid #b3261e; padding-left: 12px; }
        .hint, nav { color: var(--faint); font-size: .875rem; }
        label { display: block; margin-bottom: 4px; }
        input:not([type=hidden]), button { font: inherit; width: 100%%; box-sizing: border-box; padding: 10px 12px; border-radius: 4px; border: 1px solid var(--line); }
        button { margin-top: 12px; background: var(--accent); border-color: var(--accent); color: #fff; cursor: pointer; }
        button.quiet { background: none; border-color: var(--line); color: inherit; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        </style>
        </head>
        <body>
        <main>
        <h1>%4$s</h1>
        %5$s<nav><a href="/?lang=%6$s" lang="%6$s">%7$s</a></nav>
        </main>
        </body>
        </html>
        """
        .formatted(
            words.getString("lang").equals("zh") ? "zh-CN" : "en",
            escaped(words.getString("title")),
            nonce,
            escaped(words.getString("heading")),
            body,
            words.getString("other"),
            escaped(words.getString("other.name")));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
