package io.waybillguard.hq.trust;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate that browsers trust already, from a company's own authority or a public one. Only
 * people are shown it: agents pin HQ's own authority, whose certificate they get from HQ.
 *
 * @param chain PEM file: the server's certificate first, then the authorities up to, or without,
 *     the root
 * @param key PEM file: its key, PKCS#8 without a passphrase, EC or RSA
 */
public record GivenCertificate(Path chain, Path key) {
  /**
   * Reads both files as they are now.
   *
   * @throws CertificateRefused if one cannot be read, they do not belong together, or its time is
   *     not now
   */
  ServerIdentity identity(HqKeys hq, Instant now)
      throws CertificateRefused, IOException, GeneralSecurityException {
    List<X509Certificate> certificates = certificates();
    PrivateKey secret = secret();
    X509Certificate own = certificates.get(0);
    if (!belongTogether(own, secret)) {
      throw new CertificateRefused(
          "certificate.not_its_key",
          chain,
          own.getSubjectX500Principal().getName(),
          key.toString());
    }
    for (int i = 1; i < certificates.size(); i++) {
      checkIssued(certificates.get(i - 1), certificates.get(i));
    }
    Instant from = own.getNotBefore().toInstant();
    Instant until = own.getNotAfter().toInstant();
    if (now.isBefore(from) || now.isAfter(until)) {
      throw new CertificateRefused(
          "certificate.not_now", chain, from.toString(), until.toString(), now.toString());
    }
    return ServerIdentity.showing(hq, secret, certificates);
  }

  private List<X509Certificate> certificates() throws CertificateRefused {
    try {
      return Pem.certificates(Files.readAllBytes(chain)).stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (IOException | GeneralSecurityException e) {
      throw new CertificateRefused("certificate.unreadable", chain, reason(e));
    }
  }

  private PrivateKey secret() throws CertificateRefused {
    try {
      return Pem.key(Files.readAllBytes(key));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new CertificateRefused("certificate.no_key", key, reason(e));
    }
  }

  /** A file's own name is what Java says of one that is not there. */
  private static String reason(Exception e) {
    return e instanceof FileSystemException
        ? e.getClass().getSimpleName()
        : String.valueOf(e.getMessage());
  }

  private static boolean belongTogether(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    if (!certificate.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
      return false;
    }
    byte[] said = certificate.getEncoded();
    Signature one =
        Signature.getInstance("SHA256with" + (key.getAlgorithm().equals("EC") ? "ECDSA" : "RSA"));
    one.initSign(key);
    one.update(said);
    byte[] signed = one.sign();
    one.initVerify(certificate.getPublicKey());
    one.update(said);
    return one.verify(signed);
  }

  private void checkIssued(X509Certificate certificate, X509Certificate by)
      throws CertificateRefused {
    try {
      certificate.verify(by.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw new CertificateRefused(
          "certificate.order",
          chain,
          certificate.getSubjectX500Principal().getName(),
          by.getSubjectX500Principal().getName());
    }
  }
}
