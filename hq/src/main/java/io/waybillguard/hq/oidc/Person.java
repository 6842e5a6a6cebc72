package io.waybillguard.hq.oidc;

import io.waybillguard.hq.store.Users;

/**
 * Somebody whom the provider vouches for.
 *
 * @param issuer exactly as the provider calls itself
 * @param subject never given to anybody else by this provider
 * @param shown what people call them; may change, and proves nothing
 * @param role what they may do here
 */
public record Person(String issuer, String subject, String shown, Users.Role role) {
  /**
   * Issuer and subject as one name: no issuer has a fragment, so no two pairs are spelled alike,
   * and no local account's name has a slash.
   */
  public String identity() {
    return issuer + "#" + subject;
  }
}
