package io.waybillguard.hq.feeds;

import io.waybillguard.hq.trust.HqKeys;
import io.waybillguard.hq.trust.Pem;
import io.waybillguard.hq.trust.ServerIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server's key and certificate for loopback, with the authority that signed it.
 *
 * @param ca the authority's certificate, PEM
 * @param server key and certificate, PEM
 * @param identity the same for a server in Java
 */
record TestTls(Path ca, Path server, ServerIdentity identity) {

  static TestTls in(Path folder) throws Exception {
    Files.createDirectories(folder);
    HqKeys keys = HqKeys.create(folder, HqKeys.DEFAULT_DOMAIN, Instant.now());
    ServerIdentity identity = ServerIdentity.of(keys, List.of(), Instant.now());
    Path ca = folder.resolve("authority.pem");
    Files.writeString(ca, Pem.of(keys.ca().certificate()));
    return new TestTls(ca, folder.resolve("keys/server.pem"), identity);
  }

  SSLContext forServer() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(identity.keys(), identity.password().toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
