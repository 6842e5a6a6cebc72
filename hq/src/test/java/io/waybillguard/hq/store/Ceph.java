package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DefaultRetention;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/**
 * Debian's Ceph on loopback: a monitor, a store in memory and the S3 gateway, each a process of its
 * own. An engine that keeps versions and holds what Object Lock locks.
 */
public final class Ceph implements AutoCloseable {
  private static final List<String> PROGRAMS =
      List.of("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph", "monmaptool");
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String WHO = "hq";
  private static final String SECRET = "a secret of this test alone";

  private final Path folder;
  private final int gateway = freePort();
  private final int monitor = freePort();
  private final List<Process> daemons = new ArrayList<>();
  private final S3Client s3;

  /**
   * Starts one, unless this machine has none.
   *
   * @param folder an existing one, with a short path: sockets lie in it
   */
  public static Ceph start(Path folder) throws Exception {
    assumeTrue(
        PROGRAMS.stream().allMatch(Ceph::isHere),
        "SKIPPED: needs Debian's Ceph (apt-get install ceph-mon ceph-osd radosgw)");
    Ceph ceph = new Ceph(folder);
    try {
      ceph.start();
      return ceph;
    } catch (Exception | AssertionError e) {
      ceph.close();
      throw e;
    }
  }

  private static boolean isHere(String program) {
    return Files.isExecutable(Path.of("/usr/bin", program));
  }

  private Ceph(Path folder) throws IOException {
    this.folder = folder;
    this.s3 =
        S3Client.builder()
            .endpointOverride(URI.create(endpoint()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(WHO, SECRET)))
            .forcePathStyle(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .serviceConfiguration(each -> each.chunkedEncodingEnabled(false))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * By docs.ceph.com, "Manual deployment" and "mon/osd/rgw config reference". The store sends the
   * monitor no command when it starts: one that leaves before the monitor's map has come is refused
   * as "wrong fsid", and the store ends.
   */
  private void start() throws Exception {
    String cluster = UUID.randomUUID().toString();
    String store = UUID.randomUUID().toString();
    for (String each : List.of("mon", "osd")) {
      Files.createDirectories(folder.resolve(each));
    }
    Files.writeString(folder.resolve("keyring"), "");
    Files.writeString(
        conf(),
        """
        [global]
        fsid = %1$s
        mon host = v1:127.0.0.1:%2$d
        auth cluster required = none
        auth service required = none
        auth client required = none
        ms bind msgr2 = false
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 4
        osd pool default pg autoscale mode = off
        mon allow pool size one = true
        mon max pg per osd = 1000
        osd crush chooseleaf type = 0
        osd crush update on start = false
        osd class update on start = false
        run dir = %3$s
        log file = %3$s/$name.log
        pid file = %3$s/$name.$pid.pid
        admin socket = %3$s/$name.$pid.asok
        keyring = %3$s/keyring
        [mon.a]
        mon data = %3$s/mon
        [osd.0]
        osd data = %3$s/osd
        osd objectstore = memstore
        memstore device bytes = 536870912
        [client.rgw]
        rgw frontends = beast endpoint=127.0.0.1:%4$d
        """
            .formatted(cluster, monitor, folder, gateway));
    String map = folder.resolve("monmap").toString();
    String address = "[v1:127.0.0.1:" + monitor + "]";
    run("monmaptool", "--create", "--addv", "a", address, "--fsid", cluster, map);
    run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map);
    daemon("ceph-mon", "-i", "a");
    run("ceph", "osd", "new", store);
    run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store);
    run("ceph", "osd", "crush", "add", "osd.0", "1", "root=default", "host=here");
    daemon("ceph-osd", "-i", "0");
    // Before the gateway: both would make the same pools.
    run(
        "radosgw-admin",
        "user",
        "create",
        "--uid=" + WHO,
        "--display-name=" + WHO,
        "--access-key=" + WHO,
        "--secret-key=" + SECRET);
    daemon("radosgw", "-n", "client.rgw");
    awaitGateway();
  }

