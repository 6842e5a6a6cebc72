package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real S3-compatible server. */
final class SegmentBucketTest extends SegmentStoreContract {
  @TempDir private static Path folder;
  private static S3Engine engine;

  private Bucket bucket;

  @BeforeAll
  static void start() throws Exception {
    engine = new S3Engine(folder);
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @BeforeEach
  void emptyBucket() throws IOException {
    bucket = engine.bucket();
  }

  @Override
  SegmentStore store() {
    return new SegmentBucket(bucket, () -> Instant.EPOCH);
  }

  @Override
  SegmentStore again() {
    return store();
  }

  @Test
  void anEngineThatIsGoneIsSaidAndWhatWasWrittenIsThereWhenItIsBack() throws Exception {
    SegmentStore store = store();
    String name = store.write("log", 0, 1, new byte[] {1, 2, 3});
    engine.stop();
    try {
      SegmentsUnusable gone =
          assertThrows(
              SegmentsUnusable.class, () -> store.write("log", 1, 2, new byte[] {4, 5, 6}));
      assertEquals(SegmentsUnusable.Reason.UNREACHABLE, gone.reason());
      assertThrows(SegmentsUnusable.class, () -> store.read(name));
      assertThrows(SegmentsUnusable.class, store::check);
    } finally {
      engine.start();
    }
    assertArrayEquals(new byte[] {1, 2, 3}, store.read(name));
    store.write("log", 1, 2, new byte[] {4, 5, 6});
  }

  @Test
  void aWrongKeyIsRefusedWithoutBeingRepeated() throws Exception {
    Bucket other =
        Bucket.of(
            bucket.toString(),
            engine.endpoint(),
            Map.of("AWS_ACCESS_KEY_ID", "hq", "AWS_SECRET_ACCESS_KEY", "not-the-secret"));
    SegmentsUnusable refused =
        assertThrows(SegmentsUnusable.class, new SegmentBucket(other, () -> Instant.EPOCH)::check);
    assertFalse(String.valueOf(refused.getMessage()).contains("not-the-secret"));
  }

  @Test
  void aBucketThatIsNotThereIsRefused() throws Exception {
    Bucket none = Bucket.of("s3://there-is-none", engine.endpoint(), engine.environment());
    assertThrows(SegmentsUnusable.class, new SegmentBucket(none, () -> Instant.EPOCH)::check);
  }
}
