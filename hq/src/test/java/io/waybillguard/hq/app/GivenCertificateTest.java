package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.http.Address;
import io.waybillguard.hq.trust.GivenCertificate;
import io.waybillguard.hq.trust.HqKeys;
import io.waybillguard.hq.trust.Pem;
import io.waybillguard.hq.trust.ServerIdentity;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate from the company's own authority, for the people's side only. */
final class GivenCertificateTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** What a company's authority gives: the chain, and the key. */
  private record Gift(GivenCertificate files, X509Certificate server, X509Certificate authority) {}

  private Gift gift(String name) throws Exception {
    Path at = folder.resolve(name);
    HqKeys authority = HqKeys.create(at, HqKeys.DEFAULT_DOMAIN, Instant.now());
    ServerIdentity made = ServerIdentity.of(authority, List.of("hq.example.com"), Instant.now());
    String both = Files.readString(at.resolve("keys/server.pem"));
    int certificate = both.indexOf("-----BEGIN CERTIFICATE-----");
    Path chain = at.resolve("chain.pem");
    Path key = at.resolve("key.pem");
    Files.writeString(chain, both.substring(certificate) + Pem.of(authority.ca().certificate()));
    Files.writeString(key, both.substring(0, certificate));
    return new Gift(
        new GivenCertificate(chain, key), made.certificate(), authority.ca().certificate());
  }

  private Hq start(GivenCertificate given, Instant now) throws Exception {
    Address anyPort = new Address("127.0.0.1", 0);
    return Hq.start(
        new Hq.Settings(
                TestDatabase.of(folder.resolve("hq")),
                Optional.empty(),
                anyPort,
                anyPort,
                List.of(),
                Duration.ofMinutes(5),
                Duration.ofDays(90))
            .showing(given, Duration.ofMillis(100)),
        () -> now);
  }

  /** What anybody who connects is shown, first of the chain. */
  private static X509Certificate shown(String url) throws Exception {
    TrustManager everything =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {everything}, new SecureRandom());
    URI at = URI.create(url);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(at.getHost(), at.getPort())) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  @Test
  void peopleAreShownItAndAgentsHqsOwn() throws Exception {
    Gift gift = gift("company");
    try (Hq hq = start(gift.files(), Instant.now())) {
      assertEquals(gift.server(), shown(hq.consoleUrl()));
      assertNotEquals(gift.server(), shown(hq.agentUrl()));
    }
  }

  @Test
  void filesThatAreReplacedAreTakenWhileItRunsAndBrokenOnesAreNot() throws Exception {
    Gift first = gift("company");
    Gift second = gift("renewed");
    try (Hq hq = start(first.files(), Instant.now())) {
      Files.writeString(first.files().chain(), "half a file");
      assertEquals(first.server(), shown(hq.consoleUrl()));
      Files.copy(second.files().key(), first.files().key(), StandardCopyOption.REPLACE_EXISTING);
      Files.copy(
          second.files().chain(), first.files().chain(), StandardCopyOption.REPLACE_EXISTING);
      Instant end = Instant.now().plus(PATIENCE);
      while (!shown(hq.consoleUrl()).equals(second.server())) {
        assertTrue(Instant.now().isBefore(end), "the first one is shown on");
      }
      assertNotEquals(second.server(), shown(hq.agentUrl()));
    }
  }

  private String refusal(GivenCertificate given, Instant now) {
    Complaint refused = assertThrows(Complaint.class, () -> start(given, now).close());
    assertEquals(Exit.USAGE, refused.exit());
    return refused.in(new Words("en"));
  }

  @Test
  void whatCannotBeShownIsRefusedWithItsReason() throws Exception {
    Gift gift = gift("company");
    Gift other = gift("other");
    Path chain = gift.files().chain();
    Path key = gift.files().key();
    Instant now = Instant.now();
    Path none = folder.resolve("none.pem");
    assertEquals(
        "There is no certificate to be read in "
            + none
            + ": NoSuchFileException. Give a PEM file with the server's certificate first, then those above it.",
        refusal(new GivenCertificate(none, key), now));
    assertTrue(
        refusal(new GivenCertificate(chain, chain), now)
            .startsWith("There is no key to be read in " + chain));
    assertTrue(
        refusal(new GivenCertificate(chain, other.files().key()), now)
            .contains("do not belong together"));
    assertTrue(refusal(gift.files(), now.plus(Duration.ofDays(500))).contains("; now it is "));
    Path wrongOrder = folder.resolve("order.pem");
    Files.writeString(wrongOrder, Pem.of(gift.server()) + Pem.of(other.authority()));
    assertTrue(
        refusal(new GivenCertificate(wrongOrder, key), now).contains("was not issued by the next"));
    Path junk = folder.resolve("junk.pem");
    Files.writeString(junk, "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n");
    assertTrue(
        refusal(new GivenCertificate(chain, junk), now)
            .startsWith("There is no key to be read in " + junk));
  }
}
