package io.waybillguard.hq.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS where HQ is the client: whom it trusts, and as whom it shows itself. */
public final class ClientTls {
  private ClientTls() {}

  /**
   * A context from PEM files.
   *
   * @param ca certificates of the authorities that are trusted; absent for those of the Java
   *     runtime
   * @param certificate HQ's own chain, its own first; absent where the receiver asks for none
   * @param key the key of that certificate: PKCS#8, unencrypted, RSA or EC
   * @throws GeneralSecurityException if a file holds something else
   */
  public static SSLContext of(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    TrustManagerFactory trusts = TrustManagerFactory.getInstance("PKIX");
    trusts.init(ca.isPresent() ? authorities(ca.get()) : null);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore own = empty();
    if (certificate.isPresent() && key.isPresent()) {
      own.setKeyEntry(
          "hq",
          key(key.get()),
          new char[0],
          certificates(certificate.get()).toArray(new Certificate[0]));
    }
    keys.init(own, new char[0]);
    context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
    return context;
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
    KeyStore trusted = empty();
    int n = 0;
    for (Certificate each : certificates(file)) {
      trusted.setCertificateEntry("ca" + n++, each);
    }
    return trusted;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    Collection<? extends Certificate> read =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
    if (read.isEmpty()) {
      throw new GeneralSecurityException("no certificate in it");
    }
    return read;
  }

  private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    String begin = "-----BEGIN PRIVATE KEY-----";
    String end = "-----END PRIVATE KEY-----";
    if (!text.contains(begin) || !text.contains(end)) {
      throw new GeneralSecurityException("no " + begin + " in it");
    }
    byte[] der =
        Base64.getMimeDecoder()
            .decode(text.substring(text.indexOf(begin) + begin.length(), text.indexOf(end)));
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (InvalidKeySpecException e) {
      return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    }
  }
}
