package io.waybillguard.agent.report;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * HTTPS by the JDK's own {@code HttpsURLConnection}: it makes no threads of its own and costs some
 * 8 MB less than {@code java.net.http}. It may send a POST twice when a kept connection breaks;
 * every request of ours may be repeated.
 */
final class HttpsTransport implements Transport {
  private static final int MOST_ANSWER_BYTES = 1 << 20;

  private final URI base;
  private final SSLContext tls;
  private final Duration connect;
  private final Duration read;

  HttpsTransport(URI base, SSLContext tls, Duration connect, Duration read) {
    this.base = base;
    this.tls = tls;
    this.connect = connect;
    this.read = read;
    // What a connection has until it is told otherwise: Java would read 140 authorities for it, and
    // keep them. Ours is all that anything here may trust.
    HttpsURLConnection.setDefaultSSLSocketFactory(tls.getSocketFactory());
  }

  @Override
  public Answer post(String path, Body kind, byte[] body) throws IOException {
    HttpsURLConnection http = (HttpsURLConnection) base.resolve(path).toURL().openConnection();
    http.setSSLSocketFactory(tls.getSocketFactory());
    http.setConnectTimeout(Math.toIntExact(connect.toMillis()));
    http.setReadTimeout(Math.toIntExact(read.toMillis()));
    http.setRequestMethod("POST");
    http.setDoOutput(true);
    http.setInstanceFollowRedirects(false);
    http.setUseCaches(false);
    http.setRequestProperty("Content-Type", kind.contentType());
    if (!kind.contentEncoding().isEmpty()) {
      http.setRequestProperty("Content-Encoding", kind.contentEncoding());
    }
    http.setFixedLengthStreamingMode(body.length);
    try (var out = http.getOutputStream()) {
      out.write(body);
    }
    int status = http.getResponseCode();
    return new Answer(
        status,
        answer(http, status),
        retryAfter(http.getHeaderField("Retry-After")),
        date(http.getDate()));
  }

  /** Reads the whole answer, so that the connection can be kept. */
  private static byte[] answer(HttpsURLConnection http, int status) throws IOException {
    try (InputStream in =
        status < HttpURLConnection.HTTP_BAD_REQUEST
            ? http.getInputStream()
            : http.getErrorStream()) {
      if (in == null) {
        return new byte[0];
      }
      byte[] bytes = in.readNBytes(MOST_ANSWER_BYTES + 1);
      if (bytes.length > MOST_ANSWER_BYTES) {
        throw new IOException("HQ's answer is longer than " + MOST_ANSWER_BYTES + " bytes");
      }
      return bytes;
    }
  }

  /** As {@code HttpURLConnection.getDate} gives it: 0 when the header is missing or no date. */
  private static Optional<Instant> date(long millis) {
    return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static Optional<Duration> retryAfter(@Nullable String header) {
    // The date form is not used by HQ; anything but a number of seconds up to a day is ignored.
    return header != null && header.matches("[0-9]{1,5}")
        ? Optional.of(Duration.ofSeconds(Math.min(86_400, Long.parseLong(header))))
        : Optional.empty();
  }
}
