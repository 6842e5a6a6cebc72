package io.waybillguard.hq.oidc;

import java.util.List;

/** The file about an OpenID provider is not understood, and nothing was started. */
public final class OidcRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final String place;
  private final String key;
  private final List<String> details;

  /**
   * @param place file and line, as the person knows them
   * @param key of the sentence
   */
  OidcRefused(String place, String key, String... details) {
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
