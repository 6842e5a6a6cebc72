package io.waybillguard.hq.app;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.waybillguard.agent.event.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** An OpenID provider on loopback that everybody is signed in at, and that can go wrong. */
final class FakeProvider implements OidcContract.TestProvider {
  /** How it goes wrong. */
  enum Fault {
    NONE,
    DENIES,
    SIGNS_WITH_ANOTHER_KEY,
    IS_ANOTHER_ISSUER,
    IS_FOR_ANOTHER_CLIENT,
    IS_OVER,
    IS_FROM_TOMORROW,
    HAS_ANOTHER_NONCE,
    ANSWERS_NONSENSE
  }

  private record Given(Map<String, String> asked) {}

  private final HttpServer server;
  private final RSAKey key;
  private final RSAKey another;
  private final Map<String, Given> codes = new ConcurrentHashMap<>();
  private volatile Fault fault = Fault.NONE;
  private volatile List<String> roles = List.of("wg-viewer");
  private volatile String subject = "248289761001";
  private volatile Duration ago = Duration.ZERO;

  FakeProvider() throws IOException, JOSEException {
    this.key = new RSAKeyGenerator(2048).keyID("k1").generate();
    this.another = new RSAKeyGenerator(2048).keyID("k1").generate();
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.createContext("/.well-known/openid-configuration", this::metadata);
    server.createContext("/authorize", this::authorize);
    server.createContext("/token", this::token);
    server.createContext("/keys", e -> json(e, 200, new JWKSet(key.toPublicJWK()).toString()));
    server.start();
  }

  void goesWrong(Fault how) {
    fault = how;
  }

  void gives(String... held) {
    roles = List.of(held);
  }

  void is(String who) {
    subject = who;
  }

  /** The next token was made so long ago. */
  void made(Duration before) {
    ago = before;
  }

  @Override
  public URI issuer() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public String subject() {
    return subject;
  }

  @Override
  public String approve(URI address) throws Exception {
    return OidcContract.location(OidcContract.http(), address);
  }

  private void metadata(HttpExchange exchange) throws IOException {
    String base = issuer().toString();
    json(
        exchange,
        200,
        Json.object()
            .put("issuer", base)
            .put("authorization_endpoint", base + "/authorize")
            .put("token_endpoint", base + "/token")
            .put("jwks_uri", base + "/keys")
            .put("end_session_endpoint", base + "/leave")
            .put("response_types_supported", List.of("code"))
            .put("subject_types_supported", List.of("public"))
            .put("id_token_signing_alg_values_supported", List.of("RS256"))
            .toString());
  }

  private void authorize(HttpExchange exchange) throws IOException {
    Map<String, String> asked = fields(exchange.getRequestURI().getRawQuery());
    String back = asked.getOrDefault("redirect_uri", "") + "?state=" + asked.get("state");
    if (fault == Fault.DENIES) {
      back += "&error=access_denied";
    } else {
      String code = UUID.randomUUID().toString();
      codes.put(code, new Given(asked));
      back += "&code=" + code;
    }
    try (exchange) {
      exchange.getResponseHeaders().add("Location", back);
      exchange.sendResponseHeaders(302, -1);
    }
  }

  /** A code is taken once, from the client that it was given to, with what opens it. */
  private void token(HttpExchange exchange) throws IOException {
    Map<String, String> asked =
        fields(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    Given given = codes.remove(asked.getOrDefault("code", ""));
    String basic =
        "Basic "
            + Base64.getEncoder()
                .encodeToString("waybill-guard-hq:very-secret".getBytes(StandardCharsets.UTF_8));
    if (!basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      json(exchange, 401, "{\"error\":\"invalid_client\"}");
    } else if (given == null
        || !asked.getOrDefault("redirect_uri", "").equals(given.asked().get("redirect_uri"))
        || !"S256".equals(given.asked().get("code_challenge_method"))
        || !challenge(asked.getOrDefault("code_verifier", ""))
            .equals(given.asked().get("code_challenge"))) {
      json(exchange, 400, "{\"error\":\"invalid_grant\"}");
    } else if (fault == Fault.ANSWERS_NONSENSE) {
      json(exchange, 200, "{\"token_type\":\"x\"}");
    } else {
      json(
          exchange,
          200,
          Json.object()
              .put("access_token", "x")
              .put("token_type", "Bearer")
              .put("id_token", idToken(given.asked().getOrDefault("nonce", "")))
              .toString());
    }
  }

  private String idToken(String nonce) throws IOException {
    Instant made = Instant.now().minus(ago);
    if (fault == Fault.IS_OVER) {
      made = made.minus(Duration.ofDays(1));
    } else if (fault == Fault.IS_FROM_TOMORROW) {
      made = made.plus(Duration.ofDays(1));
    }
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(fault == Fault.IS_ANOTHER_ISSUER ? "https://elsewhere.example" : "" + issuer())
            .subject(subject)
            .audience(fault == Fault.IS_FOR_ANOTHER_CLIENT ? "another" : "waybill-guard-hq")
            .issueTime(Date.from(made))
            .expirationTime(Date.from(made.plus(Duration.ofMinutes(5))))
            .claim("nonce", fault == Fault.HAS_ANOTHER_NONCE ? "x".repeat(43) : nonce)
            .claim("preferred_username", "li <b>")
            .claim("hq", Map.of("roles", roles))
            .build();
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(), claims);
    try {
      token.sign(new RSASSASigner(fault == Fault.SIGNS_WITH_ANOTHER_KEY ? another : key));
    } catch (JOSEException e) {
      throw new IOException(e);
    }
    return token.serialize();
  }

  private static String challenge(String verifier) throws IOException {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }

  private static Map<String, String> fields(String form) {
    Map<String, String> fields = new HashMap<>();
    for (String each : form.split("&")) {
      String[] parts = each.split("=", 2);
      fields.put(
          URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
          parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return fields;
  }

  private static void json(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  static String coded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