  private Path conf() {
    return folder.resolve("ceph.conf");
  }

  private List<String> command(String program, String... more) {
    return Stream.concat(Stream.of(program, "-c", conf().toString()), Stream.of(more)).toList();
  }

  private void run(String program, String... more) throws Exception {
    Path said = folder.resolve(program + ".out");
    Process process = launch(command(program, more), said);
    for (Instant end = Instant.now().plus(PATIENCE);
        !process.waitFor(100, TimeUnit.MILLISECONDS); ) {
      if (Instant.now().isAfter(end) || !daemons.stream().allMatch(Process::isAlive)) {
        break;
      }
    }
    if (process.isAlive() || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new AssertionError(
          program + " " + String.join(" ", more) + ": " + Files.readString(said) + told());
    }
  }

  /** What the daemons say, for one who looks for what went wrong. */
  private String told() throws IOException {
    StringBuilder told = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.filter(f -> f.toString().endsWith(".daemon.out")).toList()) {
        told.append(each.getFileName()).append(": ").append(Files.readString(each));
      }
    }
    return told.toString();
  }

  private void daemon(String program, String... more) throws IOException {
    List<String> command = new ArrayList<>(command(program, more));
    command.add("-f");
    daemons.add(launch(command, folder.resolve(program + ".daemon.out")));
  }

  private static Process launch(List<String> command, Path said) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()))
        .start();
  }

  private void awaitGateway() throws Exception {
    Process process = daemons.get(daemons.size() - 1);
    for (Instant end = Instant.now().plus(PATIENCE); !listens(); ) {
      if (!process.isAlive() || Instant.now().isAfter(end)) {
        throw new AssertionError("no gateway: " + told());
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private String endpoint() {
    return "http://127.0.0.1:" + gateway;
  }

  /** What tells HQ who signs on. */
  public Map<String, String> environment() {
    return Map.of("AWS_ACCESS_KEY_ID", WHO, "AWS_SECRET_ACCESS_KEY", SECRET);
  }

  /** A bucket with nothing in it, without versions and without a lock. */
  public Bucket bucket() throws IOException {
    String name = "b" + UUID.randomUUID();
    s3.createBucket(each -> each.bucket(name));
    return bucket(name);
  }

  /** A bucket whose rule locks each new object for one day. */
  public Bucket locked(ObjectLockRetentionMode mode) throws IOException {
    String name = "b" + UUID.randomUUID();
    s3.createBucket(each -> each.bucket(name).objectLockEnabledForBucket(true));
    DefaultRetention rule = DefaultRetention.builder().mode(mode).days(1).build();
    s3.putObjectLockConfiguration(
        each ->
            each.bucket(name)
                .objectLockConfiguration(
                    lock ->
                        lock.objectLockEnabled(ObjectLockEnabled.ENABLED)
                            .rule(its -> its.defaultRetention(rule))));
    return bucket(name);
  }

  private Bucket bucket(String name) throws IOException {
    return Bucket.of("s3://" + name + "/hq/segments", endpoint(), environment());
  }

  /** Whoever has the bucket's key and is not HQ. */
  public S3Client stranger() {
    return s3;
  }

  /** All versions of all objects of a bucket, marks that hide them left out. */
  public List<ObjectVersion> versions(Bucket bucket) {
    return s3.listObjectVersions(each -> each.bucket(bucket.name())).versions();
  }

  /** The content of one version. */
  public byte[] content(Bucket bucket, ObjectVersion version) {
    return s3.getObjectAsBytes(
            each -> each.bucket(bucket.name()).key(version.key()).versionId(version.versionId()))
        .asByteArray();
  }

  @Override
  public void close() throws InterruptedException {
    s3.close();
    for (Process each : daemons) {
      each.destroyForcibly().waitFor();
    }
  }
}
