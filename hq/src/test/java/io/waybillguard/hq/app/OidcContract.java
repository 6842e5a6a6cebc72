package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.oidc.OidcFile;
import io.waybillguard.hq.oidc.OidcPlan;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What HQ does with any OpenID provider that does right. */
abstract class OidcContract {
  /** A provider that knows one person with one role, a viewer. */
  interface TestProvider extends AutoCloseable {
    URI issuer();

    /** The person's. */
    String subject();

    /** Has the person sign in there; where the provider then sends the browser back to. */
    String approve(URI address) throws Exception;
  }

  @TempDir protected Path folder;
  protected TestHq hq;
  protected TestProvider provider;

  abstract TestProvider start() throws Exception;

  @BeforeEach
  void startBoth() throws Exception {
    provider = start();
    hq = new TestHq(folder.resolve("hq"), plan(provider.issuer(), ""));
  }

  @AfterEach
  void endBoth() throws Exception {
    if (hq != null) {
      hq.close();
    }
    if (provider != null) {
      provider.close();
    }
  }

  protected OidcPlan plan(URI issuer, String more) throws Exception {
    Path secret = folder.resolve("secret");
    Files.writeString(secret, "very-secret\n");
    Path file = folder.resolve("oidc.yaml");
    Files.writeString(
        file,
        "name: 公司登录\nissuer: "
            + issuer
            + "\nclient_id: waybill-guard-hq\nclient_secret: "
            + secret
            + "\nconsole: https://localhost\nclaim: hq.roles\nroles:\n  wg-viewer: viewer\n"
            + "  wg-investigator: investigator\n  wg-admin: admin\n"
            + more);
    return OidcFile.read(file);
  }

  /** Follows no redirect and keeps no cookie. */
  static HttpClient http() {
    return HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
  }

  static String location(HttpClient http, URI address) throws Exception {
    return http.send(
            HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
        .headers()
        .firstValue("Location")
        .orElseThrow();
  }

  /** Begins in this browser; the address of the provider. */
  protected static URI begun(Browser browser, String page) throws Exception {
    HttpResponse<String> answer =
        browser.get("/oidc/start?to=" + URLEncoder.encode(page, StandardCharsets.UTF_8));
    assertEquals(303, answer.statusCode(), answer.body());
    return URI.create(answer.headers().firstValue("Location").orElseThrow());
  }

  /** What the provider sent the browser back with. */
  protected static HttpResponse<String> back(Browser browser, String address) throws Exception {
    assertTrue(address.startsWith("https://localhost/oidc/callback?"), address);
    return browser.get(address.substring("https://localhost".length()));
  }

  protected HttpResponse<String> signIn(Browser browser, String page) throws Exception {
    return back(browser, provider.approve(begun(browser, page)));
  }

  @Test
  void aPersonComesBackToThePageAskedForAsWhoTheyAreThereAndSignsOut() throws Exception {
    Browser browser = new Browser(hq);
    HttpResponse<String> asked = browser.get("/incidents?state=open");
    String login = asked.headers().firstValue("Location").orElseThrow();
    assertEquals("/login?to=%2Fincidents%3Fstate%3Dopen", login);
    assertTrue(browser.get(login).body().contains("用公司登录登录"));
    HttpResponse<String> in = signIn(browser, "/incidents?state=open");
    assertEquals(200, in.statusCode(), in.body());
    assertEquals("0; url=/incidents?state=open", in.headers().firstValue("Refresh").orElseThrow());
    assertEquals(200, browser.get("/incidents?state=open").statusCode());
    assertEquals(403, browser.get("/pulls").statusCode(), "a viewer");
    String who = provider.issuer() + "#" + provider.subject();
    String acts = Browser.of(hq, "chef", "admin").get("/acts.csv").body();
    assertTrue(acts.contains("\"" + who + "\",\"登录\""), acts);
    HttpResponse<String> out = browser.post("/logout", "csrf=" + browser.csrf());
    assertEquals("/login?out=1", out.headers().firstValue("Location").orElseThrow());
    assertTrue(browser.get("/login?out=1").body().contains("client_id=waybill-guard-hq"));
    assertEquals(303, browser.get("/incidents").statusCode());
  }

  @Test
  void anAnswerIsTakenOnceAndFromTheBrowserThatBegan() throws Exception {
    Browser browser = new Browser(hq);
    String answer = provider.approve(begun(browser, "/"));
    Browser other = new Browser(hq);
    HttpResponse<String> stolen = back(other, answer);
    assertEquals(403, stolen.statusCode());
    assertTrue(stolen.body().contains("不是在这个浏览器里开始的"), stolen.body());
    URI begunThere = begun(other, "/");
    assertFalse(begunThere.toString().isEmpty());
    HttpResponse<String> mixed = back(other, answer);
    assertEquals(403, mixed.statusCode(), "another state");
    assertEquals(200, back(browser, answer).statusCode());
    HttpResponse<String> again = back(browser, answer);
    assertEquals(403, again.statusCode());
    assertEquals(303, other.get("/incidents").statusCode(), "no session");
  }
}
