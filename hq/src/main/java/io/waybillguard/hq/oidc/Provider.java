package io.waybillguard.hq.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationErrorResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.AuthenticationSuccessResponse;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.waybillguard.hq.oidc.NotSignedIn.Reason;
import io.waybillguard.hq.store.Users;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider: the code flow of OpenID Connect Core 1.0 section 3.1, with PKCE (RFC 7636).
 * What the provider says of itself and its keys are asked for when they are first needed. Safe for
 * use by several threads; each call waits for the network, at most {@link Wire#PATIENCE} for each
 * question.
 */
public final class Provider {
  /** What a token may be signed with: keys that only the provider has. */
  private static final Set<JWSAlgorithm> SIGNED_WITH =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private static final Duration KNOWN_FOR = Duration.ofHours(1);
  private static final int LONGEST_IDENTITY = 255;
  private static final int LONGEST_SHOWN = 64;

  private final OidcPlan plan;
  private final Wire wire;
  private final InstantSource clock;

  private volatile @Nullable Known known;

  /** What the provider said of itself, and until when that is believed. */
  private record Known(
      OIDCProviderMetadata metadata, JWKSource<SecurityContext> keys, Instant until) {}

  /** A provider that nothing is asked yet. */
  public Provider(OidcPlan plan, InstantSource clock) {
    this.plan = plan;
    this.wire = new Wire(plan.tls());
    this.clock = clock;
  }

  /** What people call it. */
  public String name() {
    return plan.name();
  }

  /** An attempt that begins, and the address to send its browser to. */
  public record Begun(Attempt attempt, URI address) {}

  /**
   * Begins an attempt.
   *
   * @param page to go on with afterwards
   * @throws NotSignedIn if the provider cannot be reached
   */
  public Begun begin(String page) throws NotSignedIn {
    Attempt attempt = Attempt.fresh(page);
    URI address =
        new AuthenticationRequest.Builder(
                ResponseType.CODE,
                new Scope(plan.scopes().toArray(new String[0])),
                new ClientID(plan.client()),
                plan.back())
            .endpointURI(known().metadata().getAuthorizationEndpointURI())
            .state(new State(attempt.state()))
            .nonce(new Nonce(attempt.nonce()))
            .codeChallenge(new CodeVerifier(attempt.verifier()), CodeChallengeMethod.S256)
            .build()
            .toURI();
    return new Begun(attempt, address);
  }

  /**
   * Ends an attempt.
   *
   * @param answered the fields of the address that the provider sent the browser back to
   * @throws NotSignedIn if it does not show for certain who this is and what they may do
   */
  public Person end(Attempt attempt, Map<String, List<String>> answered) throws NotSignedIn {
    AuthorizationCode code = code(attempt, answered);
    JWTClaimsSet claims = claims(idToken(code, attempt), attempt);
    String subject = String.valueOf(claims.getSubject());
    Person person =
        new Person(plan.issuer().toString(), subject, shown(claims, subject), Users.Role.VIEWER);
    if (subject.isBlank() || person.identity().length() > LONGEST_IDENTITY) {
      throw new NotSignedIn(Reason.ANSWER, "subject has " + subject.length() + " characters");
    }
    Users.Role role =
        values(claims).stream()
            .flatMap(value -> Optional.ofNullable(plan.roles().get(value)).stream())
            .max(Comparator.naturalOrder())
            .orElseThrow(
                () ->
                    new NotSignedIn(
                        Reason.ROLE,
                        "claim " + plan.claim() + " holds none of " + plan.roles().keySet(),
                        person.identity()));
    return new Person(person.issuer(), subject, person.shown(), role);
  }

  private AuthorizationCode code(Attempt attempt, Map<String, List<String>> answered)
      throws NotSignedIn {
    AuthenticationResponse response;
    try {
      response = AuthenticationResponseParser.parse(plan.back(), answered);
    } catch (ParseException e) {
      throw new NotSignedIn(Reason.ANSWER, String.valueOf(e.getMessage()), e);
    }
    State state = response.getState();
    if (state == null || !state.equals(new State(attempt.state()))) {
      throw new NotSignedIn(Reason.STATE, "the state is another one");
    }
    Issuer issuer = response.getIssuer(); // RFC 9207: where it is there, it counts
    if (issuer != null && !issuer.getValue().equals(plan.issuer().toString())) {
      throw new NotSignedIn(Reason.ISSUER, issuer + " answered, not " + plan.issuer());
    }
    if (response instanceof AuthenticationErrorResponse error) {
      throw new NotSignedIn(Reason.DENIED, said(error.getErrorObject()));
    }
    AuthorizationCode code = ((AuthenticationSuccessResponse) response).getAuthorizationCode();
    if (code == null) {
      throw new NotSignedIn(Reason.ANSWER, "the answer holds no code");
    }
    return code;
  }

  private JWT idToken(AuthorizationCode code, Attempt attempt) throws NotSignedIn {
    TokenRequest request =
        new TokenRequest.Builder(
                known().metadata().getTokenEndpointURI(),
                authentication(),
                new AuthorizationCodeGrant(code, plan.back(), new CodeVerifier(attempt.verifier())))
            .build();
    TokenResponse response;
    try {
      response = OIDCTokenResponseParser.parse(request.toHTTPRequest().send(wire));
    } catch (ParseException e) {
      throw new NotSignedIn(Reason.ANSWER, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new NotSignedIn(Reason.UNREACHABLE, String.valueOf(e.getMessage()), e);
    }
    if (!response.indicatesSuccess()) {
      ErrorObject error = response.toErrorResponse().getErrorObject();
      boolean code400 = error != null && OAuth2Error.INVALID_GRANT.equals(error);
      throw new NotSignedIn(code400 ? Reason.CODE : Reason.DENIED, said(error));
    }
    JWT token = ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens().getIDToken();
    if (!(token instanceof SignedJWT)) {
      throw new NotSignedIn(Reason.SIGNATURE, "the token is not signed");
    }
    return token;
  }

  private ClientAuthentication authentication() throws NotSignedIn {
    List<ClientAuthenticationMethod> takes = known().metadata().getTokenEndpointAuthMethods();
    ClientID id = new ClientID(plan.client());
    Secret secret = new Secret(plan.secret());
    return takes != null
            && !takes.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
            && takes.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST)
        ? new ClientSecretPost(id, secret)
        : new ClientSecretBasic(id, secret);
  }

  private JWTClaimsSet claims(JWT token, Attempt attempt) throws NotSignedIn {
    IDTokenValidator validator =
        new IDTokenValidator(
            new Issuer(plan.issuer()),
            new ClientID(plan.client()),
            new JWSVerificationKeySelector<>(SIGNED_WITH, known().keys()),
            null);
    validator.setMaxClockSkew((int) plan.skew().toSeconds());
    try {
      return validator.validate(token, new Nonce(attempt.nonce())).toJWTClaimsSet();
    } catch (BadJWTException e) {
      throw new NotSignedIn(why(token, attempt), String.valueOf(e.getMessage()), e);
    } catch (BadJOSEException e) {
      throw new NotSignedIn(Reason.SIGNATURE, String.valueOf(e.getMessage()), e);
    } catch (KeySourceException e) {
      throw new NotSignedIn(Reason.UNREACHABLE, String.valueOf(e.getMessage()), e);
    } catch (JOSEException e) {
      throw new NotSignedIn(Reason.SIGNATURE, String.valueOf(e.getMessage()), e);
    } catch (ParseException e) {
      throw new NotSignedIn(Reason.ANSWER, String.valueOf(e.getMessage()), e);
    }
  }

  /** Which sentence says why a token was refused; that it is refused is decided already. */
  private Reason why(JWT token, Attempt attempt) {
    try {
      JWTClaimsSet claims = token.getJWTClaimsSet();
      Instant now = clock.instant();
      if (!plan.issuer().toString().equals(claims.getIssuer())) {
        return Reason.ISSUER;
      }
      if (!claims.getAudience().contains(plan.client())
          || (claims.getClaim("azp") != null && !plan.client().equals(claims.getClaim("azp")))) {
        return Reason.AUDIENCE;
      }
      if (claims.getExpirationTime() != null
          && !now.isBefore(claims.getExpirationTime().toInstant().plus(plan.skew()))) {
        return Reason.EXPIRED;
      }
      if (claims.getIssueTime() != null
          && now.isBefore(claims.getIssueTime().toInstant().minus(plan.skew()))) {
        return Reason.CLOCK;
      }
      return attempt.nonce().equals(claims.getClaim("nonce")) ? Reason.ANSWER : Reason.NONCE;
    } catch (java.text.ParseException e) {
      return Reason.ANSWER;
    }
  }

  private static String said(@Nullable ErrorObject error) {
    return error == null ? "no reason" : error.getCode() + ": " + error.getDescription();
  }

  private static String shown(JWTClaimsSet claims, String subject) {
    for (String each : List.of("preferred_username", "name", "email")) {
      if (claims.getClaim(each) instanceof String text && !text.isBlank()) {
        String plain = text.replaceAll("[\\p{Cc}\\p{Cf}]", "").strip();
        return plain.length() <= LONGEST_SHOWN ? plain : plain.substring(0, LONGEST_SHOWN);
      }
    }
    return subject.length() <= LONGEST_SHOWN ? subject : subject.substring(0, LONGEST_SHOWN);
  }

  /** What the claim of roles holds: a text, or a list of texts, maybe within objects. */
  private List<String> values(JWTClaimsSet claims) {
    Object value = claims.getClaims();
    for (String part : plan.claim().split("\\.")) {
      value = value instanceof Map<?, ?> map ? map.get(part) : null;
    }
    if (value == null) {
      // A claim's own name may have dots, as those that are named by an address do.
      value = claims.getClaim(plan.claim());
    }
    if (value instanceof Collection<?> list) {
      return list.stream().map(String::valueOf).toList();
    }
    return value instanceof String text ? List.of(text) : List.of();
  }

  /**
   * Where somebody ends their session at the provider as well; empty where it has no such page, or
   * cannot be asked.
   */
  public Optional<URI> leaving() {
    try {
      return Optional.ofNullable(known().metadata().getEndSessionEndpointURI())
          .map(
              end ->
                  new LogoutRequest(
                          end,
                          null,
                          null,
                          new ClientID(plan.client()),
                          URI.create(plan.console() + "/login"),
                          null,
                          null)
                      .toURI());
    } catch (NotSignedIn e) {
      return Optional.empty(); // then there is nothing to lead to; the session here has ended
    }
  }

  private Known known() throws NotSignedIn {
    Known now = known;
    if (now != null && clock.instant().isBefore(now.until())) {
      return now;
    }
    try {
      URI place = URI.create(plan.issuer().toString().replaceFirst("/$", "") + WELL_KNOWN);
      OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(wire.text(place));
      if (!metadata.getIssuer().getValue().equals(plan.issuer().toString())) {
        throw new NotSignedIn(
            Reason.ISSUER, place + " is of " + metadata.getIssuer() + ", not of " + plan.issuer());
      }
      if (metadata.getAuthorizationEndpointURI() == null
          || metadata.getTokenEndpointURI() == null
          || metadata.getJWKSetURI() == null) {
        throw new NotSignedIn(Reason.ANSWER, place + " does not name all of its addresses");
      }
      JWKSource<SecurityContext> keys =
          JWKSourceBuilder.create(metadata.getJWKSetURI().toURL(), wire)
              .refreshAheadCache(false)
              .retrying(false)
              .build();
      Known fresh = new Known(metadata, keys, clock.instant().plus(KNOWN_FOR));
      known = fresh;
      return fresh;
    } catch (ParseException | MalformedURLException e) {
      throw new NotSignedIn(Reason.ANSWER, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new NotSignedIn(Reason.UNREACHABLE, String.valueOf(e.getMessage()), e);
    }
  }

  /** OpenID Connect Discovery 1.0 section 4. */
  private static final String WELL_KNOWN = "/.well-known/openid-configuration";
}
