package io.waybillguard.hq.oidc;

import io.waybillguard.hq.store.Users;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * How people sign in by an OpenID provider.
 *
 * @param name what people call the provider
 * @param issuer exactly as it calls itself
 * @param client id that it gave HQ
 * @param secret that it gave HQ; never logged
 * @param console where browsers reach the console, without a path
 * @param scopes what is asked for, {@code openid} among it
 * @param claim of the ID token that holds roles, its parts separated by dots
 * @param roles what a value of the claim stands for here
 * @param skew how far the two clocks may be apart
 * @param tls whom HQ trusts on the way to it
 */
public record OidcPlan(
    String name,
    URI issuer,
    String client,
    String secret,
    URI console,
    List<String> scopes,
    String claim,
    Map<String, Users.Role> roles,
    Duration skew,
    SSLContext tls) {
  /** Where the provider sends browsers back to. */
  public static final String BACK = "/oidc/callback";

  public OidcPlan {
    scopes = List.copyOf(scopes);
    roles = Map.copyOf(roles);
  }

  /** The same, where the console is reached elsewhere: a test's port is known only later. */
  public OidcPlan at(URI place) {
    return new OidcPlan(name, issuer, client, secret, place, scopes, claim, roles, skew, tls);
  }

  URI back() {
    return URI.create(console + BACK);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "OidcPlan[" + issuer + ", client " + client + "]";
  }
}
