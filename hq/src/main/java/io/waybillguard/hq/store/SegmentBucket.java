package io.waybillguard.hq.store;

import io.waybillguard.hq.store.SegmentsUnusable.Reason;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DefaultRetention;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Segments as objects in a bucket of any S3-compatible engine.
 *
 * <p>A segment is one PUT, so it is whole or absent. It counts as durable once the engine has
 * answered that it has it and the answer's ETag is the MD5 of what was sent; where an ETag is
 * something else (encryption with keys of the engine), the object is read back and compared. What
 * the engine's own word is worth when its disks lose power is the engine's matter.
 *
 * <p>Limits: the engine answers within {@link #ANSWER}, and is asked {@link #ATTEMPTS} times at
 * most; together that is less than the patience of a desk. What the engine keeps of deleted objects
 * is out of reach. Where it keeps versions, a segment that somebody hid or wrote over is read all
 * the same; a piece of one that was written over is what lies on top, and whoever proves with it
 * has its hash.
 */
public final class SegmentBucket implements SegmentStore {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentBucket.class);

  private static final int ATTEMPTS = 3;
  private static final Duration REACHED = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(8);

  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int WRONG_METHOD = 405;
  private static final int THERE_ALREADY = 412;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_IMPLEMENTED = 501;

  private final Bucket bucket;
  private final InstantSource clock;
  private final S3Client s3;
  private final AtomicReference<@Nullable Retention> retention = new AtomicReference<>();

  /** The segments in a bucket. Nothing is asked of it yet. */
  public SegmentBucket(Bucket bucket, InstantSource clock) {
    this.bucket = bucket;
    this.clock = clock;
    this.s3 =
        S3Client.builder()
            .endpointOverride(bucket.endpoint())
            .region(Region.of(bucket.region()))
            .credentialsProvider(StaticCredentialsProvider.create(bucket.credentials()))
            // Bucket names as host names need a DNS that few engines have.
            .forcePathStyle(true)
            // Content-MD5 is sent instead: newer sums travel in a framing that not all understand.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(each -> each.chunkedEncodingEnabled(false))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(REACHED).socketTimeout(ANSWER))
            .overrideConfiguration(
                each ->
                    each.retryStrategy(
                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                            .maxAttempts(ATTEMPTS)
                            .build()))
            .build();
  }

  @Override
  public String place() {
    return bucket.toString();
  }

  @Override
  public void check() throws IOException {
    try {
      s3.headBucket(each -> each.bucket(bucket.name()));
    } catch (SdkException e) {
      throw unreachable(e);
    }
    retention();
  }

  /**
   * The bucket's own rule for new objects. It is asked for once: a rule that is changed counts from
   * HQ's next start.
   */
  @Override
  public Retention retention() throws IOException {
    Retention known = retention.get();
    if (known != null) {
      return known;
    }
    Retention found = askedRetention();
    retention.set(found);
    return found;
  }

  private Retention askedRetention() throws SegmentsUnusable {
    try {
      ObjectLockConfiguration lock =
          s3.getObjectLockConfiguration(each -> each.bucket(bucket.name()))
              .objectLockConfiguration();
      if (lock == null
          || lock.objectLockEnabled() != ObjectLockEnabled.ENABLED
          || lock.rule() == null
          || lock.rule().defaultRetention() == null) {
        return Retention.NONE;
      }
      return retention(lock.rule().defaultRetention());
    } catch (AwsServiceException e) {
      // What an engine says that has no lock, or none for this bucket.
      if (List.of(BAD_REQUEST, NOT_FOUND, WRONG_METHOD, NOT_IMPLEMENTED).contains(e.statusCode())) {
        return Retention.NONE;
      }
      throw unreachable(e);
    } catch (SdkException e) {
      throw unreachable(e);
    }
  }

  private static Retention retention(DefaultRetention rule) {
    int days = rule.days() != null ? rule.days() : rule.years() != null ? 365 * rule.years() : 0;
    if (days == 0) {
      return Retention.NONE;
    }
    return switch (rule.mode()) {
      case COMPLIANCE -> new Retention(Retention.Mode.COMPLIANCE, Duration.ofDays(days));
      case GOVERNANCE -> new Retention(Retention.Mode.GOVERNANCE, Duration.ofDays(days));
      case UNKNOWN_TO_SDK_VERSION -> Retention.NONE;
    };
  }

  /** A PUT that was cut short leaves nothing. */
  @Override
  public void removeParts(Instant before) {}

  @Override
  public void put(String name, byte[] content) throws IOException {
    try {
      put(name, content, true);
    } catch (AwsServiceException e) {
      if (e.statusCode() == THERE_ALREADY) {
        compare(name, content); // sent before, by a request whose answer was lost
      } else if (e.statusCode() == NOT_IMPLEMENTED) {
        putAnyway(name, content);
      } else {
        throw unreachable(e);
      }
    } catch (SdkException e) {
      throw unreachable(e);
    }
  }

  /** For an engine that cannot write on a condition: what it overwrites are the same bytes. */
  private void putAnyway(String name, byte[] content) throws IOException {
    try {
      put(name, content, false);
    } catch (SdkException e) {
      throw unreachable(e);
    }
  }

  private void put(String name, byte[] content, boolean ifAbsent) throws IOException {
    byte[] md5 = md5(content);
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(bucket.name())
            .key(key(name))
            .contentType("application/octet-stream")
            .contentMD5(Base64.getEncoder().encodeToString(md5));
    if (ifAbsent) {
      request.ifNoneMatch("*");
    }
    Retention lock = retention();
    if (lock.mode() != Retention.Mode.NONE) {
      // Said in the request too: an engine that has lost its rule has to refuse, not forget.
      request
          .objectLockMode(lock.mode().name())
          .objectLockRetainUntilDate(clock.instant().plus(lock.time()));
    }
    String tag = s3.putObject(request.build(), RequestBody.fromBytes(content)).eTag();
    if (!isTag(tag, md5)) {
      compare(name, content);
    }
  }

  private static boolean isTag(@Nullable String tag, byte[] md5) {
    return tag != null && tag.replace("\"", "").equalsIgnoreCase(HexFormat.of().formatHex(md5));
  }

  private void compare(String name, byte[] content) throws IOException {
    byte[] there = read(name);
    if (!Arrays.equals(there, content)) {
      throw new IOException(
          name
              + " in "
              + bucket
              + " has "
              + there.length
              + " bytes that are not the "
              + content.length
              + " that were sent; move it away and look who wrote it");
    }
  }

  @Override
  public byte[] read(String name) throws IOException {
    byte[] content = get(name, null);
    if (!SegmentNames.isOfOther(name, content)) {
      return content;
    }
    Optional<String> first = firstVersion(name);
    return first.isEmpty() ? content : version(name, first.get(), null, "written over");
  }

  /** In one request for all from the first byte to the last. */
  @Override
  public List<byte[]> read(String name, List<RecordRow.Piece> pieces) throws IOException {
    long from = Long.MAX_VALUE;
    long to = 0;
    for (RecordRow.Piece each : pieces) {
      from = Math.min(from, each.at());
      to = Math.max(to, each.at() + each.length());
    }
    byte[] all = get(name, "bytes=" + from + "-" + (to - 1));
    if (all.length != to - from) {
      throw new IOException(
          name + " in " + bucket + " gave " + all.length + " bytes, not " + (to - from));
    }
    List<byte[]> read = new ArrayList<>(pieces.size());
    for (RecordRow.Piece each : pieces) {
      int at = (int) (each.at() - from);
      read.add(Arrays.copyOfRange(all, at, at + each.length()));
    }
    return read;
  }

  private byte[] get(String name, @Nullable String range) throws IOException {
    try {
      return get(name, null, range);
    } catch (AwsServiceException e) {
      if (e.statusCode() != NOT_FOUND) {
        throw unreachable(e);
      }
    } catch (SdkException e) {
      throw unreachable(e);
    }
    Optional<String> first = firstVersion(name);
    if (first.isEmpty()) {
      throw new NoSuchFileException(bucket + "/" + name);
    }
    return version(name, first.get(), range, "hidden");
  }

  /**
   * What HQ itself wrote under a name, where the engine keeps versions: a lock lets nobody destroy
   * it, but anybody with the bucket's key may hide it behind a mark or another version.
   */
  private Optional<String> firstVersion(String name) throws IOException {
    try {
      return s3
          .listObjectVersionsPaginator(each -> each.bucket(bucket.name()).prefix(key(name)))
          .versions()
          .stream()
          .filter(each -> each.key().equals(key(name)))
          .reduce((newer, older) -> older) // the newest comes first
          .map(ObjectVersion::versionId);
    } catch (AwsServiceException e) {
      if (keepsNoVersions(e)) {
        return Optional.empty();
      }
      throw unreachable(e);
    } catch (SdkException e) {
      throw unreachable(e);
    }
  }

  private byte[] version(String name, String version, @Nullable String range, String why)
      throws IOException {
    LOG.warn("segment={} in {} was {} by somebody; version={} is read", name, bucket, why, version);
    try {
      return get(name, version, range);
    } catch (SdkException e) {
      throw unreachable(e);
    }
  }

  private byte[] get(String name, @Nullable String version, @Nullable String range) {
    return s3.getObjectAsBytes(
            each -> each.bucket(bucket.name()).key(key(name)).versionId(version).range(range))
        .asByteArrayUnsafe();
  }

  private static boolean keepsNoVersions(AwsServiceException e) {
    return e.statusCode() == NOT_IMPLEMENTED || e.statusCode() == WRONG_METHOD;
  }

  /** Every version of it: a bucket with a lock keeps what a plain DELETE hides. */
  @Override
  public boolean destroy(String name) throws IOException {
    try {
      boolean gone = true;
      for (String version : versions(name)) {
        gone &= destroy(name, version);
      }
      return gone;
    } catch (SdkException e) {
      throw unreachable(e);
    }
  }

  private List<String> versions(String name) {
    try {
      ListObjectVersionsResponse found =
          s3.listObjectVersions(each -> each.bucket(bucket.name()).prefix(key(name)));
      List<String> versions = new ArrayList<>();
      found.versions().forEach(each -> versions.add(each.versionId()));
      found.deleteMarkers().forEach(each -> versions.add(each.versionId()));
      return versions;
    } catch (AwsServiceException e) {
      if (!keepsNoVersions(e)) {
        throw e;
      }
      return List.of("null"); // S3's name for the one version where none are kept
    }
  }

  private boolean destroy(String name, String version) {
    // An engine without versions would look for one of that name.
    String named = version.equals("null") ? null : version;
    try {
      s3.deleteObject(each -> each.bucket(bucket.name()).key(key(name)).versionId(named));
      return true;
    } catch (AwsServiceException e) {
      if (e.statusCode() == FORBIDDEN && isLocked(name, named)) {
        return false;
      }
      throw e;
    }
  }

  private boolean isLocked(String name, @Nullable String version) {
    return s3.headObject(each -> each.bucket(bucket.name()).key(key(name)).versionId(version))
            .objectLockMode()
        != null;
  }

  private String key(String name) {
    return bucket.prefix() + name;
  }

  private SegmentsUnusable unreachable(SdkException e) {
    return new SegmentsUnusable(
        e,
        Reason.UNREACHABLE,
        bucket + " at " + bucket.endpoint(),
        String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
  }

  /** S3's own sum over what is sent; nothing rests on it but that it arrived whole. */
  private static byte[] md5(byte[] content) {
    try {
      return MessageDigest.getInstance("MD5").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }
}
