package io.waybillguard.hq.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.waybillguard.hq.store.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The certificate that a server of HQ shows. HQ's own has the CA behind it in the chain, so that a
 * client can pin the CA by its hash, and is remade when it would soon end or lacks a name.
 */
public final class ServerIdentity {
  private static final Duration RENEW_BEFORE = Duration.ofDays(60);
  private static final List<String> ALWAYS = List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");

  private static final String CERTIFICATE = "-----BEGIN CERTIFICATE-----";

  private final KeyStore keys;
  private final KeyStore trust;
  private final String password;
  private final X509Certificate certificate;

  private ServerIdentity(
      KeyStore keys, KeyStore trust, String password, X509Certificate certificate) {
    this.keys = keys;
    this.trust = trust;
    this.password = password;
    this.certificate = certificate;
  }

  /**
   * The identity for a server that is reached under these host names and addresses, besides the
   * loopback ones.
   */
  public static ServerIdentity of(HqKeys hq, Collection<String> hosts, Instant now)
      throws IOException, GeneralSecurityException {
    Set<String> names = names(hosts);
    // Key and certificate in one file, so that a cut start never leaves one without the other.
    Path file = hq.folder().resolve("server.pem");
    String both = Files.exists(file) ? Files.readString(file, US_ASCII) : "";
    if (both.isEmpty() || !serves(certificateIn(both), names, now)) {
      KeyPair pair = CertificateAuthority.freshPair();
      X509Certificate issued = hq.ca().issueServer(pair.getPublic(), names, now);
      both = new String(Pem.of(pair.getPrivate()), US_ASCII) + Pem.of(issued);
      DurableFile.write(file, both.getBytes(US_ASCII), true);
    }
    return showing(
        hq,
        Pem.ecKey(both.getBytes(US_ASCII)),
        List.of(certificateIn(both), hq.ca().certificate()));
  }

  /**
   * This one as long as it serves, else {@link #of} now. What lies in the folder meanwhile does not
   * count: it may be of another server, with other names.
   */
  public ServerIdentity renewed(HqKeys hq, Collection<String> hosts, Instant now)
      throws IOException, GeneralSecurityException {
    return serves(certificate, names(hosts), now) ? this : of(hq, hosts, now);
  }

  /**
   * One that people's browsers trust already.
   *
   * @throws CertificateRefused if it cannot be shown, with the reason
   */
  public static ServerIdentity of(HqKeys hq, GivenCertificate given, Instant now)
      throws CertificateRefused, IOException, GeneralSecurityException {
    return given.identity(hq, now);
  }

  private static Set<String> names(Collection<String> hosts) {
    Set<String> names = new TreeSet<>(ALWAYS);
    names.addAll(hosts);
    return names;
  }

  private static X509Certificate certificateIn(String both) throws GeneralSecurityException {
    return Pem.certificate(
        both.substring(Math.max(0, both.indexOf(CERTIFICATE))).getBytes(US_ASCII));
  }

  private static boolean serves(X509Certificate certificate, Set<String> names, Instant now)
      throws GeneralSecurityException {
    if (now.plus(RENEW_BEFORE).isAfter(certificate.getNotAfter().toInstant())
        || certificate.getSubjectAlternativeNames() == null) {
      return false;
    }
    Set<String> has = new HashSet<>();
    // Each is a pair of kind and value (X509Certificate.getSubjectAlternativeNames).
    certificate.getSubjectAlternativeNames().forEach(n -> has.add(String.valueOf(n.get(1))));
    return has.containsAll(names);
  }

  static ServerIdentity showing(HqKeys hq, PrivateKey key, List<X509Certificate> chain)
      throws IOException, GeneralSecurityException {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    // Guards nothing: the store lives in memory, and its interface asks for a password.
    String password = HexFormat.of().formatHex(random);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry("server", key, password.toCharArray(), chain.toArray(Certificate[]::new));
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("ca", hq.ca().certificate());
    return new ServerIdentity(keys, trust, password, chain.get(0));
  }

  /** The server's own certificate, the first of its chain. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** The server's key with its chain. */
  public KeyStore keys() {
    return keys;
  }

  /** The one authority that client certificates are taken from. */
  public KeyStore trust() {
    return trust;
  }

  /** Opens {@link #keys}. */
  public String password() {
    return password;
  }
}
