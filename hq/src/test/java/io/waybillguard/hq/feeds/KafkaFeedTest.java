package io.waybillguard.hq.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka topic, with a real broker at the other end. */
final class KafkaFeedTest extends FeedContract {
  private static final List<KafkaBroker> BROKER = new ArrayList<>();

  @TempDir private static Path folder;

  @BeforeAll
  static void launch() throws Exception {
    BROKER.add(new KafkaBroker(folder));
  }

  @AfterAll
  static void stop() throws Exception {
    BROKER.remove(0).close();
  }

  @Override
  Receiver start(Path own) {
    BROKER.get(0).use("t" + own.hashCode());
    return new Unclosed(BROKER.get(0));
  }

  /** A broker takes seconds to start, so all tests share one. */
  private record Unclosed(KafkaBroker broker) implements Receiver {
    @Override
    public Feed feed() {
      return broker.feed();
    }

    @Override
    public List<Got> got() {
      return broker.got();
    }

    @Override
    public void goAway() throws Exception {
      broker.goAway();
    }

    @Override
    public void comeBack() throws Exception {
      broker.comeBack();
    }

    @Override
    public void close() {}
  }

  @Override
  String carried(Outgoing record) {
    return new String(record.event(), StandardCharsets.UTF_8);
  }

  @Test
  void all_records_of_a_workstation_are_in_one_partition_and_say_what_hq_knows() throws Exception {
    KafkaBroker broker = BROKER.get(0);
    broker.use("partitions");
    List<Outgoing> sent = new ArrayList<>();
    for (int log = 0; log < 12; log++) {
      for (int seq = 0; seq < 3; seq++) {
        sent.add(record("%016x".formatted(log * 7919), seq, "x"));
      }
    }
    try (Feed feed = broker.feed()) {
      feed.send(sent);
    }
    Set<String> places = new TreeSet<>();
    Set<Integer> used = new TreeSet<>();
    for (ConsumerRecord<String, String> each : broker.records()) {
      places.add(KafkaBroker.header(each, "workstation") + " " + each.partition());
      used.add(each.partition());
    }
    assertEquals(12, places.size());
    assertEquals(KafkaBroker.PARTITIONS, used.size());
    ConsumerRecord<String, String> one = broker.records().get(0);
    assertEquals("usb.attach", KafkaBroker.header(one, "type"));
    assertEquals("杭州-001", KafkaBroker.header(one, "outlet"));
    assertEquals(
        one.key(),
        KafkaBroker.header(one, "workstation") + "-" + KafkaBroker.header(one, "record"));
  }

  @Test
  void a_record_that_no_broker_takes_is_left_out_and_alone_it_is_kept() throws Exception {
    KafkaBroker broker = BROKER.get(0);
    broker.use("large");
    Outgoing large = record("1a0adeb388758a63", 1, "x".repeat(2 << 20));
    try (Feed feed = broker.feed()) {
      assertThrows(NotTaken.class, () -> feed.send(List.of(large)));
      assertEquals(
          1,
          feed.send(
                  List.of(
                      record("1a0adeb388758a63", 0, "x"),
                      large,
                      record("1a0adeb388758a63", 2, "x")))
              .refused());
      assertEquals(
          List.of("1a0adeb388758a63-0", "1a0adeb388758a63-2"),
          broker.got().stream().map(Receiver.Got::key).toList());
    }
  }
}
