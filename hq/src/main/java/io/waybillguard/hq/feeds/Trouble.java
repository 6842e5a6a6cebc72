package io.waybillguard.hq.feeds;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;

/** Why a feed did not go on, coarse enough to be said in one sentence of any language. */
enum Trouble {
  /** Nobody listens there, or the name is unknown. */
  UNREACHABLE,
  /** One of both ends does not trust the other. */
  UNTRUSTED,
  /** It does not answer in time. */
  SILENT,
  /** It answers, and does not take records. */
  REFUSED,
  /** HQ cannot read what it would send. */
  OURS;

  /** As the database and keys of words spell it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Trouble of(Exception failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof SSLException || each instanceof AuthenticationException) {
        return UNTRUSTED;
      }
      if (each instanceof SocketTimeoutException
          || each instanceof HttpTimeoutException
          || each instanceof TimeoutException
          || each instanceof java.util.concurrent.TimeoutException) {
        return SILENT;
      }
      if (each instanceof ConnectException
          || each instanceof NoRouteToHostException
          || each instanceof UnknownHostException
          || each instanceof UnresolvedAddressException) {
        return UNREACHABLE;
      }
    }
    return failure instanceof NotTaken ? REFUSED : OURS;
  }
}
