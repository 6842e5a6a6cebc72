package io.waybillguard.hq.feeds;

import java.util.List;

/** What a feed sends to, seen from the other end. */
interface Receiver extends AutoCloseable {
  /**
   * A record as it came in.
   *
   * @param key by which a record that comes twice is known
   * @param workstation by HQ's word
   * @param said the event, or where the receiver gets none, the sentence
   */
  record Got(String key, String workstation, String said) {}

  /** A new feed into this receiver. */
  Feed feed() throws Exception;

  /** What has come in up to now, in the order of arrival within each workstation. */
  List<Got> got() throws Exception;

  /** From now on it cannot be reached. */
  void goAway() throws Exception;

  /** From now on it can be reached again; what it had stays. */
  void comeBack() throws Exception;

  @Override
  void close() throws Exception;
}
