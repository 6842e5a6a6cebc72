package io.waybillguard.hq.store;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * S3Proxy on a folder, in a process of its own on loopback, which may be stopped and started again
 * at the same port. It has no retention lock, no versions, and takes no notice of If-None-Match.
 */
public final class S3Engine implements AutoCloseable {
  /** Where the build puts its jars; {@code mvn -pl hq/s3-for-tests process-test-resources}. */
  private static final Path JARS = Path.of("s3-for-tests", "target", "jars");

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path folder;
  private final int port;
  private Process process;

  /**
   * Starts one.
   *
   * @param folder an existing one for its buckets and what it says
   */
  public S3Engine(Path folder) throws Exception {
    if (!Files.isDirectory(JARS)) {
      throw new AssertionError(JARS + " is missing: build the module hq/s3-for-tests first");
    }
    this.folder = folder;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = socket.getLocalPort();
    }
    Files.createDirectories(folder.resolve("buckets"));
    Files.writeString(
        folder.resolve("s3proxy.conf"),
        """
        s3proxy.endpoint=http://127.0.0.1:%d
        s3proxy.authorization=aws-v4
        s3proxy.identity=hq
        s3proxy.credential=a secret of this test alone
        jclouds.provider=filesystem-nio2
        jclouds.identity=unused
        jclouds.credential=unused
        jclouds.filesystem.basedir=%s
        """
            .formatted(port, folder.resolve("buckets").toAbsolutePath()));
    start();
  }

  /** Starts it again, with what it held. */
  public void start() throws Exception {
    process =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                JARS.resolve("*").toString(),
                "org.gaul.s3proxy.Main",
                "--properties",
                folder.resolve("s3proxy.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("s3.out").toFile()))
            .start();
    Instant end = Instant.now().plus(PATIENCE);
    while (!listens()) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        stop();
        throw new AssertionError(
            "S3Proxy did not listen: " + Files.readString(folder.resolve("s3.out")));
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it at once, as a power cut does. */
  public void stop() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** A bucket with nothing in it, and a prefix in it. */
  public Bucket bucket() throws IOException {
    String name = "b" + UUID.randomUUID();
    Files.createDirectories(folder.resolve("buckets").resolve(name));
    return Bucket.of("s3://" + name + "/hq/segments", endpoint(), environment());
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** What tells HQ who signs on. */
  public Map<String, String> environment() {
    return Map.of(
        "AWS_ACCESS_KEY_ID", "hq", "AWS_SECRET_ACCESS_KEY", "a secret of this test alone");
  }

  /** Where a bucket lies as a folder. */
  public Path folder(Bucket bucket) {
    return folder.resolve("buckets").resolve(bucket.name());
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
