package io.waybillguard.hq.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.waybillguard.hq.trust.ServerIdentity;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** One HTTPS server. Closed once. */
public final class Https implements AutoCloseable {
  /** An idle or stuck client is let go after this. */
  private static final Duration IDLE = Duration.ofSeconds(60);

  private static final int MOST_THREADS = 64;

  /** Whether clients are asked for a certificate. */
  public enum Clients {
    /** They may show one of HQ's CA; whether they must is for each address to say. */
    MAY_SHOW_CERTIFICATE,
    /** They are not asked: people with browsers. */
    ARE_NOT_ASKED
  }

  private final Javalin server;
  private final SslContextFactory.Server tls;
  private final Address listening;

  private Https(Javalin server, SslContextFactory.Server tls, Address listening) {
    this.server = server;
    this.tls = tls;
    this.listening = listening;
  }

  /**
   * Starts to listen.
   *
   * @param name of its threads
   * @throws IOException if it cannot listen there: {@link BindException} when the port is taken or
   *     not permitted, {@link UnknownHostException} when the host is not known
   */
  public static Https start(
      String name,
      Address at,
      ServerIdentity identity,
      Clients clients,
      Consumer<JavalinConfig> routes)
      throws IOException {
    SslContextFactory.Server tls = tls(identity, clients);
    Javalin server =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.startup.showOldJavalinVersionWarning = false;
              config.jetty.threadPool = threads(name);
              config.jetty.addConnector((jetty, ignored) -> connector(jetty, at, tls));
              routes.accept(config);
            });
    try {
      server.start();
    } catch (RuntimeException e) {
      server.stop();
      throw cannotListen(at, e);
    }
    return new Https(server, tls, new Address(at.host(), server.port()));
  }

  private static QueuedThreadPool threads(String name) {
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS);
    threads.setName(name);
    return threads;
  }

  private static SslContextFactory.Server tls(ServerIdentity identity, Clients clients) {
    SslContextFactory.Server tls = new SslContextFactory.Server();
    take(tls, identity);
    tls.setTrustStore(identity.trust());
    tls.setWantClientAuth(clients == Clients.MAY_SHOW_CERTIFICATE);
    tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    tls.setSniRequired(false);
    return tls;
  }

  private static void take(SslContextFactory tls, ServerIdentity identity) {
    tls.setKeyStore(identity.keys());
    tls.setKeyStorePassword(identity.password());
  }

  private static Connector connector(Server jetty, Address at, SslContextFactory.Server tls) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // Agents pin the CA and may reach HQ by an address; the name in SNI decides nothing here.
    http.addCustomizer(new SecureRequestCustomizer(false));
    ServerConnector connector =
        new ServerConnector(
            jetty, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(http));
    connector.setHost(at.host());
    connector.setPort(at.port());
    connector.setIdleTimeout(IDLE.toMillis());
    return connector;
  }

  private static IOException cannotListen(Address at, RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        IOException unknown = new UnknownHostException(at.host());
        unknown.initCause(e);
        return unknown;
      }
      if (cause instanceof SocketException) {
        IOException taken = new BindException(String.valueOf(cause.getMessage()));
        taken.initCause(e);
        return taken;
      }
    }
    return new IOException("cannot listen at " + at.host() + ":" + at.port(), e);
  }

  /**
   * Shows another certificate from now on; connections that stand go on with theirs. Any thread.
   *
   * @throws GeneralSecurityException if it cannot be shown; then the one before still is
   */
  public void show(ServerIdentity identity) throws GeneralSecurityException {
    try {
      tls.reload(factory -> take(factory, identity));
    } catch (Exception e) { // Jetty declares no narrower one
      throw new GeneralSecurityException("the server does not take the certificate", e);
    }
  }

  /** Where it listens, with the port that was found when 0 was asked for. */
  public Address address() {
    return listening;
  }

  @Override
  public void close() {
    server.stop();
  }
}
