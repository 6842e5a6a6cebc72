package io.waybillguard.hq.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.waybillguard.hq.store.Bucket;
import io.waybillguard.hq.store.Ceph;
import io.waybillguard.hq.store.Location;
import io.waybillguard.hq.store.Retention;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;

/** A whole HQ whose segments lie in a bucket that a real engine locks. */
final class LockedBucketTest {
  @TempDir private static Path cephFolder;
  private static Ceph ceph;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    ceph = Ceph.start(cephFolder);
  }

  @AfterAll
  static void end() throws Exception {
    if (ceph != null) {
      ceph.close();
    }
  }

  @Test
  void whatIsErasedUnderALockIsShownNoMoreAndWaitsForTheLocksEnd() throws Exception {
    Bucket bucket = ceph.locked(ObjectLockRetentionMode.COMPLIANCE);
    Path data = folder.resolve("hq");
    Desk desk = new Desk().append("usb.attach", 3);
    try (TestHq hq =
        new TestHq(new Location(data, TestDatabase.of(data).server(), Optional.of(bucket)))) {
      assertEquals(Retention.Mode.COMPLIANCE, hq.segments().retention().mode());
      hq.enrol(desk).segment(desk, desk.segment(0, 3));
      byte[] body = hq.records().find(desk.logId(), 1).orElseThrow().body().orElseThrow();
      TreeSet<Long> one = new TreeSet<>(List.of(1L));

      assertEquals(one, hq.contents().erase(desk.logId(), one, hq.started()).erased());

      assertTrue(hq.records().find(desk.logId(), 1).orElseThrow().body().isEmpty());
      assertEquals(3, hq.records().newest(desk.logId(), Long.MAX_VALUE, "", 9).size());
      assertEquals(1, hq.contents().doomed(), "what the lock holds is still to be destroyed");
      List<Boolean> holding =
          ceph.versions(bucket).stream()
              .map(version -> isIn(ceph.content(bucket, version), body))
              .sorted()
              .toList();
      assertEquals(List.of(false, true), holding, "the old object is held, the new one is without");
      hq.restart();
      assertEquals(1, hq.contents().doomed());
      assertFalse(hq.records().find(desk.logId(), 0).orElseThrow().body().isEmpty());
    }
  }

  private static boolean isIn(byte[] content, byte[] body) {
    return new String(content, StandardCharsets.ISO_8859_1)
        .contains(new String(body, StandardCharsets.ISO_8859_1));
  }
}
