package io.waybillguard.agent.sense.program;

import io.waybillguard.agent.event.Imprint;
import io.waybillguard.agent.event.Imprint.Signature;
import io.waybillguard.agent.event.Imprint.State;
import io.waybillguard.agent.platform.SignatureTrust;
import io.waybillguard.agent.platform.SignatureTrust.Verdict;
import io.waybillguard.agent.sense.program.pe.PeImprint;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Lays what the system thinks of a signature beside what was read from the file. What the file's
 * own bytes deny is not asked; what the system cannot tell leaves what was read, with why.
 */
final class Vouched {
  private Vouched() {}

  /**
   * @param said what was read, of the whole file
   * @param trust asked only for a file whose signature holds, or that carries none
   */
  static Imprint with(Imprint said, SignatureTrust trust, Path file) {
    State read = said.signature().state();
    if (read != State.INTACT && read != State.NONE) {
      return said;
    }
    return new Imprint(
        said.company(),
        said.product(),
        said.version(),
        said.originalName(),
        signature(said.signature(), trust.ask(file)));
  }

  private static Signature signature(Signature read, Verdict verdict) {
    return switch (verdict.standing()) {
      case UNSIGNED -> read;
      case UNKNOWN -> unasked(read, verdict.detail());
      case TRUSTED -> by(read, State.TRUSTED, verdict);
      case EXPIRED -> by(read, State.EXPIRED, verdict);
      case REVOKED -> by(read, State.REVOKED, verdict);
      case DISTRUSTED -> by(read, State.DISTRUSTED, verdict);
      case UNTRUSTED -> by(read, State.UNTRUSTED, verdict);
    };
  }

  /** A system that has no opinion gives no reason either. */
  private static Signature unasked(Signature read, String why) {
    return why.isEmpty()
        ? read
        : new Signature(
            read.state() == State.NONE ? State.UNCHECKED : read.state(),
            read.signer(),
            read.issuer(),
            read.serial(),
            read.sha256(),
            why);
  }

  /**
   * The certificate that the system looked at; in the file's own signature that is the one read.
   */
  private static Signature by(Signature read, State state, Verdict verdict) {
    Optional<X509Certificate> certificate = certificate(verdict.certificate().der());
    if (certificate.isPresent()) {
      Signature told =
          PeImprint.signature(state, certificate.get(), verdict.detail(), verdict.catalogue());
      boolean another = verdict.catalogue().isEmpty() && !told.sha256().equals(read.sha256());
      return another ? read : told;
    }
    return new Signature(
        state,
        read.signer(),
        read.issuer(),
        read.serial(),
        read.sha256(),
        verdict.detail(),
        verdict.catalogue());
  }

  private static Optional<X509Certificate> certificate(byte[] der) {
    if (der.length == 0) {
      return Optional.empty();
    }
    try {
      return CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der))
              instanceof X509Certificate it
          ? Optional.of(it)
          : Optional.empty();
    } catch (CertificateException e) {
      return Optional.empty(); // Java reads it otherwise than Windows: then it has no name here
    }
  }
}
