package io.waybillguard.agent.sense.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Imprint.Signature;
import io.waybillguard.agent.event.Imprint.State;
import io.waybillguard.agent.platform.SignatureTrust.Certificate;
import io.waybillguard.agent.platform.SignatureTrust.Standing;
import io.waybillguard.agent.platform.SignatureTrust.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class VouchedTest {
  private static final Path FILE = Path.of("setup.exe");

  /** Of the certificate in signed-rsa-sha256.exe. */
  private static final String SHA256 =
      "efb47e4347b5ea30cb4c85477c9f5caf00ee5dddb69d9f41e586964c8b30b81c";

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = VouchedTest.class.getResourceAsStream("/windows/" + name)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  /** The signature stands behind the program, after eight bytes of its own head (PKCS #7). */
  private static Certificate certificate() throws IOException, CertificateException {
    byte[] signed = resource("signed-rsa-sha256.exe");
    byte[] pkcs7 = Arrays.copyOfRange(signed, resource("plain.exe").length + 8, signed.length);
    return new Certificate(
        CertificateFactory.getInstance("X.509")
            .generateCertPath(new ByteArrayInputStream(pkcs7), "PKCS7")
            .getCertificates()
            .get(0)
            .getEncoded());
  }

  private static Imprint read(State state, String sha256) {
    return new Imprint(
        "北方软件",
        "Receiver",
        "7.2",
        "r.exe",
        new Signature(state, "North Software, Ltd", "CA", "1", sha256, ""));
  }

  private static Signature vouched(Imprint read, Verdict verdict) {
    Imprint told = Vouched.with(read, file -> verdict, FILE);
    assertEquals(read.company(), told.company());
    return told.signature();
  }

  @Test
  void a_signer_that_the_system_trusts_is_named_by_the_certificate_that_it_looked_at()
      throws Exception {
    Signature told =
        vouched(read(State.INTACT, SHA256), new Verdict(Standing.TRUSTED, "", "", certificate()));
    assertEquals(State.TRUSTED, told.state());
    assertEquals("North Software, Ltd", told.signer());
    assertEquals(SHA256, told.sha256());
  }

  @Test
  void a_program_without_a_signature_has_the_one_of_a_catalogue() throws Exception {
    Verdict verdict = new Verdict(Standing.TRUSTED, "", "Package_1.cat", certificate());
    Signature told = vouched(new Imprint("", "", "", "", Signature.MISSING), verdict);
    assertEquals(State.TRUSTED, told.state());
    assertEquals("North Software, Ltd", told.signer());
    assertEquals("Package_1.cat", told.catalogue());
  }

  @Test
  void what_the_system_looked_at_and_was_not_what_we_read_changes_nothing() throws Exception {
    Imprint read = read(State.INTACT, "ab".repeat(32));
    assertEquals(
        read.signature(), vouched(read, new Verdict(Standing.TRUSTED, "", "", certificate())));
  }

  @ParameterizedTest
  @EnumSource(Standing.class)
  void each_standing_is_told_with_the_systems_word(Standing standing) {
    Imprint read = read(State.INTACT, SHA256);
    Signature told = vouched(read, new Verdict(standing, "word", "", Certificate.NOT_TOLD));
    if (standing == Standing.UNSIGNED) {
      assertEquals(read.signature(), told);
    } else {
      assertEquals(
          standing == Standing.UNKNOWN ? State.INTACT.name() : standing.name(),
          told.state().name());
      assertEquals("word", told.detail());
      assertEquals(SHA256, told.sha256());
    }
  }

  @Test
  void a_program_whose_catalogue_could_not_be_asked_for_is_not_called_unsigned() {
    Imprint read = new Imprint("", "", "", "", Signature.MISSING);
    Verdict failed = new Verdict(Standing.UNKNOWN, "the service is off", "", Certificate.NOT_TOLD);
    assertEquals(
        new Signature(State.UNCHECKED, "", "", "", "", "the service is off"),
        vouched(read, failed));
    assertEquals(Signature.MISSING, vouched(read, Verdict.UNKNOWN));
  }

  @ParameterizedTest
  @EnumSource(
      value = State.class,
      names = {"CHANGED", "BROKEN", "NOT_ASKED"})
  void the_system_is_not_asked_for_what_the_bytes_deny(State state) {
    Imprint read = read(state, SHA256);
    assertEquals(
        read,
        Vouched.with(
            read,
            file -> {
              throw new AssertionError("asked");
            },
            FILE));
  }
}
