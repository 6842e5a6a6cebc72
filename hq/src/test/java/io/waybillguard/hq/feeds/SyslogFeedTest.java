package io.waybillguard.hq.feeds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.agent.event.Summary;
import io.waybillguard.hq.trust.ClientTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Syslog over TLS, with Debian's rsyslog at the other end. */
final class SyslogFeedTest extends FeedContract {
  @TempDir private Path own;

  @Override
  Receiver start(Path folder) throws Exception {
    return Rsyslog.start(folder);
  }

  @Override
  String carried(Outgoing record) {
    return new Summary(Locale.ENGLISH, ZoneOffset.ofHours(8))
        .of(record.type(), record.told().orElseThrow())
        .replaceAll("[\\p{Cntrl}\\u2028]+", " ");
  }

  @Test
  void rsyslog_reads_every_field_as_it_was_meant() throws Exception {
    try (Rsyslog rsyslog = Rsyslog.start(own)) {
      rsyslog.feed().send(List.of(record("1a0adeb388758a63", 4711, "a\"]\\b")));
      assertEquals(
          "108 2026-06-12T04:00:04.834Z hq.example waybill-guard-hq usb.attach"
              + " [origin software=\"waybill-guard-hq\" swVersion=\"0.1.0\"]"
              + "[waybill-guard@32473 key=\"1a0adeb388758a63-4711\""
              + " workstation=\"1a0adeb388758a63\" outlet=\"杭州-001\" record=\"4711\""
              + " severity=\"3\"]",
          gotAtLeast(rsyslog, 1).isEmpty() ? "" : rsyslog.lines().get(0).split("\t")[0]);
    }
  }

  @Test
  void a_frame_counts_octets_and_none_is_longer_than_receivers_take() {
    SyslogFeed feed = feed("127.0.0.1", 1, own.resolve("none"));
    byte[] frame = feed.frame(record("1a0adeb388758a63", 0, "面".repeat(20_000)));
    String text = new String(frame, StandardCharsets.UTF_8);
    int length = Integer.parseInt(text.substring(0, text.indexOf(' ')));
    assertEquals(frame.length - text.indexOf(' ') - 1, length);
    assertTrue(length <= 8_192, "RFC 5425 section 4.3.1: " + length);
  }

  private static SyslogFeed feed(String host, int port, Path ca) {
    try {
      return new SyslogFeed(
          new Plan.Syslog(
              host,
              port,
              ClientTls.of(
                  java.nio.file.Files.exists(ca) ? Optional.of(ca) : Optional.empty(),
                  Optional.empty(),
                  Optional.empty())),
          "hq.example",
          "0.1.0",
          Locale.ENGLISH);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_receiver_of_another_authority_or_another_name_gets_nothing() throws Exception {
    try (Rsyslog rsyslog = Rsyslog.start(own)) {
      TestTls other = TestTls.in(own.resolve("other"));
      List<Outgoing> records = List.of(record("1a0adeb388758a63", 0, "x"));
      assertThrows(
          NotTaken.class, () -> feed("127.0.0.1", rsyslog.port(), other.ca()).send(records));
      assertThrows(
          NotTaken.class, () -> feed("127.0.0.2", rsyslog.port(), rsyslog.ca()).send(records));
      assertEquals(List.of(), rsyslog.lines());
    }
  }

  @Test
  void a_receiver_that_breaks_off_before_it_has_read_everything_has_taken_nothing()
      throws Exception {
    TestTls tls = TestTls.in(own.resolve("tls"));
    try (SSLServerSocket server =
        (SSLServerSocket)
            tls.forServer().getServerSocketFactory().createServerSocket(0, 1, loopback())) {
      CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> readLittle(server));
      List<Outgoing> many =
          java.util.stream.LongStream.range(0, 4_000)
              .mapToObj(i -> record("1a0adeb388758a63", i, "x".repeat(1_000)))
              .toList();
      SyslogFeed feed = feed("127.0.0.1", server.getLocalPort(), tls.ca());
      assertThrows(NotTaken.class, () -> feed.send(many));
      reader.join();
    }
  }

  private static java.net.InetAddress loopback() {
    return java.net.InetAddress.getLoopbackAddress();
  }

  private static void readLittle(SSLServerSocket server) {
    try (SSLSocket socket = (SSLSocket) server.accept()) {
      socket.getInputStream().readNBytes(100);
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
