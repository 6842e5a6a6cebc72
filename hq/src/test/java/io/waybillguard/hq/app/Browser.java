package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.store.Users;
import java.io.ByteArrayOutputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser without scripts, with cookies of its own. */
final class Browser {
  private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

  private static final String PASSWORD = "a long password";

  private final CookieManager cookies = new CookieManager();
  private final TestHq hq;
  private final HttpClient http;

  Browser(TestHq hq) throws Exception {
    this.hq = hq;
    this.http = client(hq).cookieHandler(cookies).build();
  }

  private Browser(TestHq hq, HttpClient http) {
    this.hq = hq;
    this.http = http;
  }

  /** One that keeps no cookie, for requests that bring their own. */
  static Browser forgetful(TestHq hq) throws Exception {
    return new Browser(hq, client(hq).build());
  }

  private static HttpClient.Builder client(TestHq hq) throws Exception {
    return HttpClient.newBuilder().sslContext(hq.context(null, List.of()));
  }

  /** Signed on as a user that is made for it, with this role. */
  static Browser of(TestHq hq, String name, String role) throws Exception {
    new Users(hq.database())
        .put(
            name,
            Users.Role.of(role).orElseThrow(),
            TestHq.CHEAP.hash(PASSWORD),
            hq.clock().instant());
    return signedOn(hq, name);
  }

  /** The same, by the command that people add users with, which is an act in HQ's own log. */
  static Browser added(TestHq hq, String name, String role) throws Exception {
    String[] args = {"user", "add", name, "--role", role, "--data", hq.data().toString()};
    assertEquals(0, Called.typing(PASSWORD + "\n", hq.clock(), "en", args).exit());
    return signedOn(hq, name);
  }

  private static Browser signedOn(TestHq hq, String name) throws Exception {
    Browser browser = new Browser(hq);
    assertEquals(303, browser.signOn(name, PASSWORD).statusCode());
    return browser;
  }

  CookieManager cookies() {
    return cookies;
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(request(path, headers).GET());
  }

  HttpResponse<String> post(String path, String form, String... headers) throws Exception {
    return send(
        request(path, headers)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  /** Any method, with a form's body. */
  HttpResponse<String> ask(String method, String path, String form, String... headers)
      throws Exception {
    return send(
        request(path, headers)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .method(method, HttpRequest.BodyPublishers.ofString(form)));
  }

  /** The bytes of an answer. */
  HttpResponse<byte[]> bytes(String path, String... headers) throws Exception {
    return http.send(request(path, headers).GET().build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Sends a form with one file, as a browser does. */
  HttpResponse<String> upload(String path, String csrf, String field, byte[] file)
      throws Exception {
    String boundary = "----------a-line-that-no-file-holds";
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(
        ("--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"
                + csrf
                + "\r\n--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\""
                + field
                + "\"; filename=\"x.zip\"\r\nContent-Type: application/zip\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    body.write(file);
    body.write(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return send(
        request(path)
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
  }

  HttpResponse<String> signOn(String name, String password) throws Exception {
    return post(
        "/login",
        "name=" + name + "&password=" + URLEncoder.encode(password, StandardCharsets.UTF_8));
  }

  String csrf() throws Exception {
    Matcher m = CSRF.matcher(get("/").body());
    assertTrue(m.find());
    return m.group(1);
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(hq.running().consoleUrl() + path));
    if (headers.length > 0) {
      builder.headers(headers);
    }
    return builder;
  }

  private HttpResponse<String> send(HttpRequest.Builder builder) throws Exception {
    return http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
  }
}
