package io.waybillguard.hq.trust;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;

/** Textual encoding of keys and certificates (RFC 7468). */
public final class Pem {
  private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
  private static final String END_KEY = "-----END PRIVATE KEY-----";

  private Pem() {}

  /** A certificate as text. */
  public static String of(X509Certificate certificate) throws CertificateException {
    return text("CERTIFICATE", certificate.getEncoded());
  }

  /** A certificate's public key as messages carry it: DER SubjectPublicKeyInfo in base64. */
  public static String spki(X509Certificate certificate) {
    return Base64.getEncoder().encodeToString(certificate.getPublicKey().getEncoded());
  }

  static byte[] of(PrivateKey key) {
    return text("PRIVATE KEY", key.getEncoded()).getBytes(StandardCharsets.US_ASCII);
  }

  static X509Certificate certificate(byte[] pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }

  /**
   * All certificates of a text, in its order.
   *
   * @throws GeneralSecurityException if there is none
   */
  static Collection<? extends Certificate> certificates(byte[] pem)
      throws GeneralSecurityException {
    Collection<? extends Certificate> read =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (read.isEmpty()) {
      throw new GeneralSecurityException("no certificate in it");
    }
    return read;
  }

  static PrivateKey ecKey(byte[] pem) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC").generatePrivate(pkcs8(pem));
  }

  /** A key of either kind that receivers give: EC or RSA. */
  static PrivateKey key(byte[] pem) throws GeneralSecurityException {
    try {
      return ecKey(pem);
    } catch (InvalidKeySpecException e) {
      return KeyFactory.getInstance("RSA").generatePrivate(pkcs8(pem));
    }
  }

  /** The unencrypted PKCS#8 key in a text that may hold certificates, too. */
  private static PKCS8EncodedKeySpec pkcs8(byte[] pem) throws GeneralSecurityException {
    String text = new String(pem, StandardCharsets.US_ASCII);
    int begin = text.indexOf(BEGIN_KEY);
    int end = text.indexOf(END_KEY);
    if (begin < 0 || end < begin) {
      throw new GeneralSecurityException("no " + BEGIN_KEY + " in it");
    }
    return new PKCS8EncodedKeySpec(
        Base64.getMimeDecoder().decode(text.substring(begin + BEGIN_KEY.length(), end)));
  }

  private static String text(String label, byte[] der) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
  }
}
