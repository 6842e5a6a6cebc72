package io.waybillguard.hq.console;

import io.javalin.http.Context;

/** What tells a browser to load nothing from elsewhere and to show the pages nowhere else. */
final class Headers {
  private static final String POLICY =
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

  private Headers() {}

  static void add(Context request) {
    request
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Strict-Transport-Security", "max-age=31536000")
        .header("Cache-Control", "no-store");
  }

  /**
   * Whether a form was sent from a page of this server. Browsers of today say so (Fetch Metadata),
   * older ones by Origin.
   */
  static boolean isFromHere(Context request) {
    String site = request.header("Sec-Fetch-Site");
    if (site != null) {
      return site.equals("same-origin");
    }
    String origin = request.header("Origin");
    return origin == null || origin.equals("https://" + request.host());
  }
}
