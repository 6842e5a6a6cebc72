package io.waybillguard.agent.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.OperatorSignedOff;
import io.waybillguard.agent.event.OperatorSignedOn;
import io.waybillguard.agent.event.OperatorSignedOn.How;
import io.waybillguard.agent.platform.Callers.Caller;
import io.waybillguard.agent.platform.Desktop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real HTTP over loopback, written by hand, so that every header is the test's. */
final class SignOnPageTest {
  private static final Pattern TICKET = Pattern.compile("name=ticket value=([0-9a-f]{32})>");
  private static final long COURIER = 1000;

  private final List<Event> recorded = new CopyOnWriteArrayList<>();
  private final HandClock clock = new HandClock(Instant.parse("2026-06-12T04:31:00Z"));
  private Optional<Caller> caller = Optional.of(new Caller(COURIER, ""));
  private final TerminalDoor door =
      new TerminalDoor(0, "k".repeat(43), hearing(), clock, Optional.of(page()));

  private Hearing hearing() {
    return new Hearing(
        new Roster(""),
        event -> {
          recorded.add(event);
          return CompletableFuture.completedFuture((long) recorded.size());
        },
        clock);
  }

  private SignOnPage page() {
    return new SignOnPage(hearing(), (theirs, ours) -> caller, new OneSeat(), new Random(7), clock);
  }

  /** Somebody sits at the screen. */
  private static final class OneSeat implements Desktop {
    @Override
    public List<Seat> seats() {
      return List.of(new Seat("c2", "courier", COURIER, Map.of()));
    }

    @Override
    public Process start(Seat seat, List<String> command) throws IOException {
      throw new IOException("nothing is shown here");
    }
  }

  @BeforeEach
  void open() throws Exception {
    assertEquals(1, door.step());
  }

  @AfterEach
  void close() {
    door.end();
  }

  private record Answer(int status, String head, String body) {
    String ticket() {
      Matcher found = TICKET.matcher(body);
      assertTrue(found.find(), body);
      return found.group(1);
    }
  }

  private String host() {
    return "127.0.0.1:" + door.port();
  }

  private Answer call(String method, String path, String headers, String body) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
      socket.setSoTimeout(20_000);
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String request =
          method + " " + path + " HTTP/1.1\r\n" + headers + "Connection: close\r\nContent-Length: ";
      socket
          .getOutputStream()
          .write((request + bytes.length + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(bytes);
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = all.indexOf("\r\n\r\n");
      return new Answer(
          Integer.parseInt(all.substring(9, 12)), all.substring(0, end), all.substring(end + 4));
    }
  }

  private Answer get(String path) throws Exception {
    return call("GET", path, "Host: " + host() + "\r\nAccept-Language: zh-CN\r\n", "");
  }

  private Answer post(String origin, String ticket, String what, String name) throws Exception {
    String body =
        "ticket="
            + ticket
            + "&do="
            + what
            + "&name="
            + URLEncoder.encode(name, StandardCharsets.UTF_8);
    return call("POST", "/sign?lang=zh", "Host: " + host() + "\r\n" + origin, body);
  }

  private String ownOrigin() {
    return "Origin: http://" + host() + "\r\n";
  }

  @Test
  void whoSitsAtTheScreenSignsOnAndOff() throws Exception {
    Answer page = get("/");
    assertEquals(200, page.status());
    assertTrue(page.body().contains("现在没有人当班。"), page.body());
    Answer signed = post(ownOrigin(), page.ticket(), "on", " 李梅 ");
    assertEquals(303, signed.status());
    assertTrue(signed.head().contains("Location: /?lang=zh"), signed.head());
    Answer after = get("/?lang=zh");
    assertTrue(after.body().contains("现在当班：李梅"), after.body());
    assertEquals(303, post(ownOrigin(), after.ticket(), "off", "").status());
    assertTrue(get("/").body().contains("现在没有人当班。"));
    assertEquals(
        List.of(
            new OperatorSignedOn(clock.instant(), "李梅", "courier", How.PAGE),
            new OperatorSignedOff(clock.instant(), "李梅", "courier", How.PAGE)),
        recorded);
  }

