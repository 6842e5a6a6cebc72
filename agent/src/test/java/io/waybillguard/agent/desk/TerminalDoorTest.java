package io.waybillguard.agent.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.OperatorSignedOff;
import io.waybillguard.agent.event.OperatorSignedOn;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real HTTP over loopback. */
final class TerminalDoorTest {
  private static final String KEY = "k".repeat(43);
  private static final String ON = "{\"do\":\"sign_on\",\"name\":\"李梅\"}";

  private final List<Event> recorded = new CopyOnWriteArrayList<>();
  private final HandClock clock = new HandClock(Instant.parse("2026-06-12T04:31:00Z"));
  private final TerminalDoor door =
      new TerminalDoor(
          0,
          KEY,
          new Hearing(
              new Roster(""),
              event -> {
                recorded.add(event);
                return CompletableFuture.completedFuture(recorded.size() + 6L);
              },
              clock),
          clock);

  @BeforeEach
  void open() throws Exception {
    assertEquals(1, door.step());
  }

  @AfterEach
  void close() {
    door.end();
  }

  private record Answer(int status, Json.Obj body) {}

  private Answer call(String method, String path, String key, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + path))
            .header("Authorization", "Bearer " + key)
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(
        response.statusCode(), Json.parse(response.body().getBytes(StandardCharsets.UTF_8)));
  }

  private Answer post(String body) throws Exception {
    return call("POST", TerminalDoor.PATH, KEY, body);
  }

  @Test
  void aBadgeSignsSomebodyOnAndOff() throws Exception {
    Answer on = post(ON);
    assertEquals(200, on.status());
    assertEquals("李梅", on.body().text("operator"));
    assertEquals(7, on.body().number("seq"));
    assertEquals(200, post("{\"do\":\"sign_off\",\"name\":\"\"}").status());
    assertEquals(
        List.of(
            new OperatorSignedOn(clock.instant(), "李梅", "", OperatorSignedOn.How.TERMINAL),
            new OperatorSignedOff(clock.instant(), "李梅", "", OperatorSignedOn.How.TERMINAL)),
        recorded);
  }

  @Test
  void whoHasNoKeyLearnsNothingAndLeavesNoRecord() throws Exception {
    for (String key : List.of("", KEY + "k", KEY.substring(1), "x".repeat(43))) {
      assertEquals(401, call("POST", TerminalDoor.PATH, key, ON).status());
      assertEquals(401, call("GET", "/", key, "").status());
    }
    assertEquals(List.of(), recorded);
  }

  @Test
  void whatCannotBeSaidIsRefusedAndRecordsNothing() throws Exception {
    for (String body :
        List.of(
            "",
            "hello",
            "{}",
            "{\"do\":\"sign_on\",\"name\":\"\"}",
            "{\"do\":\"sign_on\",\"name\":\"" + "x".repeat(5000) + "\"}",
            "{\"do\":\"expect\",\"name\":\"x\",\"from\":1,\"until\":2}")) {
      assertEquals(400, post(body).status(), body);
    }
    assertEquals(405, call("GET", TerminalDoor.PATH, KEY, "").status());
    assertEquals(404, call("POST", "/v1/other", KEY, ON).status());
    assertEquals(List.of(), recorded);
  }

  @Test
  void whoKnocksTooOftenIsTurnedAwayForAMinute() throws Exception {
    for (int i = 0; i < TerminalDoor.MOST_A_MINUTE; i++) {
      assertEquals(200, post(ON).status());
    }
    assertEquals(429, post(ON).status());
    clock.pass(Duration.ofSeconds(61));
    assertEquals(200, post(ON).status());
    assertEquals(1, recorded.size(), "once is enough");
  }

  @Test
  void whatIsNotRecordedIsNotSaidToBe() throws Exception {
    TerminalDoor full =
        new TerminalDoor(
            0,
            KEY,
            new Hearing(
                new Roster(""),
                event -> CompletableFuture.failedFuture(new java.io.IOException("no space")),
                clock),
            clock);
    assertEquals(1, full.step());
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + full.port() + TerminalDoor.PATH))
              .header("Authorization", "Bearer " + KEY)
              .POST(HttpRequest.BodyPublishers.ofString(ON))
              .build();
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      assertEquals(503, response.statusCode());
      assertTrue(response.body().contains("not_recorded"), response.body());
    } finally {
      full.end();
    }
  }

  @Test
  void aShortKeyIsRefused() {
    Hearing nobody = new Hearing(new Roster(""), event -> new CompletableFuture<>(), clock);
    assertThrows(IllegalArgumentException.class, () -> new TerminalDoor(0, "short", nobody, clock));
  }
}
