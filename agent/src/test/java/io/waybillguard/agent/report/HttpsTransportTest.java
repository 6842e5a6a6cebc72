package io.waybillguard.agent.report;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;

final class HttpsTransportTest {
  /** What every connection begins with; reading Java's own authorities for it takes a megabyte. */
  private static final class Unwanted extends SSLSocketFactory {
    @Override
    public String[] getDefaultCipherSuites() {
      return new String[0];
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return new String[0];
    }

    @Override
    public Socket createSocket(Socket to, String host, int port, boolean close) {
      throw new AssertionError("not ours");
    }

    @Override
    public Socket createSocket(String host, int port) {
      throw new AssertionError("not ours");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
      throw new AssertionError("not ours");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      throw new AssertionError("not ours");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
      throw new AssertionError("not ours");
    }
  }

  @Test
  void aConnectionBeginsWithOurAuthoritiesAndNotWithJavas() throws Exception {
    SSLSocketFactory before = new Unwanted();
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
