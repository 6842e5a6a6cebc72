package io.waybillguard.hq.console;

import io.javalin.http.Context;

/** The page that was asked for before somebody signed in, kept on the way through signing in. */
final class SignIn {
  /** The field of an address or form that holds it. */
  static final String TO = "to";

  static final int LONGEST = 1_000;

  private SignIn() {}

  /** Where a request without a session is sent to. */
  static String address(Context request) {
    String query = request.queryString();
    String asked = request.path() + (query == null || query.isEmpty() ? "" : "?" + query);
    boolean again = request.method().name().equals("GET") && isOurs(asked) && !asked.equals("/");
    return again ? "/login?" + TO + "=" + Wanted.encoded(asked) : "/login";
  }

  /** The page that a text names; the first page where it names none of ours. */
  static String page(String text) {
    return isOurs(text) ? text : "/";
  }

  /**
   * A path of this server: an address that begins with two slashes, or one turned, is another's.
   */
  private static boolean isOurs(String text) {
    return text.length() <= LONGEST && text.matches("/([^/\\\\\\p{Cntrl}][^\\\\\\p{Cntrl}]*)?");
  }
}
