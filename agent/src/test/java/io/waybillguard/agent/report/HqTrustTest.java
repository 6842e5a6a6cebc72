package io.waybillguard.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The certificates are those of the real exchange in docs/protocol.md: CA ten years, 90 days. */
final class HqTrustTest {
  private X509Certificate[] chain;
  private Instant from;
  private Instant to;

  @BeforeEach
  void readThePage() throws Exception {
    String page = Files.readString(Path.of("../docs/protocol.md"));
    String reply = page.substring(page.indexOf("<!-- example: enroll-reply -->"));
    Matcher pem =
        Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----").matcher(reply);
    List<X509Certificate> read = new ArrayList<>();
    while (read.size() < 2 && pem.find()) {
      read.add(TlsIdentity.certificate(pem.group().replace("\\n", "\n")));
    }
    chain = read.toArray(X509Certificate[]::new);
    from = chain[0].getNotBefore().toInstant();
    to = chain[0].getNotAfter().toInstant();
  }

  @Test
  void aClockThatIsRightDecides() {
    Instant now = from.plus(Duration.ofDays(40));
    assertEquals(now, judged(now, from));
  }

  @Test
  void aClockThatIsYearsBehindIsJudgedByTheBeginning() {
    assertEquals(from, judged(from.minus(Duration.ofDays(3653)), from));
    assertEquals(from, judged(Instant.EPOCH, from));
    assertEquals(from, judged(Instant.EPOCH, Instant.EPOCH));
  }

  @Test
  void aClockThatIsYearsAheadIsJudgedByTheEnd() {
    assertEquals(to, judged(to.plus(Duration.ofDays(3653)), from));
  }

  @Test
  void aCertificateThatHadEndedBeforeOursWasIssuedIsOverForEveryClock() {
    Instant known = to.plusSeconds(1);
    for (Instant now : List.of(Instant.EPOCH, from, to.plus(Duration.ofDays(3653)))) {
      assertTrue(judged(now, known).isAfter(to), "clock " + now);
    }
  }

  private Instant judged(Instant now, Instant known) {
    return new HqTrust(chain[1], known, () -> now).judged(chain);
  }
}
