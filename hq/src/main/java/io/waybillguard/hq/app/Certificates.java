package io.waybillguard.hq.app;

import io.waybillguard.hq.http.Https;
import io.waybillguard.hq.trust.CertificateRefused;
import io.waybillguard.hq.trust.ServerIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the servers show a new certificate while they run: HQ's own is remade before it ends, and a
 * given one is taken when its files were replaced. On a thread of its own.
 */
final class Certificates implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

  /** A given certificate that ends sooner is spoken of at each look. */
  private static final Duration SOON = Duration.ofDays(14);

  /** How a server comes to another certificate. */
  @FunctionalInterface
  interface Renewal {
    /** The one to show now; the same as before while it serves. */
    ServerIdentity after(ServerIdentity shown, Instant now)
        throws CertificateRefused, IOException, GeneralSecurityException;
  }

  private static final class Shown {
    private final String server;
    private final Https https;
    private final Renewal renewal;
    private ServerIdentity identity;

    private Shown(String server, Https https, Renewal renewal, ServerIdentity first) {
      this.server = server;
      this.https = https;
      this.renewal = renewal;
      this.identity = first;
    }

    private X509Certificate certificate() {
      return identity.certificate();
    }

    private Instant end() {
      return certificate().getNotAfter().toInstant();
    }
  }

  private final InstantSource clock;
  private final List<Shown> all = new ArrayList<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "certificates");
            made.setDaemon(true);
            return made;
          });

  Certificates(InstantSource clock) {
    this.clock = clock;
  }

  /** A server that shows the first one already. Before {@link #every}. */
  void of(String server, Https https, Renewal renewal, ServerIdentity first) {
    all.add(new Shown(server, https, renewal, first));
  }

  /** Begins to look. */
  void every(Duration pause) {
    var unused =
        thread.scheduleWithFixedDelay(
            this::look, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    for (Shown each : all) {
      try {
        look(each);
      } catch (Exception e) {
        // The one before is shown on: a renewal that goes wrong must not lock people out at once.
        LOG.error(
            "server={} keeps its certificate until={}: {}",
            each.server,
            each.end(),
            e.getMessage(),
            e);
      }
    }
  }

  private void look(Shown shown) throws CertificateRefused, IOException, GeneralSecurityException {
    ServerIdentity now = shown.renewal.after(shown.identity, clock.instant());
    if (!now.certificate().equals(shown.certificate())) {
      shown.https.show(now);
      shown.identity = now;
      LOG.info(
          "server={} shows a new certificate serial={} until={}",
          shown.server,
          shown.certificate().getSerialNumber().toString(16),
          shown.end());
    }
    if (clock.instant().plus(SOON).isAfter(shown.end())) {
      LOG.warn("server={} has a certificate that ends={}; renew it", shown.server, shown.end());
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
      LOG.warn("certificates did not end in 30 s");
    }
  }
}
