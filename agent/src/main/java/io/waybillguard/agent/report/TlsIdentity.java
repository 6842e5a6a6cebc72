package io.waybillguard.agent.report;

import io.waybillguard.agent.evidence.Hash;
import io.waybillguard.agent.evidence.SecretFile;
import io.waybillguard.agent.evidence.Secrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * This PC's TLS key (P-256; Ed25519 client certificates are not taken everywhere) and what it
 * trusts: HQ's own CA and nothing else. The machine's trust store plays no part, so that a
 * certificate an intruder installs there helps nobody.
 */
final class TlsIdentity {
  private static final String PRIVATE = "tls.key";
  private static final String PUBLIC = "tls.pub";
  private static final String NEXT_PRIVATE = "tls-next.key";
  private static final String NEXT_PUBLIC = "tls-next.pub";

  private final KeyPair pair;

  private TlsIdentity(KeyPair pair) {
    this.pair = pair;
  }

  /**
   * The key in a folder; made when there is none. A key that was made but not yet enrolled is used
   * again.
   */
  static TlsIdentity in(Path keys, Secrets secrets) throws IOException {
    return in(keys, secrets, PRIVATE, PUBLIC);
  }

  /**
   * The key that is to follow; made when there is none. One that HQ was asked about and whose
   * answer was lost is used again.
   */
  static TlsIdentity next(Path keys, Secrets secrets) throws IOException {
    return in(keys, secrets, NEXT_PRIVATE, NEXT_PUBLIC);
  }

  /** Another key in place of one that is good for nothing any more. */
  static TlsIdentity afresh(Path keys, Secrets secrets) throws IOException {
    for (String each : List.of(NEXT_PRIVATE, NEXT_PUBLIC, PRIVATE, PUBLIC)) {
      SecretFile.destroy(keys.resolve(each));
    }
    return in(keys, secrets);
  }

  /**
   * The key that a certificate is for. The certificate decides which of two keys counts, so that a
   * renewal is over the moment its certificate is kept; the key before is then destroyed.
   *
   * @param chainPem our certificate first
   */
  static TlsIdentity of(Path keys, Secrets secrets, List<String> chainPem) throws IOException {
    if (Files.exists(keys.resolve(NEXT_PRIVATE)) && !chainPem.isEmpty()) {
      PublicKey certified = certifiedKey(chainPem);
      TlsIdentity next =
          new TlsIdentity(new KeyPair(certified, privateKey(keys.resolve(NEXT_PRIVATE), secrets)));
      if (next.isWhole()) {
        SecretFile.write(keys.resolve(PUBLIC), certified.getEncoded());
        SecretFile.destroy(keys.resolve(NEXT_PUBLIC));
        SecretFile.destroy(keys.resolve(PRIVATE));
        Files.move(
            keys.resolve(NEXT_PRIVATE), keys.resolve(PRIVATE), StandardCopyOption.ATOMIC_MOVE);
        return next;
      }
    }
    return in(keys, secrets);
  }

  /** DER SubjectPublicKeyInfo of the key that our certificate is for, in base64. */
  static String certifiedSpki(List<String> chainPem) throws IOException {
    return Base64.getEncoder().encodeToString(certifiedKey(chainPem).getEncoded());
  }

  private static PublicKey certifiedKey(List<String> chainPem) throws IOException {
    try {
      return certificate(chainPem.get(0)).getPublicKey();
    } catch (CertificateException e) {
      throw new IOException("our certificate is damaged; enrol again with a new token", e);
    }
  }

