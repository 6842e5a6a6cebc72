package io.waybillguard.hq.oidc;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * One attempt to sign in, as the browser that began it keeps it in a cookie: nothing about it is
 * kept at HQ, so that any HQ may end it, and nobody fills a table by beginning many.
 *
 * @param state comes back with the answer
 * @param nonce comes back in the token
 * @param verifier opens the code, RFC 7636
 * @param page that was asked for
 */
public record Attempt(String state, String nonce, String verifier, String page) {
  private static final int LONGEST = 3_500;

  /** A fresh one, its three values with 256 bits of chance each. */
  static Attempt fresh(String page) {
    return new Attempt(
        new State(32).getValue(), new Nonce(32).getValue(), new CodeVerifier().getValue(), page);
  }

  /** As a cookie's value. */
  public String written() {
    return state + "." + nonce + "." + verifier + "." + coded(page);
  }

  /** What {@link #written} wrote; empty for anything else. */
  public static Optional<Attempt> of(String written) {
    if (written.length() > LONGEST
        || !written.matches("([A-Za-z0-9_-]{20,200}\\.){3}[A-Za-z0-9_-]*")) {
      return Optional.empty();
    }
    String[] parts = written.split("\\.", -1);
    try {
      String page = new String(Base64.getUrlDecoder().decode(parts[3]), StandardCharsets.UTF_8);
      return Optional.of(new Attempt(parts[0], parts[1], parts[2], page));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String coded(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Without what must stay with the browser. */
  @Override
  public String toString() {
    return "Attempt[" + page + "]";
  }
}
