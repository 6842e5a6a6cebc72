package io.waybillguard.agent.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.HandClock;
import io.waybillguard.agent.event.AgentInstalled;
import io.waybillguard.agent.event.Event;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.OperatorSignedOff;
import io.waybillguard.agent.event.OperatorSignedOn;
import io.waybillguard.agent.event.VisitorExpected;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real socket, and one step of the door for each caller. */
@EnabledOnOs(OS.LINUX)
final class DeskDoorTest {
  @TempDir private Path temp;
  private Path socket;
  private final List<Event> recorded = new ArrayList<>();
  private final HandClock clock = new HandClock(Instant.parse("2026-06-12T04:31:00Z"));
  private DeskDoor door;

  @BeforeEach
  void open() {
    socket = temp.resolve("run/desk.sock");
    door =
        new DeskDoor(
            socket,
            new Hearing(
                new Roster(""),
                event -> {
                  recorded.add(event);
                  return CompletableFuture.completedFuture(recorded.size() + 6L);
                },
                clock,
                "0.1.0",
                new Administrator()),
            clock);
  }

  @AfterEach
  void close() throws IOException {
    door.end();
  }

  private interface Calling<T> {
    T call() throws Exception;
  }

  private <T> T whileItListens(Calling<T> calling) throws Exception {
    int unused = listen(); // opens the door
    CompletableFuture<T> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return calling.call();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    while (listen() == 0) {
      assertFalse(answer.isDone(), "it was answered without a step");
    }
    return answer.get(20, TimeUnit.SECONDS);
  }

  private int listen() throws Exception {
    door.wake();
    return door.step();
  }

  private Json.Obj say(Saying said) throws Exception {
    return whileItListens(() -> DeskCall.say(socket, said));
  }

  @Test
  void whoSignsOnIsRecordedWithTheAccountThatSaidSo() throws Exception {
    Json.Obj answer = say(new Saying.SignOn("李雷"));
    assertTrue(answer.flag("ok", false), answer::toString);
    assertEquals("李雷", answer.text("operator"));
    assertEquals(7, answer.number("seq", 0));
    assertEquals(
        List.of(
            new OperatorSignedOn(
                clock.instant(),
                "李雷",
                System.getProperty("user.name"),
                OperatorSignedOn.How.COMMAND)),
        recorded);
  }

  @Test
  void whoTakesTheDeskOverSignsTheOtherOff() throws Exception {
    Json.Obj first = say(new Saying.SignOn("李雷"));
    Json.Obj second = say(new Saying.SignOn("韩梅梅"));
    assertTrue(first.flag("changed", false) && second.flag("changed", false));
    assertEquals("李雷", ((OperatorSignedOff) recorded.get(1)).operator());
    assertEquals("韩梅梅", ((OperatorSignedOn) recorded.get(2)).operator());
    assertFalse(say(new Saying.SignOn("韩梅梅")).flag("changed", true), "once is enough");
    assertFalse(say(new Saying.SignOff("李雷")).flag("changed", true), "gone already");
    assertTrue(say(new Saying.SignOff("")).flag("changed", false));
    assertEquals(4, recorded.size());
  }

  @Test
  void aRefusedRemovalIsRecordedOnTheAdministratorsWordAlone() throws Exception {
    Json.Obj stranger = say(new Saying.RemovalRefused("wrong", "a guess"));
    assertEquals("no_key", stranger.text("why"));
    assertEquals(List.of(), recorded);
    Json.Obj answer = say(new Saying.RemovalRefused("wrong", Administrator.KEY));
    assertTrue(answer.flag("ok", false), answer::toString);
    assertEquals(
        List.of(
            new AgentInstalled(
                clock.instant(),
                "0.1.0",
                AgentInstalled.Act.REMOVAL_REFUSED,
                "0.1.0",
                "0.1.0",
                "wrong")),
        recorded);
  }

  @Test
  void aVisitIsRecordedWithItsTime() throws Exception {
    Instant until = clock.instant().plus(Duration.ofHours(1));
    Json.Obj answer = say(new Saying.Expect("合作方 王", clock.instant(), until));
    assertTrue(answer.flag("ok", false), answer::toString);
    assertEquals(until, ((VisitorExpected) recorded.get(0)).until());
  }

  @Test
  void everyAccountMayOpenItAndNothingIsLeftOfIt() throws Exception {
    Json.Obj unused = say(new Saying.SignOff(""));
    assertEquals("rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    door.end();
    assertFalse(Files.exists(socket));
    assertThrows(IOException.class, () -> DeskCall.say(socket, new Saying.SignOff("")));
  }

  /** Whatever somebody writes there, the next caller is heard. */
  @Test
  void whatCannotBeSaidIsRefusedAndRecordsNothing() throws Exception {
    for (String line :
        List.of(
            "hello\n",
            "{}\n",
            "{\"do\":\"sign_on\",\"name\":\"\"}\n",
            "{\"do\":\"sign_on\",\"name\":\"a\\u0007b\"}\n",
            "{\"do\":\"expect\",\"name\":\"x\",\"from\":2,\"until\":1}\n",
            "x".repeat(5000) + "\n")) {
      Json.Obj answer = whileItListens(() -> raw(line));
      assertFalse(answer.flag("ok", true), answer::toString);
      assertEquals("bad_request", answer.text("why"));
    }
    assertEquals(List.of(), recorded);
    assertTrue(say(new Saying.SignOn("李雷")).flag("ok", false));
  }

  private Json.Obj raw(String line) throws Exception {
    try (SocketChannel agent = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        agent.write(bytes);
      }
      return Json.parse(Channels.newInputStream(agent).readAllBytes());
    }
  }

  @Test
  void whoTalksTooMuchIsTurnedAwayForAMinute() throws Exception {
    for (int i = 0; i < DeskDoor.MOST_A_MINUTE; i++) {
      assertTrue(say(new Saying.SignOff("")).flag("ok", false));
    }
    assertEquals("too_many", say(new Saying.SignOff("")).text("why"));
    clock.pass(Duration.ofSeconds(61));
    assertTrue(say(new Saying.SignOff("")).flag("ok", false));
  }

  @Test
  void whatIsNotRecordedIsNotSaidToBe() throws Exception {
    door.end();
    door =
        new DeskDoor(
            socket,
            new Hearing(
                new Roster(""),
                event -> CompletableFuture.failedFuture(new IOException("no space")),
                clock),
            clock);
    assertEquals("not_recorded", say(new Saying.SignOn("李雷")).text("why"));
  }
}