  private static PrivateKey privateKey(Path file, Secrets secrets) throws IOException {
    try {
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(read(file, secrets)));
    } catch (GeneralSecurityException e) {
      throw new IOException("the TLS key " + file + " is damaged; remove it and start again", e);
    }
  }

  private static byte[] read(Path file, Secrets secrets) throws IOException {
    try {
      return secrets.read(file);
    } catch (Secrets.WrappedElsewhereException e) {
      throw new IOException(e.getMessage() + "; enrol again with a new token", e);
    }
  }

  /** Whether the private half is that of the public one. */
  private boolean isWhole() {
    byte[] message = PRIVATE.getBytes(StandardCharsets.US_ASCII);
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initVerify(pair.getPublic());
      ecdsa.update(message);
      return ecdsa.verify(sign(message));
    } catch (GeneralSecurityException e) {
      return false; // halves of keys of another kind
    }
  }

  private static TlsIdentity in(Path keys, Secrets secrets, String privateFile, String publicFile)
      throws IOException {
    Path secret = keys.resolve(privateFile);
    Path open = keys.resolve(publicFile);
    try {
      if (Files.exists(secret) && Files.exists(open)) {
        KeyFactory ec = KeyFactory.getInstance("EC");
        PrivateKey privateKey = ec.generatePrivate(new PKCS8EncodedKeySpec(read(secret, secrets)));
        PublicKey publicKey = ec.generatePublic(new X509EncodedKeySpec(Files.readAllBytes(open)));
        return new TlsIdentity(new KeyPair(publicKey, privateKey));
      }
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      SecretFile.folder(keys);
      SecretFile.write(open, pair.getPublic().getEncoded());
      secrets.write(secret, pair.getPrivate().getEncoded());
      return new TlsIdentity(pair);
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the TLS key in "
              + keys
              + " is damaged; remove "
              + privateFile
              + " and "
              + publicFile
              + " and enrol again",
          e);
    }
  }

  /** The public half as DER SubjectPublicKeyInfo. */
  byte[] spki() {
    return pair.getPublic().getEncoded();
  }

  /** ECDSA over SHA-256, DER form. */
  byte[] sign(byte[] message) {
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initSign(pair.getPrivate());
      ecdsa.update(message);
      return ecdsa.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the TLS key cannot sign", e);
    }
  }

  /**
   * TLS that shows our certificate and trusts the CA at the end of the chain.
   *
   * @throws IOException if a certificate is damaged or not ours
   */
  SSLContext context(List<String> chainPem) throws IOException {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (String pem : chainPem) {
        chain.add(certificate(pem));
      }
      if (chain.size() < 2 || !chain.get(0).getPublicKey().equals(pair.getPublic())) {
        throw new IOException(
            "the certificate from HQ is not for this PC's TLS key; enrol again with a new token");
      }
      KeyStore own = emptyStore();
      own.setKeyEntry("own", pair.getPrivate(), new char[0], chain.toArray(X509Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, new char[0]);
      SSLContext tls = SSLContext.getInstance("TLS");
      HqTrust trust =
          new HqTrust(
              chain.get(chain.size() - 1),
              chain.get(0).getNotBefore().toInstant(),
              InstantSource.system());
      tls.init(keys.getKeyManagers(), new TrustManager[] {trust}, null);
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the certificate from HQ cannot be used: "
              + e.getMessage()
              + "; enrol again with a new token",
          e);
    }
  }

  /**
   * TLS for the first contact: no certificate of ours, and any CA whose SHA-256 is the one that was
   * handed over.
   */
  static SSLContext pinned(Predicate<byte[]> isCa) throws IOException {
    try {
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, new TrustManager[] {new PinnedCa(isCa)}, null);
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  static X509Certificate certificate(String pem) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  /**
   * Takes the last certificate of the server's chain as the anchor, if it is the pinned one, and
   * checks the rest against it.
   */
  private static final class PinnedCa implements X509TrustManager {
    private final Predicate<byte[]> isCa;

    PinnedCa(Predicate<byte[]> isCa) {
      this.isCa = isCa;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      X509Certificate root = chain[chain.length - 1];
      byte[] sha256 = Hash.sha256(root.getEncoded()).bytes();
      if (!isCa.test(sha256)) {
        throw new WrongCaException(sha256);
      }
      new HqTrust(root, Instant.EPOCH, InstantSource.system()).checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("a client trusts no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** The server's CA is not the one whose hash was handed over. */
  static final class WrongCaException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final byte[] sha256;

    WrongCaException(byte[] sha256) {
      super(java.util.HexFormat.of().formatHex(sha256));
      this.sha256 = sha256.clone();
    }

    /** Of the CA that the server has. */
    byte[] sha256() {
      return sha256.clone();
    }
  }
}
