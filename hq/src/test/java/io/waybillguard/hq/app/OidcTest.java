package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.oidc.OidcRefused;
import io.waybillguard.hq.store.Commands;
import io.waybillguard.hq.store.Users;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What HQ does with a provider that goes wrong, and with people whom it vouches for. */
final class OidcTest extends OidcContract {
  @Override
  TestProvider start() throws Exception {
    return new FakeProvider();
  }

  private FakeProvider fake() {
    return (FakeProvider) provider;
  }

  private void refused(HttpResponse<String> answer, Browser browser, String chinese)
      throws Exception {
    assertTrue(answer.statusCode() == 403 || answer.statusCode() == 503, answer.body());
    assertTrue(answer.body().contains(chinese), answer.body());
    assertEquals(303, browser.get("/incidents").statusCode(), "no session: " + chinese);
  }

  @Test
  void whateverIsWrongIsSaidInBothLanguagesAndThereIsNoSession() throws Exception {
    Map<FakeProvider.Fault, String> said =
        Map.of(
            FakeProvider.Fault.DENIES, "统一登录没有同意",
            FakeProvider.Fault.SIGNS_WITH_ANOTHER_KEY, "登录凭据的签名不对",
            FakeProvider.Fault.IS_ANOTHER_ISSUER, "登录凭据来自别处",
            FakeProvider.Fault.IS_FOR_ANOTHER_CLIENT, "登录凭据不是给这里的",
            FakeProvider.Fault.IS_OVER, "登录凭据过期了",
            FakeProvider.Fault.IS_FROM_TOMORROW, "两边的时钟对不上",
            FakeProvider.Fault.HAS_ANOTHER_NONCE, "登录凭据对不上这次登录",
            FakeProvider.Fault.ANSWERS_NONSENSE, "统一登录的回答看不懂");
    for (Map.Entry<FakeProvider.Fault, String> each : said.entrySet()) {
      fake().goesWrong(each.getKey());
      Browser browser = new Browser(hq);
      refused(signIn(browser, "/"), browser, each.getValue());
    }
    Browser english = new Browser(hq);
    english.get("/login?lang=en");
    refused(signIn(english, "/"), english, "You are not signed in.");
    fake().goesWrong(FakeProvider.Fault.NONE);
    assertEquals(200, signIn(english, "/").statusCode());
    String acts = Browser.of(hq, "chef", "admin").get("/acts.csv").body();
    assertTrue(acts.contains("oidc · signature") && acts.contains("oidc · audience"), acts);
  }

  @Test
  void clocksMayDifferByTheSkewAndNoMore() throws Exception {
    fake().made(Duration.ofMinutes(5).plusSeconds(20));
    assertEquals(200, signIn(new Browser(hq), "/").statusCode());
    fake().made(Duration.ofMinutes(7));
    assertEquals(403, signIn(new Browser(hq), "/").statusCode());
    fake().made(Duration.ofSeconds(-30));
    assertEquals(200, signIn(new Browser(hq), "/").statusCode());
  }

  @Test
  void aProviderThatIsDownIsSaidAndLocalAccountsGoOn() throws Exception {
    fake().close();
    Browser browser = new Browser(hq);
    HttpResponse<String> answer = browser.get("/oidc/start?to=/");
    assertEquals(503, answer.statusCode());
    refused(answer, browser, "统一登录现在联系不上");
    assertEquals(200, Browser.of(hq, "li", "admin").get("/incidents").statusCode());
  }

  @Test
  void theClaimSaysTheRoleEachTimeAndWhoHasNoneIsRefused() throws Exception {
    Browser browser = new Browser(hq);
    fake().gives("something", "wg-admin", "wg-viewer");
    assertEquals(200, signIn(browser, "/").statusCode());
    assertEquals(200, browser.get("/users").statusCode());
    assertTrue(browser.get("/users").body().contains("li &lt;b"), "what they are called is text");
    fake().gives("wg-viewer");
    assertEquals(200, signIn(new Browser(hq), "/").statusCode());
    assertEquals(403, browser.get("/users").statusCode(), "in the older session too");
    fake().gives("something");
    Browser none = new Browser(hq);
    refused(signIn(none, "/"), none, "您在这里还没有角色");
  }

