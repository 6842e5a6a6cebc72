package io.waybillguard.hq.feeds;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Log records over OTLP/HTTP in JSON (OpenTelemetry protocol 1.x, "OTLP/HTTP"). A record is taken
 * when its request was answered with 200. The attribute {@code log.record.uid} is its key, by which
 * a receiver knows what it gets twice.
 */
final class OtlpFeed implements Feed {
  private static final int MOST_ANSWER = 65_536;

  /** So many refused alone, none taken: the receiver is wrong, not the records. */
  private static final int TOO_MANY_REFUSED = 8;

  private final Plan.Otlp to;
  private final String host;
  private final String version;
  private final HttpClient http;
  private volatile @Nullable CompletableFuture<?> current;
  private volatile boolean closed;

  OtlpFeed(Plan.Otlp to, String host, String version) {
    this.to = to;
    this.host = host;
    this.version = version;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .sslContext(to.tls())
            .build();
  }

  /** What became of a batch whose parts are tried alone. */
  private static final class Count {
    private final long end;
    private long taken;
    private long refused;
    private String why = "";

    private Count(long end) {
      this.end = end;
    }
  }

  @Override
  public Taken send(List<Outgoing> records) throws NotTaken {
    Count count = new Count(System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS));
    hand(records, count);
    // One alone that is refused may be wrong, or the receiver may be: with others it is told apart.
    if (count.taken == 0 && count.refused > 0) {
      throw new NotTaken(to.address() + " refuses every record: " + count.why);
    }
    return new Taken(count.refused, count.why);
  }

  /** A receiver that refuses a batch as such is given its halves, down to the record it refuses. */
  private void hand(List<Outgoing> records, Count count) throws NotTaken {
    HttpResponse<byte[]> answer = post(records, count.end);
    int status = answer.statusCode();
    if (status == 200) {
      long rejected = rejected(answer.body(), count);
      count.refused += rejected;
      count.taken += records.size() - rejected;
    } else if (status != 400 && status != 413) {
      throw new NotTaken(
          to.address() + " answered " + status + said(answer.body()), retryAfter(answer));
    } else if (records.size() > 1) {
      int half = records.size() / 2;
      hand(records.subList(0, half), count);
      hand(records.subList(half, records.size()), count);
    } else {
      count.refused++;
      count.why = status + said(answer.body());
      if (count.taken == 0 && count.refused >= TOO_MANY_REFUSED) {
        throw new NotTaken(to.address() + " refuses every record: " + count.why);
      }
    }
  }

  private HttpResponse<byte[]> post(List<Outgoing> records, long end) throws NotTaken {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to.url())
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(packed(request(records))));
    to.headers().forEach(request::setHeader);
    CompletableFuture<HttpResponse<byte[]>> asked =
        http.sendAsync(request.build(), OtlpFeed::bounded);
    current = asked;
    if (closed) {
      asked.cancel(true);
    }
    try {
      return asked.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotTaken(to.address(), e);
    } catch (java.util.concurrent.TimeoutException e) {
      asked.cancel(true);
      throw new NotTaken(to.address() + " did not answer in " + MOST_SECONDS + " s");
    } catch (java.util.concurrent.CancellationException e) {
      throw new NotTaken("this HQ ends");
    } catch (java.util.concurrent.ExecutionException e) {
      throw new NotTaken(to.address(), e.getCause() == null ? e : e.getCause());
    } finally {
      current = null;
    }
  }

  /** Of an answer, as much as any good one has. */
  private static HttpResponse.BodySubscriber<byte[]> bounded(HttpResponse.ResponseInfo info) {
    return HttpResponse.BodySubscribers.mapping(
        HttpResponse.BodySubscribers.ofInputStream(), OtlpFeed::first);
  }

  private static byte[] first(InputStream body) {
    try (body) {
      return body.readNBytes(MOST_ANSWER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Duration> retryAfter(HttpResponse<byte[]> answer) {
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("[0-9]{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
  }

  private static String said(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8).replaceAll("[\\p{Cntrl}]+", " ").strip();
    return text.isEmpty() ? "" : ": " + text.substring(0, Math.min(200, text.length()));
  }

  /** "Partial success": what the receiver says it will never take, and must not get again. */
  private static long rejected(byte[] body, Count count) {
    try {
      Json.Obj answer = body.length == 0 ? Json.object() : Json.parse(body);
      if (!answer.has("partialSuccess")) {
        return 0;
      }
      Json.Obj partial = answer.object("partialSuccess");
      // 64-bit integers are texts in protobuf's JSON; some write numbers all the same.
      String text = partial.text("rejectedLogRecords", "");
      long rejected =
          text.matches("[0-9]{1,9}")
              ? Long.parseLong(text)
              : partial.number("rejectedLogRecords", 0);
      if (rejected > 0) {
        count.why = partial.text("errorMessage", "");
      }
      return Math.max(0, rejected);
    } catch (JsonException e) {
      return 0; // 200 is the receiver's word; what else it says is not understood
    }
  }

  // -- messages ----------------------------------------------------------------------------------

  /** An ExportLogsServiceRequest. */
  byte[] request(List<Outgoing> records) {
    List<Json.Obj> logs = new ArrayList<>(records.size());
    records.forEach(record -> logs.add(record(record)));
    return Json.object()
        .put(
            "resourceLogs",
            List.of(
                Json.object()
                    .put(
                        "resource",
                        Json.object()
                            .put(
                                "attributes",
                                List.of(
                                    attribute("service.name", "waybill-guard-hq"),
                                    attribute("service.version", version),
                                    attribute("service.instance.id", host))))
                    .put(
                        "scopeLogs",
                        List.of(
                            Json.object()
                                .put(
                                    "scope",
                                    Json.object()
                                        .put("name", "io.waybillguard.hq.feeds")
                                        .put("version", version))
                                .put("logRecords", logs)))))
        .canonical();
  }

  private static Json.Obj record(Outgoing record) {
    Json.Obj log =
        Json.object()
            .put("timeUnixNano", nanos(record.at()))
            .put("observedTimeUnixNano", nanos(record.received()))
            .put("eventName", record.type())
            // The bytes that the workstation's log commits to, so that a copy can be held against
            // it.
            .put(
                "body",
                Json.object()
                    .put("stringValue", new String(record.event(), StandardCharsets.UTF_8)))
            .put(
                "attributes",
                List.of(
                    attribute("log.record.uid", record.key()),
                    attribute("waybill_guard.workstation", record.log()),
                    attribute("waybill_guard.outlet", record.outlet()),
                    number("waybill_guard.record", record.seq())));
    int severity = severity(record.severity());
    if (severity > 0) {
      log.put("severityNumber", severity);
    }
    return log;
  }

  /** SeverityNumber of the logs data model, from OCSF's informational 1 to fatal 6. */
  private static int severity(int ocsf) {
    return switch (ocsf) {
      case 1 -> 9; // INFO
      case 2 -> 10; // INFO2
      case 3 -> 13; // WARN
      case 4 -> 17; // ERROR
      case 5 -> 18; // ERROR2
      case 6 -> 21; // FATAL
      default -> 0;
    };
  }

  private static String nanos(Instant at) {
    return Math.max(0, at.toEpochMilli()) + "000000";
  }

  private static Json.Obj attribute(String key, String value) {
    return Json.object().put("key", key).put("value", Json.object().put("stringValue", value));
  }

  private static Json.Obj number(String key, long value) {
    return Json.object()
        .put("key", key)
        .put("value", Json.object().put("intValue", String.valueOf(value)));
  }

  private static byte[] packed(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 4 + 64);
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    return packed.toByteArray();
  }

  @Override
  public void close() {
    closed = true;
    CompletableFuture<?> under = current;
    if (under != null) {
      under.cancel(true);
    }
  }
}
