package io.waybillguard.hq.trust;

import io.waybillguard.agent.evidence.Hash;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * HQ's own certificate authority: P-256, made once. It signs bare public keys, so that an agent
 * needs no certificate request. Safe for use by several threads.
 */
public final class CertificateAuthority {
  /** How long a workstation's certificate holds. */
  public static final Duration CLIENT_VALIDITY = Duration.ofDays(90);

  private static final Duration ROOT_VALIDITY = Duration.ofDays(3653);
  private static final Duration SERVER_VALIDITY = Duration.ofDays(397);

  /** A desk's clock may be behind HQ's by this much and still take a fresh certificate. */
  private static final Duration CLOCK_SLACK = Duration.ofDays(1);

  private static final String SIGNATURE = "SHA256withECDSA";

  // Order n of the curve, SEC 2 version 2.0 section 2.4.2; no other curve that Java reads has it.
  private static final BigInteger P256_ORDER =
      new BigInteger("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16);

  private final X509Certificate certificate;
  private final PrivateKey key;

  CertificateAuthority(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /** A fresh authority, named after the domain. */
  static CertificateAuthority create(String domain, Instant now) throws GeneralSecurityException {
    KeyPair pair = freshPair();
    X500Name name =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, domain)
            .addRDN(BCStyle.CN, "Waybill Guard HQ CA")
            .build();
    try {
      X509v3CertificateBuilder root =
          unsigned(name, name, pair.getPublic().getEncoded(), now, ROOT_VALIDITY)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
      return new CertificateAuthority(sign(root, pair.getPrivate()), pair.getPrivate());
    } catch (CertIOException e) {
      throw new GeneralSecurityException("cannot write the CA certificate", e);
    }
  }

  static KeyPair freshPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  /** The CA's own certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  PrivateKey key() {
    return key;
  }

  /** SHA-256 of the CA certificate's DER form: what agents pin. */
  public Hash sha256() {
    try {
      return Hash.sha256(certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the CA certificate has no DER form", e);
    }
  }

  /**
   * The P-256 key in a SubjectPublicKeyInfo.
   *
   * @throws GeneralSecurityException if it is none
   */
  public static PublicKey p256(byte[] spki) throws GeneralSecurityException {
    PublicKey read = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
    if (read instanceof ECPublicKey ec && ec.getParams().getOrder().equals(P256_ORDER)) {
      return read;
    }
    throw new GeneralSecurityException("not a P-256 key");
  }

  /**
   * A workstation's certificate over its bare key: CN is the log id, OU the outlet.
   *
   * @param spki the key, DER
   * @param life how long it holds, such as {@link #CLIENT_VALIDITY}
   */
  public X509Certificate issueClient(
      byte[] spki, String logId, String outlet, Duration life, Instant now)
      throws GeneralSecurityException {
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.OU, outlet)
            .addRDN(BCStyle.CN, logId)
            .build();
    return issue(subject, spki, now, life, KeyPurposeId.id_kp_clientAuth, List.of());
  }

  /** HQ's server certificate for these host names and addresses. */
  X509Certificate issueServer(PublicKey key, Collection<String> names, Instant now)
      throws GeneralSecurityException {
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, "Waybill Guard HQ").build();
    List<GeneralName> alternatives = new ArrayList<>();
    for (String name : names) {
      boolean address = name.matches("[0-9.]+") || name.contains(":");
      alternatives.add(
          new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name));
    }
    return issue(
        subject,
        key.getEncoded(),
        now,
        SERVER_VALIDITY,
        KeyPurposeId.id_kp_serverAuth,
        alternatives);
  }

  private X509Certificate issue(
      X500Name subject,
      byte[] spki,
      Instant now,
      Duration validity,
      KeyPurposeId purpose,
      List<GeneralName> names)
      throws GeneralSecurityException {
    X500Name issuer = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    try {
      JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          unsigned(issuer, subject, spki, now, validity)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  ids.createAuthorityKeyIdentifier(certificate.getPublicKey()));
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      return sign(builder, key);
    } catch (CertIOException e) {
      throw new GeneralSecurityException("cannot write a certificate for " + subject, e);
    }
  }

  private static X509v3CertificateBuilder unsigned(
      X500Name issuer, X500Name subject, byte[] spki, Instant now, Duration validity) {
    return new X509v3CertificateBuilder(
        issuer,
        // Positive and unguessable, at most 20 bytes long (RFC 5280 section 4.1.2.2).
        new BigInteger(159, new SecureRandom()),
        Date.from(now.minus(slack(validity))),
        Date.from(now.plus(validity)),
        subject,
        SubjectPublicKeyInfo.getInstance(spki));
  }

  /**
   * A certificate of short life would else be a third over, and due to be renewed, from the start.
   */
  private static Duration slack(Duration validity) {
    Duration share = validity.dividedBy(CLIENT_VALIDITY.toDays());
    return share.compareTo(CLOCK_SLACK) < 0 ? share : CLOCK_SLACK;
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException("this Java cannot sign with " + SIGNATURE, e);
    }
  }
}
