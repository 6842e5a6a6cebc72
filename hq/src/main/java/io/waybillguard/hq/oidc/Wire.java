package io.waybillguard.hq.oidc;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The way to a provider: waits a short time, follows no redirect, reads no more than a provider has
 * to say. Safe for use by several threads.
 */
final class Wire implements HTTPRequestSender, ResourceRetriever {
  static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 1 << 20;

  private final HttpClient http;

  Wire(SSLContext tls) {
    this.http =
        HttpClient.newBuilder()
            .sslContext(tls)
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** What lies at an address. */
  String text(URI address) throws IOException {
    HttpResponse<InputStream> answer = ask(HttpRequest.newBuilder(address).GET());
    String body = body(answer);
    if (answer.statusCode() != 200) {
      throw new IOException(address + " answered " + answer.statusCode());
    }
    return body;
  }

  @Override
  public Resource retrieveResource(URL url) throws IOException {
    try {
      return new Resource(text(url.toURI()), "application/json");
    } catch (URISyntaxException e) {
      throw new IOException(url + " is no address", e);
    }
  }

  @Override
  public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
    HttpRequest.Builder builder = HttpRequest.newBuilder(request.getURI());
    for (Map.Entry<String, List<String>> each : request.getHeaderMap().entrySet()) {
      each.getValue().forEach(value -> builder.header(each.getKey(), value));
    }
    String body = Optional.ofNullable(request.getBody()).orElse("");
    builder.method(request.getMethod().name(), HttpRequest.BodyPublishers.ofString(body));
    HttpResponse<InputStream> answer = ask(builder);
    HTTPResponse response = new HTTPResponse(answer.statusCode());
    String type = answer.headers().firstValue("Content-Type").orElse("");
    if (!type.isEmpty()) {
      response.setHeader("Content-Type", type);
    }
    response.setBody(body(answer));
    return response;
  }

  private HttpResponse<InputStream> ask(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(
          request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException ended = new InterruptedIOException("this HQ ends");
      ended.initCause(e);
      throw ended;
    }
  }

  private static String body(HttpResponse<InputStream> answer) throws IOException {
    try (InputStream body = answer.body()) {
      byte[] bytes = body.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new IOException(answer.uri() + " answers with more than " + MOST_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
