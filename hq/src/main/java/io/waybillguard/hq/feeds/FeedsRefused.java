package io.waybillguard.hq.feeds;

import java.util.List;

/** A file of feeds is not understood, and nothing was started. */
public final class FeedsRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final String place;
  private final String key;
  private final List<String> details;

  /**
   * @param place file and line, as the person knows them
   * @param key of the sentence
   */
  FeedsRefused(String place, String key, String... details) {
    super(place + ": " + key + " " + String.join("; ", details));
    this.place = place;
    this.key = key;
    this.details = List.of(details);
  }

  /** File and line. */
  public String place() {
    return place;
  }

  /** Which sentence says it. */
  public String key() {
    return key;
  }

  /** What goes into the sentence. */
  public List<String> details() {
    return details;
  }
}
