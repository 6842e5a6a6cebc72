package io.waybillguard.agent.report;

import io.waybillguard.agent.report.wire.ImpliedHashes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** One exchange with HQ. Called from one thread. */
public interface Transport {
  /** What is sent. */
  enum Body {
    JSON("application/json", ""),
    TEXT("text/plain; charset=utf-8", ""),
    SEGMENT("application/octet-stream", "gzip"),
    LEAN_SEGMENT("application/octet-stream", ImpliedHashes.CODINGS);

    private final String contentType;
    private final String contentEncoding;

    Body(String contentType, String contentEncoding) {
      this.contentType = contentType;
      this.contentEncoding = contentEncoding;
    }

    /** {@code Content-Type}. */
    public String contentType() {
      return contentType;
    }

    /** {@code Content-Encoding}: what was done to the body already; empty for nothing. */
    public String contentEncoding() {
      return contentEncoding;
    }
  }

  /** HQ's answer. */
  final class Answer {
    private final int status;
    private final byte[] body;
    private final Optional<Duration> retryAfter;
    private final Optional<Instant> date;

    /**
     * @param status HTTP status
     * @param body at most 1 MiB; longer answers are refused by the transport
     * @param retryAfter HQ's wish, if it has one
     * @param date HQ's clock, if it said
     */
    public Answer(int status, byte[] body, Optional<Duration> retryAfter, Optional<Instant> date) {
      this.status = status;
      this.body = body;
      this.retryAfter = retryAfter;
      this.date = date;
    }

    /** An answer that does not say when it was given. */
    public Answer(int status, byte[] body, Optional<Duration> retryAfter) {
      this(status, body, retryAfter, Optional.empty());
    }

    /** HTTP status. */
    public int status() {
      return status;
    }

    /** The answer's body. */
    public byte[] body() {
      return body;
    }

    /** How long HQ asks to be left alone. */
    public Optional<Duration> retryAfter() {
      return retryAfter;
    }

    /** HQ's clock when it answered, to the second. */
    public Optional<Instant> date() {
      return date;
    }
  }

  /**
   * Sends one request and waits for its answer.
   *
   * @param path beginning with "/"
   * @throws IOException if no answer came, for whatever reason
   */
  Answer post(String path, Body kind, byte[] body) throws IOException;
}
