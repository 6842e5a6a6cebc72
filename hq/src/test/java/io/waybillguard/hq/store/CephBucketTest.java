package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Against an S3-compatible server that keeps versions and locks them. */
final class CephBucketTest extends SegmentStoreContract {
  private static final byte[] CONTENT = "segment".getBytes(StandardCharsets.UTF_8);
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private static Path folder;
  private static Ceph ceph;

  private Bucket bucket;

  @BeforeAll
  static void start() throws Exception {
    ceph = Ceph.start(folder);
  }

  @AfterAll
  static void end() throws Exception {
    if (ceph != null) {
      ceph.close();
    }
  }

  @BeforeEach
  void emptyBucket() throws Exception {
    bucket = ceph.bucket();
  }

  @Override
  SegmentStore store() {
    return new SegmentBucket(bucket, InstantSource.system());
  }

  @Override
  SegmentStore again() {
    return store();
  }

  @Test
  void aBucketWithoutALockIsSaidToHaveNone() throws Exception {
    assertEquals(Retention.NONE, store().retention());
  }

  @Test
  void theRuleOfALockedBucketIsReadAndHoldsWhatIsWritten() throws Exception {
    for (ObjectLockRetentionMode mode :
        List.of(ObjectLockRetentionMode.COMPLIANCE, ObjectLockRetentionMode.GOVERNANCE)) {
      bucket = ceph.locked(mode);
      SegmentStore store = store();
      assertEquals(
          new Retention(Retention.Mode.valueOf(mode.name()), DAY), store.retention(), mode.name());
      Instant before = Instant.now();
      String name = store.write("log", 0, 1, CONTENT);
      ObjectVersion version = only();
      assertTrue(lockedUntil(version).isAfter(before.plus(DAY).minusSeconds(2)));
      assertThrows(S3Exception.class, () -> delete(version));
      assertFalse(store.destroy(name), "a lock holds it");
      assertArrayEquals(CONTENT, store.read(name));
    }
  }

  @Test
  void whatSomebodyHidesInALockedBucketIsReadAllTheSame() throws Exception {
    bucket = ceph.locked(ObjectLockRetentionMode.COMPLIANCE);
    SegmentStore store = store();
    String name = store.write("log", 0, 1, CONTENT);
    String key = only().key();
    ceph.stranger().deleteObject(each -> each.bucket(bucket.name()).key(key));
    assertThrows(
        S3Exception.class,
        () -> ceph.stranger().headObject(each -> each.bucket(bucket.name()).key(key)));
    assertArrayEquals(CONTENT, store.read(name));
    assertArrayEquals(
        "gme".getBytes(StandardCharsets.UTF_8),
        store.read(name, List.of(new RecordRow.Piece(2, 3))).get(0));
    assertEquals(name, store.write("log", 0, 1, CONTENT), "sent again it is one segment");
    assertArrayEquals(CONTENT, store.read(name));
  }

  @Test
  void whatSomebodyPutsOverItInALockedBucketIsNotTakenForIt() throws Exception {
    bucket = ceph.locked(ObjectLockRetentionMode.COMPLIANCE);
    SegmentStore store = store();
    String name = store.write("log", 0, 1, CONTENT);
    String key = only().key();
    ceph.stranger()
        .putObject(each -> each.bucket(bucket.name()).key(key), RequestBody.fromString("another"));
    assertArrayEquals(CONTENT, store.read(name));
  }

  @Test
  void whatIsNotThereIsNotThereInALockedBucketEither() throws Exception {
    bucket = ceph.locked(ObjectLockRetentionMode.COMPLIANCE);
    assertThrows(NoSuchFileException.class, () -> store().read("log/none.seg"));
  }

  @Test
  void aLockThatHasEndedHoldsNothing() throws Exception {
    bucket = ceph.locked(ObjectLockRetentionMode.COMPLIANCE);
    // Its lock, a day by HQ's clock, ends in some seconds by the engine's.
    SegmentStore store = new SegmentBucket(bucket, () -> Instant.now().minus(DAY).plusSeconds(4));
    String name = store.write("log", 0, 1, CONTENT);
    Instant end = lockedUntil(only());
    assertFalse(store.destroy(name));
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          while (!store.destroy(name)) {
            Thread.onSpinWait();
          }
        });
    assertFalse(Instant.now().isBefore(end.minusSeconds(1)), "not before its second");
    assertEquals(List.of(), ceph.versions(bucket));
    assertThrows(NoSuchFileException.class, () -> store.read(name));
  }

  private ObjectVersion only() {
    List<ObjectVersion> versions = ceph.versions(bucket);
    assertEquals(1, versions.size(), versions.toString());
    return versions.get(0);
  }

  private Instant lockedUntil(ObjectVersion version) {
    return ceph.stranger()
        .headObject(
            each -> each.bucket(bucket.name()).key(version.key()).versionId(version.versionId()))
        .objectLockRetainUntilDate();
  }

  private void delete(ObjectVersion version) {
    ceph.stranger()
        .deleteObject(
            each -> each.bucket(bucket.name()).key(version.key()).versionId(version.versionId()));
  }
}
