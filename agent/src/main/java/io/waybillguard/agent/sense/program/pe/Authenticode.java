package io.waybillguard.agent.sense.program.pe;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The first signature of a Windows program (Microsoft, "Windows Authenticode Portable Executable
 * Signature Format", 2008; PKCS #7, RFC 2315).
 *
 * <p>What is looked at here: whether the signature is one, and was made with the key of the
 * certificate that it names, over the digest that it names. Whether anybody vouches for that
 * certificate, whether it had run out when it signed, and time stamps are not.
 */
final class Authenticode {
  private static final int HEADER = 8;
  private static final int PKCS7 = 2;

  private static final String SIGNED_DATA = "1.2.840.113549.1.7.2";
  private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";

  /** SPC_INDIRECT_DATA_OBJID. */
  private static final String INDIRECT_DATA = "1.3.6.1.4.1.311.2.1.4";

  private static final Map<String, String> DIGESTS =
      Map.of(
          "1.2.840.113549.2.5", "MD5",
          "1.3.14.3.2.26", "SHA-1",
          "2.16.840.1.101.3.4.2.1", "SHA-256",
          "2.16.840.1.101.3.4.2.2", "SHA-384",
          "2.16.840.1.101.3.4.2.3", "SHA-512");

  private final String algorithm;
  private final byte[] digest;
  private final X509Certificate certificate;

  private Authenticode(String algorithm, byte[] digest, X509Certificate certificate) {
    this.algorithm = algorithm;
    this.digest = digest;
    this.certificate = certificate;
  }

  /** Of the digest of the file, such as {@code SHA-256}. */
  String algorithm() {
    return algorithm;
  }

  /** Whether this is the digest of the file that was signed. */
  boolean isOf(byte[] other) {
    return MessageDigest.isEqual(digest, other);
  }

  /** Of who signed. */
  X509Certificate certificate() {
    return certificate;
  }

  /**
   * @param stored the signatures as the file stores them: WIN_CERTIFICATE
   * @throws DamagedException if the first is none, or does not hold; says why
   */
  static Authenticode read(byte[] stored) throws DamagedException {
    ByteBuffer header = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
    if (stored.length < HEADER) {
      throw new DamagedException("its signature is cut off");
    }
    long length = header.getInt(0) & 0xffffffffL;
    int kind = header.getShort(6) & 0xffff;
    if (kind != PKCS7) {
      throw new DamagedException("its signature is of kind " + kind + ", which is not known");
    }
    if (length < HEADER || length > stored.length) {
      throw new DamagedException("its signature is cut off");
    }
    return signed(Der.of(Arrays.copyOfRange(stored, HEADER, (int) length)));
  }

  private static Authenticode signed(Der pkcs7) throws DamagedException {
    if (!pkcs7.part(0, "kind of content").objectId().equals(SIGNED_DATA)) {
      throw new DamagedException("its signature is no signed data");
    }
    List<Der> data =
        pkcs7.part(1, "signed data").part(0, "signed data").as(Der.SEQUENCE, "signed data").parts();
    if (data.size() < 4) {
      throw new DamagedException("its signature lacks parts");
    }
    Der content = data.get(2);
    if (!content.part(0, "kind of content").objectId().equals(INDIRECT_DATA)) {
      throw new DamagedException("its signature does not say what it signs");
    }
    Der indirect = content.part(1, "content").part(0, "content");
    Der digest = indirect.part(1, "digest");
    Der signer = data.get(data.size() - 1).as(Der.SET, "signer").part(0, "signer");
    X509Certificate certificate = certificateOf(signer, data);
    check(signer, indirect.content(), certificate);
    return new Authenticode(
        digestName(digest.part(0, "digest")),
        digest.part(1, "digest").as(Der.OCTETS, "digest").content(),
        certificate);
  }

  private static String digestName(Der algorithm) throws DamagedException {
    String id = algorithm.part(0, "algorithm").objectId();
    String name = DIGESTS.get(id);
    if (name == null) {
      throw new DamagedException("a digest " + id + " is not known");
    }
    return name;
  }

  private static X509Certificate certificateOf(Der signer, List<Der> data) throws DamagedException {
    Der name = signer.part(1, "name of the signer");
    byte[] issuer = name.part(0, "issuer").whole();
    BigInteger serial = integer(name.part(1, "serial number").as(Der.INTEGER, "serial number"));
    for (X509Certificate one : certificates(data)) {
      if (one.getSerialNumber().equals(serial)
          && Arrays.equals(one.getIssuerX500Principal().getEncoded(), issuer)) {
        return one;
      }
    }
    throw new DamagedException("the certificate of who signed is not with it");
  }

  private static BigInteger integer(Der number) throws DamagedException {
    byte[] content = number.content();
    if (content.length == 0) {
      throw new DamagedException("an empty number");
    }
    return new BigInteger(content);
  }

  private static List<X509Certificate> certificates(List<Der> data) throws DamagedException {
    List<X509Certificate> all = new ArrayList<>();
    for (Der part : data) {
      if (part.is(Der.CONTEXT)) {
        for (Der certificate : part.parts()) {
          if (certificate.is(Der.SEQUENCE)) {
            all.add(certificate(certificate.whole()));
          }
        }
      }
    }
    return all;
  }

  private static X509Certificate certificate(byte[] encoded) throws DamagedException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded));
    } catch (CertificateException e) {
      throw new DamagedException("a certificate of its signature cannot be read", e);
    }
  }

  /** The attributes hold the digest of the content, and the signature is over the attributes. */
  private static void check(Der signer, byte[] content, X509Certificate by)
      throws DamagedException {
    List<Der> parts = signer.parts();
    if (parts.size() < 6 || !parts.get(3).is(Der.CONTEXT)) {
      throw new DamagedException("its signature has no signed attributes");
    }
    String digestName = digestName(parts.get(2));
    byte[] said = messageDigest(parts.get(3));
    String key = by.getPublicKey().getAlgorithm();
    String algorithm = digestName.replace("-", "") + "with" + (key.equals("EC") ? "ECDSA" : key);
    try {
      if (!MessageDigest.isEqual(said, MessageDigest.getInstance(digestName).digest(content))) {
        throw new DamagedException("its signature is of another content");
      }
      Signature signature = Signature.getInstance(algorithm);
      signature.initVerify(by.getPublicKey());
      // Signed with the tag of a set, stored with that of its place (RFC 2315, 9.3).
      signature.update(parts.get(3).wholeAs(Der.SET));
      if (!signature.verify(parts.get(5).as(Der.OCTETS, "signature").content())) {
        throw new DamagedException("its signature was not made with the key of its certificate");
      }
    } catch (GeneralSecurityException e) {
      throw new DamagedException(
          String.format(Locale.ROOT, "its signature by %s cannot be checked", algorithm), e);
    }
  }

  private static byte[] messageDigest(Der attributes) throws DamagedException {
    for (Der attribute : attributes.parts()) {
      if (attribute.part(0, "attribute").objectId().equals(MESSAGE_DIGEST)) {
        return attribute.part(1, "digest").part(0, "digest").as(Der.OCTETS, "digest").content();
      }
    }
    throw new DamagedException("its signature does not tell a digest");
  }
}