  @Test
  void anAdministratorDisablesAPersonOfTheProviderAndGivesNeitherRoleNorPassword()
      throws Exception {
    Browser person = new Browser(hq);
    assertEquals(200, signIn(person, "/").statusCode());
    Browser chef = Browser.of(hq, "chef", "admin");
    String who = "&person=" + FakeProvider.coded(provider.issuer() + "#" + provider.subject());
    String form = "csrf=" + chef.csrf() + who;
    assertEquals(404, chef.post("/users/-", form + "&deed=role&role=admin").statusCode());
    assertEquals(404, chef.post("/users/-", form + "&deed=password").statusCode());
    assertEquals(303, chef.post("/users/-", form + "&deed=disable").statusCode());
    assertEquals(303, person.get("/incidents").statusCode());
    refused(signIn(person, "/"), person, "您在这里已被停用");
    assertEquals(303, chef.post("/users/-", form + "&deed=enable").statusCode());
    assertEquals(200, signIn(person, "/").statusCode());
    Browser guess = new Browser(hq);
    String name = FakeProvider.coded(provider.issuer() + "#" + provider.subject());
    assertEquals(403, guess.post("/login", "name=" + name + "&password=").statusCode());
  }

  @Test
  void theRuleOfTwoPeopleCountsByIssuerAndSubject() throws Exception {
    Desk desk = new Desk().append("usb.attach", 2);
    assertEquals(200, hq.enrol(desk).segment(desk, desk.segment(0, 2)).statusCode());
    fake().gives("wg-investigator");
    Browser one = new Browser(hq);
    signIn(one, "/");
    String erase = "/workstations/" + desk.logId() + "/erase";
    assertEquals(303, one.post(erase, "csrf=" + one.csrf() + "&records=0&reason=x").statusCode());
    String id = new Commands(hq.database()).newest(1).get(0).id();
    Browser same = new Browser(hq);
    signIn(same, "/");
    assertEquals(
        409, same.post("/commands/" + id + "/approve", "csrf=" + same.csrf()).statusCode());
    fake().is("another");
    Browser two = new Browser(hq);
    signIn(two, "/");
    assertEquals(303, two.post("/commands/" + id + "/approve", "csrf=" + two.csrf()).statusCode());
    Commands.Row row = new Commands(hq.database()).find(id).orElseThrow();
    assertEquals(provider.issuer() + "#another", row.approvedBy());
  }

  @Test
  void noAddressLeadsElsewhereAfterSigningIn() throws Exception {
    for (String page : java.util.List.of("//x.example", "https://x.example", "/\\x.example", "x")) {
      HttpResponse<String> in = signIn(new Browser(hq), page);
      assertEquals("0; url=/", in.headers().firstValue("Refresh").orElseThrow(), page);
    }
    Browser local = Browser.of(hq, "li", "viewer");
    assertEquals(200, local.get("/").statusCode());
    Browser typed = new Browser(hq);
    HttpResponse<String> in =
        typed.post("/login", "name=li&password=a+long+password&to=%2F%2Fx.example");
    assertEquals("/", in.headers().firstValue("Location").orElseThrow());
  }

  @Test
  void theLastLocalAdministratorStaysWhateverTheProviderSays() throws Exception {
    fake().gives("wg-admin");
    Browser person = new Browser(hq);
    signIn(person, "/");
    assertEquals(
        409, person.post("/users/admin", "csrf=" + person.csrf() + "&deed=disable").statusCode());
    assertEquals(Users.Role.ADMIN, new Users(hq.database()).role("admin").orElseThrow());
  }

  @Test
  void aFileThatIsNotUnderstoodIsRefusedAndTheSecretIsInNoText() throws Exception {
    assertFalse(plan(provider.issuer(), "").toString().contains("very-secret"));
    for (String more : java.util.List.of("x: y\n", "skew: 1h\n", "scopes: profile\n")) {
      assertThrows(OidcRefused.class, () -> plan(provider.issuer(), more));
    }
    assertThrows(OidcRefused.class, () -> plan(URI.create("http://x.example"), ""));
  }
}
