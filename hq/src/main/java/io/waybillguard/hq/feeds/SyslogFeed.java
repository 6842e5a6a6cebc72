package io.waybillguard.hq.feeds;

import io.waybillguard.agent.event.IncidentChanged;
import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import io.waybillguard.agent.event.Recall;
import io.waybillguard.agent.event.Summary;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Syslog messages (RFC 5424) over TLS (RFC 5425), one connection a batch.
 *
 * <p>Syslog has no receipt. So the batch is followed by TLS's close_notify, and it counts as taken
 * when the receiver has ended the connection in its turn, which it does after it has read
 * everything (RFC 5425 section 4.4). What the receiver does with it then, nobody tells.
 */
final class SyslogFeed implements Feed {
  private static final Logger LOG = LoggerFactory.getLogger(SyslogFeed.class);

  private static final int CONNECT_MILLIS = 10_000;

  /** RFC 5424 table 1: log audit. */
  private static final int FACILITY = 13;

  private static final String APP = "waybill-guard-hq";

  /**
   * SD-ID of what is ours. 32473 is the number for examples (RFC 5612); the project has registered
   * none of its own.
   */
  private static final String OURS = "waybill-guard@32473";

  /** Longest sentence, in UTF-16 units; with it a message stays within 8,192 octets. */
  private static final int MOST_SAID = 1_500;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Plan.Syslog to;
  private final String host;
  private final String version;
  private final Summary summary;
  private volatile boolean closed;
  private volatile @Nullable Socket current;

  SyslogFeed(Plan.Syslog to, String host, String version, Locale language) {
    this.to = to;
    this.host = header(host, 255);
    this.version = version;
    this.summary = new Summary(language, ZoneOffset.ofHours(8));
  }

  @Override
  public Taken send(List<Outgoing> records) throws NotTaken {
    try (Socket raw = new Socket()) {
      current = raw;
      if (closed) {
        throw new NotTaken("this HQ ends");
      }
      // A receiver that does not read would hold a write up for ever.
      CompletableFuture<Void> limit =
          CompletableFuture.runAsync(
              () -> end(raw),
              CompletableFuture.delayedExecutor(MOST_SECONDS - 1, TimeUnit.SECONDS));
      try {
        raw.connect(new InetSocketAddress(to.host(), to.port()), CONNECT_MILLIS);
        raw.setSoTimeout((int) Duration.ofSeconds(MOST_SECONDS).toMillis());
        hand(records, raw);
      } finally {
        limit.cancel(false);
        current = null;
      }
      return Taken.ALL;
    } catch (IOException e) {
      throw new NotTaken(to.address(), e);
    }
  }

  private void hand(List<Outgoing> records, Socket raw) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) to.tls().getSocketFactory().createSocket(raw, to.host(), to.port(), true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the name or address, RFC 5425 5.2
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 65_536);
      for (Outgoing record : records) {
        out.write(frame(record));
      }
      out.flush();
      socket.shutdownOutput();
      if (socket.getInputStream().read() != -1) {
        throw new IOException("the receiver answered, where syslog has no answers");
      }
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("a connection did not close", e);
    }
  }

  // -- messages ----------------------------------------------------------------------------------

  /** {@code MSG-LEN SP SYSLOG-MSG} (RFC 5425 section 4.3). */
  byte[] frame(Outgoing record) {
    byte[] message = message(record).getBytes(StandardCharsets.UTF_8);
    byte[] length = (message.length + " ").getBytes(StandardCharsets.US_ASCII);
    byte[] frame = new byte[length.length + message.length];
    System.arraycopy(length, 0, frame, 0, length.length);
    System.arraycopy(message, 0, frame, length.length, message.length);
    return frame;
  }

  String message(Outgoing record) {
    // The byte order mark says that the text is UTF-8 (RFC 5424 section 6.4).
    return "<%d>1 %s %s %s - %s %s \uFEFF%s"
        .formatted(
            FACILITY * 8 + severity(record.severity()),
            TIME.format(record.at()),
            host,
            APP,
            header(record.type(), 32),
            data(record),
            said(record));
  }

  /** RFC 5424 table 2, from OCSF's informational 1 to fatal 6. */
  private static int severity(int ocsf) {
    return switch (ocsf) {
      case 2 -> 5;
      case 3 -> 4;
      case 4 -> 3;
      case 5 -> 2;
      case 6 -> 1;
      default -> 6;
    };
  }

  private String data(Outgoing record) {
    StringBuilder data = new StringBuilder("[origin");
    param(data, "software", APP);
    param(data, "swVersion", version);
    data.append("][").append(OURS);
    param(data, "key", record.key());
    param(data, "workstation", record.log());
    param(data, "outlet", record.outlet());
    param(data, "record", String.valueOf(record.seq()));
    param(data, "severity", String.valueOf(record.severity()));
    incident(record)
        .ifPresent(
            incident -> {
              param(data, "incident", incident.uid());
              param(data, "state", incident.change().type().substring(Plan.INCIDENTS.length()));
              param(data, "opened", TIME.format(incident.opened()));
              param(data, "steps", String.valueOf(incident.steps().size() + incident.left()));
              param(data, "rule", incident.last().rule());
            });
    return data.append(']').toString();
  }

  /** A workstation names its own incidents; what it says of another's is left out. */
  private static Optional<IncidentChanged> incident(Outgoing record) {
    if (!record.type().startsWith(Plan.INCIDENTS)) {
      return Optional.empty();
    }
    return record
        .told()
        .flatMap(SyslogFeed::recalled)
        .filter(incident -> incident.uid().startsWith(record.log() + "-"));
  }

  private static Optional<IncidentChanged> recalled(Json.Obj event) {
    try {
      return Recall.incident(event);
    } catch (JsonException e) {
      return Optional.empty(); // of a newer agent: its sentence says what can be said
    }
  }

  /** RFC 5424 section 6.3.3: in a value these three are escaped. */
  private static void param(StringBuilder data, String name, String value) {
    String clean = plain(value);
    data.append(' ')
        .append(name)
        .append("=\"")
        .append(cut(clean, 255).replaceAll("([\"\\\\\\]])", "\\\\$1"))
        .append('"');
  }

  private String said(Outgoing record) {
    String sentence =
        record
            .told()
            .map(event -> summary.of(record.type(), event))
            .orElseGet(() -> summary.withoutBody(record.type()));
    return cut(plain(sentence), MOST_SAID);
  }

  /** On one line: what a workstation writes must not look like another message. */
  private static String plain(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end);
  }

  /** Printable ASCII as headers want it, or "-" for nothing. */
  private static String header(String text, int most) {
    String clean = cut(text.replaceAll("[^\\x21-\\x7E]", "_"), most);
    return clean.isEmpty() ? "-" : clean;
  }

  @Override
  public void close() {
    closed = true;
    Socket under = current;
    if (under != null) {
      end(under);
    }
  }
}
