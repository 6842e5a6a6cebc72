package io.waybillguard.hq.feeds;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybillguard.hq.trust.ClientTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's rsyslog with its GnuTLS driver, listening on loopback as RFC 5425 says. */
final class Rsyslog implements Receiver {
  private static final Path PROGRAM = Path.of("/usr/sbin/rsyslogd");
  private static final Path DRIVER = Path.of("/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Pattern LINE =
      Pattern.compile(".* key=\"([^\"]+)\" workstation=\"([^\"]+)\" .*?]\t(.*)");

  private final Path folder;
  private final Path lines;
  private final Path certificate;
  private final Path key;
  private int port;
  private Process process;

  /** Starts one, unless this machine has none. */
  static Rsyslog start(Path folder) throws Exception {
    assumeTrue(
        Files.exists(PROGRAM) && Files.exists(DRIVER),
        "SKIPPED: needs Debian's rsyslog and rsyslog-gnutls (apt-get install them)");
    return new Rsyslog(folder);
  }

  private Rsyslog(Path folder) throws Exception {
    this.folder = folder;
    this.lines = folder.resolve("received");
    this.certificate = folder.resolve("certificate.pem");
    this.key = folder.resolve("key.pem");
    // Not the JDK's: GnuTLS reads no key without its public half, which the JDK leaves out.
    Process made =
        new ProcessBuilder(
                List.of(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=rsyslog",
                    "-addext",
                    "subjectAltName=IP:127.0.0.1",
                    "-keyout",
                    key.toString(),
                    "-out",
                    certificate.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("openssl.out").toFile())
            .start();
    if (made.waitFor() != 0) {
      throw new AssertionError(Files.readString(folder.resolve("openssl.out")));
    }
    this.process = launch();
  }

  private Process launch() throws IOException, InterruptedException {
    Path said = folder.resolve("port");
    Files.deleteIfExists(said);
    Path config = folder.resolve("rsyslog.conf");
    Files.writeString(
        config,
        """
        global(workDirectory="%1$s" defaultNetstreamDriver="gtls"
          defaultNetstreamDriverCAFile="%2$s" defaultNetstreamDriverCertFile="%2$s"
          defaultNetstreamDriverKeyFile="%3$s")
        module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1"
          streamDriver.authMode="anon")
        template(name="whole" type="string"
          string="%%pri%% %%timestamp:::date-rfc3339%% %%hostname%% %%app-name%% %%msgid%% \
        %%structured-data%%\\t%%msg%%\\n")
        input(type="imtcp" address="127.0.0.1" port="%4$d" listenPortFileName="%5$s")
        action(type="omfile" file="%6$s" template="whole")
        """
            .formatted(folder, certificate, key, port, said, lines));
    Process started =
        new ProcessBuilder(PROGRAM.toString(), "-n", "-f", config.toString(), "-iNONE")
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve("rsyslog.out").toFile()))
            .start();
    Instant end = Instant.now().plus(PATIENCE);
    while (!(port == 0 ? Files.exists(said) && !Files.readString(said).isBlank() : listens())) {
      if (!started.isAlive() || Instant.now().isAfter(end)) {
        started.destroyForcibly();
        throw new AssertionError(
            "rsyslogd did not listen: " + Files.readString(folder.resolve("rsyslog.out")));
      }
      started.waitFor(50, TimeUnit.MILLISECONDS);
    }
    if (port == 0) {
      port = Integer.parseInt(Files.readString(said).strip());
    }
    return started;
  }

  /** It says its port only where it chose it. */
  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  Path ca() {
    return certificate;
  }

  @Override
  public Feed feed() throws Exception {
    return new SyslogFeed(
        new Plan.Syslog(
            "127.0.0.1",
            port,
            ClientTls.of(Optional.of(certificate), Optional.empty(), Optional.empty())),
        "hq.example",
        "0.1.0",
        Locale.ENGLISH);
  }

  /** As rsyslog wrote them down. */
  List<String> lines() throws IOException {
    return Files.exists(lines) ? Files.readAllLines(lines) : List.of();
  }

  @Override
  public List<Got> got() throws IOException {
    List<Got> got = new ArrayList<>();
    for (String line : lines()) {
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        throw new AssertionError("not a message of ours: " + line);
      }
      got.add(new Got(parts.group(1), parts.group(2), parts.group(3).replace("\uFEFF", "")));
    }
    return got;
  }

  @Override
  public void goAway() throws Exception {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void comeBack() throws Exception {
    process = launch();
  }

  @Override
  public void close() throws Exception {
    goAway();
  }
}
