package io.waybillguard.hq.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every feed promises, held against a real receiver of each kind and against the fake. */
abstract class FeedContract {
  static final Instant NOON = Instant.parse("2026-06-12T04:00:00.123Z");

  private static final String ONE = "1a0adeb388758a63";
  private static final String TWO = "eaea4c48823de632";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private Receiver receiver;
  private Feed feed;

  /** A receiver that runs, with nothing in it. */
  abstract Receiver start(Path folder) throws Exception;

  /** What of an event arrives, as this kind of feed carries it. */
  abstract String carried(Outgoing record);

  @BeforeEach
  void begin() throws Exception {
    receiver = start(folder);
    feed = receiver.feed();
  }

  @AfterEach
  void end() throws Exception {
    feed.close();
    receiver.close();
  }

  static Outgoing record(String log, long seq, String name) {
    Json.Obj event =
        Json.object()
            .put("class_uid", 1010)
            .put("severity_id", 3)
            .put("metadata", Json.object().put("event_code", "usb.attach"))
            .put("peripheral_device", Json.object().put("name", name));
    return new Outgoing(
        log,
        "杭州-001",
        seq,
        "usb.attach",
        NOON.plusMillis(seq),
        NOON.plusSeconds(5),
        3,
        event.canonical(),
        Optional.of(event));
  }

  private static List<Outgoing> records(String log, int from, int to) {
    List<Outgoing> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add(record(log, i, "U盘 " + i));
    }
    return records;
  }

  /** Some receivers have what they took a moment later than they said so. */
  private List<Receiver.Got> gotAtLeast(int n) throws Exception {
    return gotAtLeast(receiver, n);
  }

  static List<Receiver.Got> gotAtLeast(Receiver receiver, int n) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    while (receiver.got().size() < n && Instant.now().isBefore(end)) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    return receiver.got();
  }

  @Test
  void every_record_arrives_with_its_key_and_its_content_in_the_order_of_its_log()
      throws Exception {
    List<Outgoing> sent = new ArrayList<>(records(ONE, 0, 200));
    sent.addAll(records(TWO, 7, 9));
    assertEquals(Feed.Taken.ALL, feed.send(sent));
    assertEquals(Feed.Taken.ALL, feed.send(records(ONE, 200, 203)));
    List<Receiver.Got> got = gotAtLeast(205);
    assertEquals(205, got.size());
    List<Outgoing> first = records(ONE, 0, 203);
    assertEquals(
        first.stream().map(r -> new Receiver.Got(r.key(), ONE, carried(r))).toList(),
        got.stream().filter(g -> g.workstation().equals(ONE)).toList());
    assertEquals(
        List.of(TWO + "-7", TWO + "-8"),
        got.stream().filter(g -> g.workstation().equals(TWO)).map(Receiver.Got::key).toList());
  }

  @Test
  void what_is_sent_again_is_known_by_its_key() throws Exception {
    feed.send(records(ONE, 0, 5));
    feed.send(records(ONE, 3, 8));
    List<Receiver.Got> got = gotAtLeast(10);
    assertEquals(10, got.size());
    assertEquals(8, new HashSet<>(got).size(), "the same key, and the same content");
  }

  @Test
  void while_the_receiver_is_away_nothing_is_taken_and_nothing_is_lost_after_it() throws Exception {
    feed.send(records(ONE, 0, 2));
    gotAtLeast(2);
    receiver.goAway();
    NotTaken away = assertThrows(NotTaken.class, () -> feed.send(records(ONE, 2, 4)));
    assertFalse(String.valueOf(away.getMessage()).isBlank());
    receiver.comeBack();
    sendUntilTaken(records(ONE, 2, 4));
    assertTrue(
        new HashSet<>(gotAtLeast(4).stream().map(Receiver.Got::key).toList())
            .containsAll(List.of(ONE + "-0", ONE + "-1", ONE + "-2", ONE + "-3")));
  }

  private void sendUntilTaken(List<Outgoing> records) throws NotTaken {
    Instant end = Instant.now().plus(PATIENCE);
    NotTaken last = new NotTaken("never tried");
    while (Instant.now().isBefore(end)) {
      try {
        assertSame(0L, feed.send(records).refused());
        return;
      } catch (NotTaken e) {
        last = e;
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      }
    }
    throw last;
  }

  @Test
  void what_a_workstation_writes_cannot_look_like_another_record() throws Exception {
    String hostile = "x\n<110>1 - - - - - [waybill-guard@32473 key=\"z\"] \u0000\"]\\ \u2028 </b>";
    Outgoing bad = record(ONE, 0, hostile);
    feed.send(List.of(bad, record(ONE, 1, "plain")));
    List<Receiver.Got> got = gotAtLeast(2);
    assertEquals(List.of(ONE + "-0", ONE + "-1"), got.stream().map(Receiver.Got::key).toList());
    assertEquals(carried(bad), got.get(0).said());
  }

  @Test
  void a_feed_that_was_closed_takes_nothing_more() {
    feed.close();
    assertThrows(NotTaken.class, () -> feed.send(records(ONE, 0, 1)));
  }
}
