package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.http.Address;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What machines that watch HQ are told. */
final class MonitorTest {
  @TempDir private Path folder;

  @Test
  void healthReadinessAndMetricsAreOnAListenerOfTheirOwnThatIsOffUnlessAskedFor() throws Exception {
    Address any = new Address("127.0.0.1", 0);
    Hq.Settings settings =
        new Hq.Settings(
            TestDatabase.of(folder.resolve("hq")),
            Optional.empty(),
            any,
            any,
            List.of(),
            Duration.ofMinutes(5),
            Duration.ofDays(90));
    try (Hq hq = Hq.start(settings, InstantSource.system())) {
      assertTrue(hq.monitorUrl().isEmpty());
    }
    try (Hq hq = Hq.start(settings.monitoredAt(any), InstantSource.system())) {
      HttpClient http =
          HttpClient.newBuilder()
              .sslContext(TestHq.context(null, List.of(), hq.keys().ca().certificate()))
              .build();
      String url = hq.monitorUrl().orElseThrow();
      assertEquals("ok\n", get(http, url + "/health").body());
      assertEquals("ready\n", get(http, url + "/ready").body());
      get(http, hq.agentUrl() + "/healthz");
      get(http, hq.consoleUrl() + "/nowhere");
      String metrics = get(http, url + "/metrics").body();
      assertTrue(metrics.contains("# TYPE waybill_guard_hq_incidents_open gauge\n"), metrics);
      assertTrue(metrics.contains("\nwaybill_guard_hq_incidents_open 0\n"), metrics);
      assertTrue(metrics.contains("{listener=\"agents\",status=\"2xx\"} 1\n"), metrics);
      assertTrue(metrics.contains("{listener=\"console\",status=\"4xx\"} 1\n"), metrics);
      assertFalse(metrics.contains("\r"), metrics);
      assertEquals(404, get(http, hq.consoleUrl() + "/metrics").statusCode());
      assertEquals(404, get(http, hq.agentUrl() + "/metrics").statusCode());
    }
  }

  private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
