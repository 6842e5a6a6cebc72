package io.waybillguard.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * How simulated workstations reach HQ: each with its own certificate and TLS session, as agents do.
 * Counts and times what HQ answers. Safe for use by several threads.
 */
final class Link {
  private static final int MILLIS = 30_000;

  /**
   * An answer.
   *
   * @param status of HTTP
   * @param body as it came
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Answer(int status, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private final URI base;
  private final TrustManager[] trust;
  private final Map<String, Timings> timings = new ConcurrentHashMap<>();
  private final AtomicLong busy = new AtomicLong();
  private final AtomicLong broken = new AtomicLong();

  Link(URI base, X509Certificate ca) throws GeneralSecurityException, IOException {
    this.base = base;
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("hq", ca);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    this.trust = factory.getTrustManagers();
  }

  /** TLS without a certificate of one's own. */
  SSLContext stranger() throws GeneralSecurityException {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust, null);
    return tls;
  }

  /** TLS that shows this certificate. */
  SSLContext known(KeyPair pair, X509Certificate... chain) throws GeneralSecurityException {
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(new KeyManager[] {new OneKey(pair.getPrivate(), chain)}, trust, null);
    return tls;
  }

  Map<String, Timings> timings() {
    return timings;
  }

  /** How often HQ said that it has too much to do. */
  long busy() {
    return busy.get();
  }

  /** How many requests got no answer. */
  long broken() {
    return broken.get();
  }

  /**
   * Sends and waits.
   *
   * @param kind under which the time is counted
   * @param encoding what was done to the body; empty for nothing
   * @param last whether the connection is closed then
   */
  Answer post(SSLContext tls, String kind, String path, byte[] body, String encoding, boolean last)
      throws Later {
    long began = System.nanoTime();
    try {
      HttpsURLConnection http = (HttpsURLConnection) base.resolve(path).toURL().openConnection();
      http.setSSLSocketFactory(tls.getSocketFactory());
      http.setConnectTimeout(MILLIS);
      http.setReadTimeout(MILLIS);
      http.setDoOutput(true);
      http.setRequestProperty("Content-Type", "application/octet-stream");
      if (!encoding.isEmpty()) {
        http.setRequestProperty("Content-Encoding", encoding);
      }
      http.setFixedLengthStreamingMode(body.length);
      try (var out = http.getOutputStream()) {
        out.write(body);
      }
      int status = http.getResponseCode();
      byte[] answer = read(status < 400 ? http.getInputStream() : http.getErrorStream());
      String after = http.getHeaderField("Retry-After");
      if (last) {
        http.disconnect();
      }
      timings.computeIfAbsent(kind, k -> new Timings()).add(System.nanoTime() - began);
      if (status == 503 || (status == 429 && after != null)) {
        busy.incrementAndGet();
        throw new Later(Duration.ofSeconds(after == null ? 1 : Long.parseLong(after)));
      }
      return new Answer(status, answer);
    } catch (IOException e) {
      broken.incrementAndGet();
      throw new Later(Duration.ofMillis(ThreadLocalRandom.current().nextLong(500, 1_500)));
    }
  }

  private static byte[] read(InputStream in) throws IOException {
    if (in == null) {
      return new byte[0];
    }
    try (in) {
      return in.readAllBytes();
    }
  }

  /** One key and its certificates. */
  private static final class OneKey extends X509ExtendedKeyManager {
    private final PrivateKey key;
    private final X509Certificate[] chain;

    private OneKey(PrivateKey key, X509Certificate[] chain) {
      this.key = key;
      this.chain = chain;
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return "desk";
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return "desk";
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {"desk"};
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return null;
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }
  }
}
