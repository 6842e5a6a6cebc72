package io.waybillguard.hq.ingest;

import io.waybillguard.agent.report.wire.NumberLine;
import io.waybillguard.agent.report.wire.Refusal;
import io.waybillguard.agent.report.wire.WireException;

/** A request that HQ does not take: the whole answer to it. Nothing was taken over. */
public final class Rejected extends Exception {
  private static final long serialVersionUID = 1L;

  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final int status;
  private final String contentType;
  private final byte[] body;

  private Rejected(int status, String contentType, byte[] body, String message) {
    super(message);
    this.status = status;
    this.contentType = contentType;
    this.body = body;
  }

  /**
   * A refusal with a machine word.
   *
   * @param status HTTP status, 4xx or 5xx
   * @param error one of the constants of {@link Refusal}
   * @param detail an English sentence
   */
  public static Rejected because(int status, String error, String detail) {
    return new Rejected(status, JSON, new Refusal(error, detail).encode(), error + ": " + detail);
  }

  /** 409 with HQ's own size (C2SP tlog-witness). */
  static Rejected size(long size) {
    return new Rejected(
        409, NumberLine.SIZE_TYPE, NumberLine.encode(size), "HQ is at size " + size);
  }

  /** 403 with the newest epoch whose key HQ knows. */
  static Rejected unknownEpoch(long newestKnown) {
    return new Rejected(
        403, TEXT, NumberLine.encodeUnknownEpoch(newestKnown), "unknown epoch " + newestKnown);
  }

  /** 400 or 413, by what is wrong with the bytes. */
  public static Rejected of(WireException e) {
    String detail = String.valueOf(e.getMessage());
    return e.fault() == WireException.Fault.TOO_LARGE
        ? because(413, Refusal.TOO_LARGE, detail)
        : because(400, Refusal.MALFORMED, detail);
  }

  /** 400: bytes that are no evidence of the documented form. */
  static Rejected malformed(Exception e) {
    return because(400, Refusal.MALFORMED, String.valueOf(e.getMessage()));
  }

  /** HTTP status. */
  public int status() {
    return status;
  }

  /** Media type of {@link #body}. */
  public String contentType() {
    return contentType;
  }

  /** Body of the answer. */
  public byte[] body() {
    return body.clone();
  }
}
