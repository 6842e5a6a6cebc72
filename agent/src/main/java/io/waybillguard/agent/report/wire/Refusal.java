package io.waybillguard.agent.report.wire;

import io.waybillguard.agent.event.Json;
import io.waybillguard.agent.event.JsonException;

/**
 * Body of every 4xx and 5xx answer, except those that carry a number ({@link NumberLine}).
 *
 * @param error a machine word, one of the constants here; what a program decides by
 * @param detail an English sentence for a log line
 */
public record Refusal(String error, String detail) {
  /** 400: not of the documented form. */
  public static final String MALFORMED = "malformed";

  /** 401: no client certificate. */
  public static final String NO_CERTIFICATE = "no_certificate";

  /** 403: the certificate is of another log than the request. */
  public static final String OTHER_LOG = "other_log";

  /** 403: the certificate is not the one that HQ issued last for this log; enrol again. */
  public static final String CERTIFICATE_REPLACED = "certificate_replaced";

  /** 403: HQ never made this token, or the token was made by another HQ. */
  public static final String TOKEN_UNKNOWN = "token_unknown";

  /** 410: the token's time is over. */
  public static final String TOKEN_EXPIRED = "token_expired";

  /** 409: the token was used, with other keys. Raises an alarm at HQ. */
  public static final String TOKEN_USED = "token_used";

  /**
   * 403: a signature in the enrolment does not fit its key, or a checkpoint is signed by a key
   * whose time it is not.
   */
  public static final String BAD_SIGNATURE = "bad_signature";

  /** 400: a key of a kind that is not accepted, or an origin that does not end in the log id. */
  public static final String BAD_KEY = "bad_key";

  /** 409: the log id is enrolled with another key or origin. */
  public static final String LOG_TAKEN = "log_taken";

  /** 404: no log of this name is enrolled. */
  public static final String LOG_UNKNOWN = "log_unknown";

  /** 409: HQ has signed another root for this size. */
  public static final String OTHER_ROOT = "other_root";

  /** 422: the consistency proof, or the leaves sent, do not lead to the signed root. */
  public static final String PROOF_WRONG = "proof_wrong";

  /** 422: a key was handed over in a way that contradicts what HQ has seen of the log. */
  public static final String KEY_CONFLICT = "key_conflict";

  /** 403: a person at HQ has taken this certificate away; enrol again with a new token. */
  public static final String REVOKED = "revoked";

  /** 403: two histories or two machines; until a person at HQ has looked, it may only report. */
  public static final String RESTRICTED = "restricted";

  /** 403: this log goes on as another; HQ takes nothing more for it. */
  public static final String CONTINUED = "continued";

  /** 409: it is not yet time to renew the certificate. */
  public static final String TOO_EARLY = "too_early";

  /** 429: more new logs in a day than HQ takes from one workstation. */
  public static final String TOO_MANY = "too_many";

  /** 413: beyond a limit; send less. */
  public static final String NOT_ASKED = "not_asked";

  /** A limit of the protocol is passed. */
  public static final String TOO_LARGE = "too_large";

  /** 404: no such address. */
  public static final String NOT_FOUND = "not_found";

  /** 405: the address exists, for another method. */
  public static final String WRONG_METHOD = "wrong_method";

  /** 503: try again after the seconds in {@code Retry-After}. */
  public static final String BUSY = "busy";

  /** 500: HQ failed; nothing was taken over. Try again later. */
  public static final String INTERNAL = "internal";

  /** The message as sent. */
  public byte[] encode() {
    return Json.object().put("error", error).put("detail", detail).canonical();
  }

  /**
   * Reads a message; keys it does not know are ignored.
   *
   * @throws WireException if it is no JSON of our dialect or lacks a field
   */
  public static Refusal decode(byte[] body) throws WireException {
    try {
      Json.Obj json = Json.parse(body);
      return new Refusal(json.text("error"), json.text("detail", ""));
    } catch (JsonException e) {
      throw JsonFault.of("refusal", e);
    }
  }
}
