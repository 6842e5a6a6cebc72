package io.waybillguard.agent.report;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;

final class HttpsTransportTest {
  /** Reading Java's own 140 authorities takes a megabyte, and nothing of ours trusts them. */
  @Test
  void aConnectionBeginsWithOurAuthoritiesAndNotWithJavas() throws Exception {
    SSLSocketFactory before = TlsIdentity.pinned(certificate -> false).getSocketFactory();
    HttpsURLConnection.setDefaultSSLSocketFactory(before);
    SSLContext ours = TlsIdentity.pinned(certificate -> true);
    int closed;
    try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = door.getLocalPort();
    }
    HttpsTransport transport =
        new HttpsTransport(
            URI.create("https://127.0.0.1:" + closed),
            ours,
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    IOException refused =
        assertThrows(
            IOException.class, () -> transport.post("/x", Transport.Body.JSON, new byte[1]));
    assertNotSame(before, HttpsURLConnection.getDefaultSSLSocketFactory(), refused.toString());
  }
}
