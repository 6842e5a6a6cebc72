package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeEach;

/**
 * The same with a real Keycloak in a process of its own, on loopback. It is no dependency, being
 * 170 MB: {@code WG_KEYCLOAK=1} has Maven fetch and unpack it; {@code -Dkeycloak.home=} names one
 * that is there. Without it this is skipped, and says so.
 */
final class KeycloakIT extends OidcContract {
  private static final String HOME = System.getProperty("keycloak.home", "");
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @BeforeEach
  @Override
  void startBoth() throws Exception {
    if (HOME.isEmpty()) {
      System.err.println(
          "SKIPPED KeycloakIT: no Keycloak; WG_KEYCLOAK=1 in the environment has Maven fetch one");
    }
    assumeTrue(!HOME.isEmpty());
    super.startBoth();
  }

  @Override
  TestProvider start() throws Exception {
    return new Keycloak(folder);
  }

  private static final class Keycloak implements TestProvider {
    private static final String PERSON = "5d2c1f7e-2f3e-4b1e-9d54-0c6a0c7f1a11";

    private final Process process;
    private final int port;

    Keycloak(Path folder) throws Exception {
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      Path home = folder.resolve("keycloak");
      copy(Path.of(HOME), home);
      if (Files.exists(home.resolve("data"))) {
        throw new AssertionError(HOME + " was run before: it must have no folder data");
      }
      Files.createDirectories(home.resolve("data/import"));
      Files.writeString(home.resolve("data/import/hq.json"), REALM.replace("PERSON", PERSON));
      ProcessBuilder builder =
          new ProcessBuilder(
              "bash",
              home.resolve("bin/kc.sh").toString(),
              "start-dev",
              "--http-host=127.0.0.1",
              "--http-port=" + port,
              "--import-realm");
      builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m");
      builder.redirectErrorStream(true).redirectOutput(folder.resolve("keycloak.out").toFile());
      process = builder.start();
      Instant end = Instant.now().plus(PATIENCE);
      while (!answers()) {
        if (!process.isAlive() || Instant.now().isAfter(end)) {
          close();
          throw new AssertionError(Files.readString(folder.resolve("keycloak.out")));
        }
        TimeUnit.MILLISECONDS.sleep(250); // until another process listens; nothing tells us
      }
    }

    private boolean answers() throws InterruptedException {
      try {
        URI known = URI.create(issuer() + "/.well-known/openid-configuration");
        return http()
                .send(HttpRequest.newBuilder(known).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode()
            == 200;
      } catch (java.io.IOException e) {
        return false; // it does not listen yet
      }
    }

    private static void copy(Path from, Path to) throws Exception {
      Process copying = new ProcessBuilder("cp", "-r", from.toString(), to.toString()).start();
      if (copying.waitFor() != 0) {
        throw new AssertionError(from + " could not be copied to " + to);
      }
    }

    @Override
    public URI issuer() {
      return URI.create("http://127.0.0.1:" + port + "/realms/hq");
    }

    @Override
    public String subject() {
      return PERSON;
    }

    /**
     * Types name and password into Keycloak's own page. Its cookies are Secure; browsers send such
     * ones to this machine in the clear too, which Java's own handler of cookies does not.
     */
    @Override
    public String approve(URI address) throws Exception {
      HttpClient browser = http();
      HttpResponse<String> page =
          browser.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
      Element form = Jsoup.parse(page.body()).selectFirst("form#kc-form-login");
      if (form == null) {
        throw new AssertionError(page.body());
      }
      String typed =
          "username=li&password=" + URLEncoder.encode("secret-li", StandardCharsets.UTF_8);
      return browser
          .send(
              HttpRequest.newBuilder(URI.create(form.attr("action")))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .header("Cookie", cookies(page))
                  .POST(HttpRequest.BodyPublishers.ofString(typed))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .headers()
          .firstValue("Location")
          .orElseThrow();
    }

    private static String cookies(HttpResponse<String> page) {
      return page.headers().allValues("Set-Cookie").stream()
          .map(cookie -> cookie.substring(0, cookie.indexOf(';')))
          .collect(Collectors.joining("; "));
    }

    @Override
    public void close() throws Exception {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      process.waitFor(30, TimeUnit.SECONDS);
    }
  }

  private static final String REALM =
      """
      {"realm":"hq","enabled":true,"sslRequired":"none",
       "roles":{"realm":[{"name":"wg-viewer"},{"name":"wg-admin"}]},
       "users":[{"id":"PERSON","username":"li","enabled":true,"email":"li@example.test",
         "firstName":"Li","lastName":"Si","emailVerified":true,
         "credentials":[{"type":"password","value":"secret-li","temporary":false}],
         "realmRoles":["wg-viewer"]}],
       "clients":[{"clientId":"waybill-guard-hq","enabled":true,"secret":"very-secret",
         "publicClient":false,"standardFlowEnabled":true,"fullScopeAllowed":true,"redirectUris":["https://localhost/*"],
         "attributes":{"pkce.code.challenge.method":"S256",
           "post.logout.redirect.uris":"https://localhost/login"},
         "protocolMappers":[{"name":"roles","protocol":"openid-connect",
           "protocolMapper":"oidc-usermodel-realm-role-mapper",
           "config":{"claim.name":"hq.roles","multivalued":"true","jsonType.label":"String",
             "id.token.claim":"true","access.token.claim":"false"}}]}]}
      """;
}
