package io.waybillguard.hq.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
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
          Pem.key(Files.readAllBytes(key.get())),
          new char[0],
          Pem.certificates(Files.readAllBytes(certificate.get())).toArray(new Certificate[0]));
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
    for (Certificate each : Pem.certificates(Files.readAllBytes(file))) {
      trusted.setCertificateEntry("ca" + n++, each);
    }
    return trusted;
  }
}
