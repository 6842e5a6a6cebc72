package io.waybillguard.hq.http;

import io.javalin.config.JavalinConfig;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What machines that watch HQ ask it: {@code /health} (the process answers), {@code /ready} (it can
 * take reports now; a load balancer sends nothing while it cannot) and {@code /metrics} in the text
 * format of Prometheus, version 0.0.4. It names no workstation and no outlet. Safe for use by
 * several threads.
 */
public final class Monitor {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

  /** A value that goes up and down. */
  public record Gauge(String name, String help, Map<String, Long> byLabel, String label) {
    public Gauge {
      byLabel = Map.copyOf(byLabel);
    }
  }

  private final BooleanSupplier ready;
  private final String health;
  private final Supplier<Iterable<Gauge>> gauges;
  private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();

  /**
   * @param ready whether reports can be taken now
   * @param remark a line that {@code /health} adds, or ""
   * @param gauges what is counted anew for each look
   */
  public Monitor(BooleanSupplier ready, String remark, Supplier<Iterable<Gauge>> gauges) {
    this.ready = ready;
    this.health = remark.isEmpty() ? "ok\n" : "ok\n" + remark + "\n";
    this.gauges = gauges;
  }

  /** Counts a server's answers from now on, under this name. */
  public void count(String listener, JavalinConfig config) {
    config.routes.after(
        request -> {
          String status = request.statusCode() / 100 + "xx";
          answers
              .computeIfAbsent(
                  "listener=\"" + listener + "\",status=\"" + status + "\"", key -> new LongAdder())
              .increment();
        });
  }

  /** Adds the addresses to a server. */
  public void routes(JavalinConfig config) {
    config.routes.get("/health", request -> request.contentType(TEXT).result(health));
    config.routes.get(
        "/ready",
        request -> {
          boolean can = ready.getAsBoolean();
          if (!can) {
            request.header("Retry-After", "5");
          }
          request
              .status(can ? 200 : 503)
              .contentType(TEXT)
              .result(
                  can ? "ready\n" : "the database or the place of the segments does not answer\n");
        });
    config.routes.get("/metrics", request -> request.contentType(EXPOSITION).result(metrics()));
  }

  private String metrics() {
    StringBuilder text = new StringBuilder();
    for (Gauge each : gauges.get()) {
      head(text, each.name(), each.help(), "gauge");
      new TreeMap<>(each.byLabel())
          .forEach(
              (value, number) ->
                  line(
                      text,
                      each.name(),
                      each.label().isEmpty() ? "" : each.label() + "=\"" + value + "\"",
                      number));
    }
    String answered = "waybill_guard_hq_http_answers_total";
    head(text, answered, "Answers given, by listener and class of status.", "counter");
    answers.forEach((labels, number) -> line(text, answered, labels, number.sum()));
    Runtime jvm = Runtime.getRuntime();
    String memory = "waybill_guard_hq_heap_bytes";
    head(text, memory, "Bytes of the heap in use.", "gauge");
    line(text, memory, "", jvm.totalMemory() - jvm.freeMemory());
    return text.toString();
  }

  private static void head(StringBuilder text, String name, String help, String type) {
    text.append(String.format(Locale.ROOT, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type));
  }

  private static void line(StringBuilder text, String name, String labels, long value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }
}
