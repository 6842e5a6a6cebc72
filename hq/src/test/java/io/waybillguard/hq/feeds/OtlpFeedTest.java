package io.waybillguard.hq.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OTLP/HTTP, read by OpenTelemetry's own messages. */
final class OtlpFeedTest extends FeedContract {
  private static final String LOG = "1a0adeb388758a63";

  @TempDir private Path own;

  @Override
  Receiver start(Path folder) throws Exception {
    return new OtlpCollector(folder);
  }

  @Override
  String carried(Outgoing record) {
    return new String(record.event(), StandardCharsets.UTF_8);
  }

  private static List<Outgoing> ten() {
    return LongStream.range(0, 10).mapToObj(i -> record(LOG, i, "x")).toList();
  }

  @Test
  void the_receiver_reads_every_field_as_it_was_meant() throws Exception {
    try (OtlpCollector collector = new OtlpCollector(own)) {
      collector.feed().send(List.of(record(LOG, 4711, "x")));
      LogRecord got = collector.taken().get(0);
      assertEquals(NOON.plusMillis(4711).toEpochMilli() * 1_000_000, got.getTimeUnixNano());
      assertEquals(NOON.plusSeconds(5).toEpochMilli() * 1_000_000, got.getObservedTimeUnixNano());
      assertEquals(SeverityNumber.SEVERITY_NUMBER_WARN, got.getSeverityNumber());
      assertEquals("usb.attach", got.getEventName());
      assertEquals(
          Map.of(
              "log.record.uid",
              LOG + "-4711",
              "waybill_guard.workstation",
              LOG,
              "waybill_guard.outlet",
              "杭州-001",
              "waybill_guard.record",
              "4711"),
          OtlpCollector.attributes(got));
    }
  }

  @Test
  void a_busy_receiver_says_how_long_to_leave_it_alone() throws Exception {
    try (OtlpCollector collector = new OtlpCollector(own)) {
      collector.answer(429);
      NotTaken busy = assertThrows(NotTaken.class, () -> collector.feed().send(ten()));
      assertEquals(Optional.of(Duration.ofSeconds(77)), busy.after());
      assertTrue(String.valueOf(busy.getMessage()).contains("429"), busy.getMessage());
      assertEquals(1, collector.requests());
    }
  }

  @Test
  void one_bad_record_is_found_and_left_out_and_the_others_arrive_once() throws Exception {
    try (OtlpCollector collector = new OtlpCollector(own)) {
      collector.refuse(LOG + "-3");
      assertEquals(1, collector.feed().send(ten()).refused());
      assertEquals(
          List.of(0L, 1L, 2L, 4L, 5L, 6L, 7L, 8L, 9L),
          collector.got().stream()
              .map(g -> Long.parseLong(g.key().substring(LOG.length() + 1)))
              .toList());
    }
  }

  @Test
  void a_receiver_that_refuses_everything_is_taken_for_wrong_and_loses_nothing() throws Exception {
    try (OtlpCollector collector = new OtlpCollector(own)) {
      LongStream.range(0, 10).forEach(i -> collector.refuse(LOG + "-" + i));
      assertThrows(NotTaken.class, () -> collector.feed().send(ten()));
      assertThrows(NotTaken.class, () -> collector.feed().send(List.of(record(LOG, 3, "x"))));
      assertTrue(collector.requests() < 25, "it is not asked for each: " + collector.requests());
    }
  }

  @Test
  void what_a_receiver_takes_only_in_part_is_not_sent_again() throws Exception {
    try (OtlpCollector collector = new OtlpCollector(own)) {
      collector.reject(
          "{\"partialSuccess\":{\"rejectedLogRecords\":\"2\",\"errorMessage\":\"too old\"}}");
      assertEquals(new Feed.Taken(2, "too old"), collector.feed().send(ten()));
      assertEquals(1, collector.requests());
    }
  }

  @Test
  void a_wrong_password_or_another_authority_takes_nothing() throws Exception {
    try (OtlpCollector collector = new OtlpCollector(own)) {
      Plan.Otlp right = collector.receiver();
      Feed wrong =
          new OtlpFeed(
              new Plan.Otlp(right.url(), right.tls(), Map.of("Authorization", "x")), "hq", "0.1.0");
      NotTaken refused = assertThrows(NotTaken.class, () -> wrong.send(ten()));
      assertTrue(String.valueOf(refused.getMessage()).contains("401"), refused.getMessage());
      Feed blind =
          new OtlpFeed(
              new Plan.Otlp(right.url(), javax.net.ssl.SSLContext.getDefault(), right.headers()),
              "hq",
              "0.1.0");
      assertThrows(NotTaken.class, () -> blind.send(ten()));
      assertEquals(List.of(), collector.got());
    }
  }
}
