/**
 * Signing in by a company's own OpenID provider: who somebody is and what they may do, in its
 * words. Knows no page and no session.
 */
@NullMarked
package io.waybillguard.hq.oidc;

import org.jspecify.annotations.NullMarked;
