package io.waybillguard.hq.feeds;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.waybillguard.hq.trust.ClientTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/**
 * The receiving end of OTLP/HTTP. It reads requests by OpenTelemetry's own published messages and
 * protobuf's own JSON, strictly: a field that they do not have is answered 400. No collector can be
 * had where the tests run (none is in Debian 12, Maven Central or npm).
 */
final class OtlpCollector implements Receiver {
  static final String PASSWORD = "Bearer seen-by-nobody";

  private final TestTls tls;
  private final List<LogRecord> taken = new CopyOnWriteArrayList<>();
  private final List<String> refusing = new CopyOnWriteArrayList<>();
  private volatile int answer = 200;
  private volatile String rejecting = "";
  private final AtomicInteger requests = new AtomicInteger();
  private int port;
  private HttpsServer server;

  OtlpCollector(Path folder) throws Exception {
    this.tls = TestTls.in(folder);
    this.server = listen();
  }

  private HttpsServer listen() throws Exception {
    HttpsServer fresh =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 8);
    fresh.setHttpsConfigurator(new HttpsConfigurator(tls.forServer()));
    fresh.createContext("/v1/logs", this::take);
    fresh.start();
    port = fresh.getAddress().getPort();
    return fresh;
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.incrementAndGet();
      if (!PASSWORD.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        say(exchange, 401, "");
      } else if (answer != 200) {
        exchange.getResponseHeaders().set("Retry-After", "77");
        say(exchange, answer, "{\"message\":\"not now\"}");
      } else {
        read(exchange);
      }
    }
  }

  private void read(HttpExchange exchange) throws IOException {
    ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
    try (GZIPInputStream body = new GZIPInputStream(exchange.getRequestBody())) {
      JsonFormat.parser().merge(new String(body.readAllBytes(), StandardCharsets.UTF_8), request);
    } catch (InvalidProtocolBufferException e) {
      say(exchange, 400, String.valueOf(e.getMessage()));
      return;
    }
    List<LogRecord> records = request.getResourceLogs(0).getScopeLogs(0).getLogRecordsList();
    if (records.stream().anyMatch(r -> refusing.contains(attributes(r).get("log.record.uid")))) {
      say(exchange, 400, "{\"message\":\"one of them is bad\"}");
      return;
    }
    taken.addAll(records);
    say(exchange, 200, rejecting);
  }

  private static void say(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  static Map<String, String> attributes(LogRecord record) {
    return record.getAttributesList().stream()
        .collect(
            java.util.stream.Collectors.toMap(
                KeyValue::getKey,
                a ->
                    a.getValue().hasIntValue()
                        ? String.valueOf(a.getValue().getIntValue())
                        : a.getValue().getStringValue()));
  }

  /** From now on requests are answered so. */
  void answer(int status) {
    answer = status;
  }

  /** From now on a request with this record is answered 400. */
  void refuse(String key) {
    refusing.add(key);
  }

  /** From now on good requests get this body. */
  void reject(String body) {
    rejecting = body;
  }

  int requests() {
    return requests.get();
  }

  List<LogRecord> taken() {
    return taken;
  }

  String url() {
    return "https://127.0.0.1:" + port + "/v1/logs";
  }

  Path ca() {
    return tls.ca();
  }

  Plan.Otlp receiver() throws Exception {
    return new Plan.Otlp(
        URI.create(url()),
        ClientTls.of(Optional.of(tls.ca()), Optional.empty(), Optional.empty()),
        Map.of("Authorization", PASSWORD));
  }

  @Override
  public Feed feed() throws Exception {
    return new OtlpFeed(receiver(), "hq.example", "0.1.0");
  }

  @Override
  public List<Got> got() {
    return taken.stream()
        .map(
            r ->
                new Got(
                    attributes(r).getOrDefault("log.record.uid", ""),
                    attributes(r).getOrDefault("waybill_guard.workstation", ""),
                    r.getBody().getStringValue()))
        .toList();
  }

  @Override
  public void goAway() {
    server.stop(0);
  }

  @Override
  public void comeBack() throws Exception {
    server = listen();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