  @Test
  void whoIsNotAtTheScreenGetsNoForm() throws Exception {
    String ticket = get("/").ticket();
    for (Optional<Caller> other :
        List.of(
            Optional.<Caller>empty(),
            Optional.of(new Caller(COURIER + 1, "")),
            Optional.of(new Caller(0, "c2")),
            Optional.of(new Caller(COURIER, "31")))) { // the same account, over SSH
      caller = other;
      Answer page = get("/");
      assertEquals(403, page.status(), other::toString);
      assertFalse(page.body().contains("<form"), page.body());
      assertEquals(403, post(ownOrigin(), ticket, "on", "李梅").status(), other::toString);
    }
    caller = Optional.of(new Caller(COURIER, "c2"));
    assertEquals(200, get("/").status());
    assertEquals(List.of(), recorded);
  }

  @Test
  void anotherNameThatIsMadeToLeadHereIsRefused() throws Exception {
    for (String host :
        List.of(
            "waybills.example:" + door.port(),
            "127.0.0.1",
            "127.0.0.1:1",
            "localhost.example:" + door.port())) {
      assertEquals(421, call("GET", "/", "Host: " + host + "\r\n", "").status(), host);
    }
    assertEquals(200, call("GET", "/", "Host: localhost:" + door.port() + "\r\n", "").status());
  }

  @Test
  void aFormOfAnotherSiteSignsNobodyOn() throws Exception {
    for (String origin :
        List.of(
            "",
            "Origin: null\r\n",
            "Origin: http://waybills.example\r\n",
            "Origin: http://127.0.0.1:1\r\n")) {
      assertEquals(403, post(origin, get("/").ticket(), "on", "李梅").status(), origin);
    }
    assertEquals(List.of(), recorded);
  }

  @Test
  void theWordThatAPageWasGivenCountsOnceForItsAccountAndForAWhile() throws Exception {
    String ticket = get("/").ticket();
    assertEquals(403, post(ownOrigin(), "0".repeat(32), "on", "李梅").status());
    assertEquals(303, post(ownOrigin(), ticket, "on", "李梅").status());
    assertEquals(403, post(ownOrigin(), ticket, "off", "").status());
    String old = get("/").ticket();
    clock.pass(Duration.ofMinutes(31));
    assertEquals(403, post(ownOrigin(), old, "off", "").status());
    assertEquals(1, recorded.size());
  }

  @Test
  void whatIsNoNameIsSaidToBeNoneAndTheFormIsThereAgain() throws Exception {
    for (String name : List.of("", "  ", "x".repeat(65), "a\nb")) {
      Answer again = post(ownOrigin(), get("/").ticket(), "on", name);
      assertEquals(400, again.status(), name);
      assertTrue(again.body().contains("姓名要有 1 到 64 个字"), again.body());
      assertFalse(again.ticket().isEmpty());
    }
    assertEquals(List.of(), recorded);
  }

  @Test
  void aNameIsShownAsItIsWrittenAndDoesNothing() throws Exception {
    assertEquals(303, post(ownOrigin(), get("/").ticket(), "on", "<b>\"&'").status());
    assertTrue(get("/").body().contains("现在当班：&lt;b&gt;&quot;&amp;&#39;"));
  }

  @Test
  void theLanguageIsTheBrowsersUntilAnotherIsChosen() throws Exception {
    String english = "Host: " + host() + "\r\nAccept-Language: en-GB,en;q=0.9\r\n";
    assertTrue(call("GET", "/", english, "").body().contains("Nobody is on shift now."));
    assertTrue(call("GET", "/?lang=zh", english, "").body().contains("<html lang=\"zh-CN\">"));
    assertTrue(get("/?lang=en").body().contains("<html lang=\"en\">"));
  }

  @Test
  void thePageLoadsNothingRunsNothingAndIsNotKept() throws Exception {
    String head = get("/").head();
    assertTrue(head.contains("default-src 'none'; style-src 'nonce-"), head);
    assertTrue(head.contains("frame-ancestors 'none'"), head);
    assertTrue(head.contains("no-store"), head);
    assertFalse(get("/").body().contains("<script"));
  }

  @Test
  void whatIsNoPathOfThePageStillNeedsTheKey() throws Exception {
    assertEquals(401, call("POST", TerminalDoor.PATH, "Host: " + host() + "\r\n", "{}").status());
    assertEquals(405, call("POST", "/", "Host: " + host() + "\r\n", "").status());
    assertEquals(405, get("/sign").status());
  }
}
